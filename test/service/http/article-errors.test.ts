import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeScripts, MODEL, post, type Scripted, serveScript } from './scripted-service.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScript();
});
afterAll(closeScripts);

const GROUPS = 'one or several of day, month, model, tenant, tag, purpose, separated by commas';

it.each([
  ['/v1/costs/daily?days=abc', 'days', 'days: found "abc", expected an integer from 1 to 3660.'],
  ['/v1/costs/daily?days=0', 'days', 'days: found "0", expected an integer from 1 to 3660.'],
  ['/v1/costs/daily?dayz=3', 'dayz', 'expected one of days, tenant (did you mean "days"?).'],
  [
    '/v1/costs/report?group_by=day,modell',
    'group_by',
    `group_by: found "day,modell", expected ${GROUPS}`,
  ],
  ['/v1/costs/report?group_by=day,modell', 'group_by', '(did you mean "model"?)'],
  ['/v1/costs/report?group_by=day,day', 'group_by', 'each once'],
  [
    '/v1/costs/report?start_date=2026-02-30',
    'start_date',
    'found "2026-02-30", expected a day in UTC',
  ],
  [
    '/v1/costs/by-model?start_date=2026-02-03&end_date=2026-02-02',
    'start_date',
    'found "2026-02-03", expected a day no later than end_date',
  ],
  ['/v1/operations?limit=1e9', 'limit', 'limit: found "1e9", expected an integer from 1 to 1000.'],
  ['/v1/cache/entries?limit=x', 'limit', 'limit: found "x", expected an integer from 1 to 1000.'],
])('refuses %s with a sentence about %s', async (path, param, sentence) => {
  const response = await fetch(service.url + path);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string; param: string } };
  expect(error.message).toContain(sentence);
  expect(error.param).toBe(param);
});

it.each([
  ['generate', {}, 'prompt', 'prompt: is missing, expected a text that is not empty.'],
  ['generate', { prompt: '' }, 'prompt', 'prompt: found "", expected a text that is not empty.'],
  ['generate', { promt: 'Hi' }, 'promt', '(did you mean "prompt"?)'],
  [
    'generate',
    { prompt: 'Hi', max_tokens: 0 },
    'max_tokens',
    'max_tokens: found 0, expected an integer from 1 to 1000.',
  ],
  [
    'generate',
    { prompt: 'Hi', use_cache: 'yes' },
    'use_cache',
    'found "yes", expected true or false',
  ],
  ['generate', [], null, 'body: found an empty list, expected a JSON object with "prompt".'],
  [
    'estimate',
    { model: MODEL },
    'prompt',
    'prompt: is missing, expected either "prompt" or "messages".',
  ],
  ['estimate', { model: MODEL, prompt: '' }, 'prompt', 'prompt: found "", expected a text'],
  [
    'estimate',
    { model: MODEL, messages: [{ role: 'user', content: 7 }] },
    'messages[0].content',
    'messages[0].content: found 7, expected a text.',
  ],
  [
    'estimate',
    { model: 'auto', prompt: 'Hi' },
    'model',
    'found "auto", expected the name of a model',
  ],
])('refuses at %s %j with a sentence about %s', async (route, body, param, sentence) => {
  const response = await post(`${service.url}/v1/${route}`, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string; param: unknown } };
  expect(error.message).toContain(sentence);
  expect(error.param).toBe(param);
});

it('quotes no more than a little of what is long', async () => {
  const name = 'x'.repeat(100_000);
  const response = await post(`${service.url}/v1/generate`, { prompt: 'Hi', [name]: 1 });
  const text = await response.text();
  expect(response.status).toBe(400);
  expect(text.length).toBeLessThan(1000);
});

it('reads at /v1/generate the headers of the chat formats; the body goes over them', async () => {
  const headers = {
    'x-switchyard-domain': 'law',
    'x-switchyard-tag': 'nightly',
    'x-switchyard-cache': 'off',
    'x-switchyard-compress': 'lossless',
  };
  const ask = async (further: object) => {
    const { status } = await post(
      `${service.url}/v1/generate`,
      { prompt: 'Hi', ...further },
      headers,
    );
    expect(status).toBe(200);
    return service.asked.at(-1);
  };
  expect(await ask({})).toMatchObject({
    domain: 'law',
    tag: 'nightly',
    cache: 'off',
    compress: true,
  });
  const said = { domain: 'code', tag: 'mine', use_cache: true, compress: false };
  expect(await ask(said)).toMatchObject({
    domain: 'code',
    tag: 'mine',
    cache: 'on',
    compress: false,
  });
  const wrong = await post(
    `${service.url}/v1/generate`,
    { prompt: 'Hi' },
    { 'x-switchyard-cache': 'never' },
  );
  expect(wrong.status).toBe(400);
});
