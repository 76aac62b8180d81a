import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import {
  closeScripts,
  HEAD,
  hello,
  keyedTenants,
  MODEL,
  operationOf,
  post,
  refusal,
  type Scripted,
  serveScript,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const ID = /^op_[\w-]{24}$/;

const openai = ({ url }: Scripted, key = 'ann') =>
  new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
const anthropic = ({ url }: Scripted, key = 'ann') =>
  new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });

const QUESTION = { model: 'auto', messages: [{ role: 'user' as const, content: 'Hi' }] };

describe.each(WIRES)('$path', ({ path, body, errorOf }) => {
  it('hands over the gateway’s bytes, with what is known in headers', async () => {
    const service = await serveScript();
    const response = await post(service.url + path, body('Hi'));
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Hello there.');
    const [request] = service.asked;
    expect(request?.operationId).toMatch(ID);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      [request!.format.requestIdHeader]: request!.operationId,
      'x-request-id': request!.operationId,
      'x-switchyard-operation': request!.operationId,
      'x-switchyard-model': MODEL,
      'x-switchyard-cause': 'policy',
      'x-switchyard-cache': 'miss',
      'x-switchyard-simulated': 'true',
      'x-switchyard-cost-usd': '0.0000019',
      'x-switchyard-tokens-removed': '0',
    });
    expect(response.headers.has('x-powered-by')).toBe(false);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('takes what the headers ask for, and no id from anybody', async () => {
    const service = await serveScript();
    await post(service.url + path, body('Hi'), {
      'x-switchyard-tag': 'search',
      'x-switchyard-domain': 'law',
      'x-switchyard-cache': 'off',
      'x-switchyard-compress': 'lossless',
      'x-request-id': 'mine',
      'request-id': 'mine',
    });
    expect(service.asked[0]).toMatchObject({
      tag: 'search',
      domain: 'law',
      cache: 'off',
      compress: true,
      endpoint: path,
      operationId: expect.stringMatching(ID) as string,
    });
  });

  it('refuses a header that says nothing known', async () => {
    const service = await serveScript();
    const response = await post(service.url + path, body('Hi'), { 'x-switchyard-cache': 'never' });
    expect(response.status).toBe(400);
    expect(errorOf(await response.json())?.message).toContain('x-switchyard-cache');
  });

  it.each([
    [402, { code: 'budget_exceeded' }, { 'x-should-retry': 'false' }],
    [404, {}, { 'x-should-retry': 'false' }],
    [429, { retryAfterMs: 1234.5 }, { 'retry-after': '2', 'retry-after-ms': '1235' }],
    [502, {}, {}],
    [504, {}, {}],
  ])('tells of a failure with status %s', async (status, further, headers) => {
    const service = await serveScript({
      handle: (request) => refusal(request, { status, message: 'It did not work.', ...further }),
    });
    const response = await post(service.url + path, body('Hi'));
    expect(response.status).toBe(status);
    expect(errorOf(await response.json())?.message).toBe('It did not work.');
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(response.headers.get('x-switchyard-operation')).toMatch(ID);
    expect(response.headers.has('x-should-retry')).toBe(status < 429);
  });

  it('says nothing of a mistake of its own but its place, and that in the log only', async () => {
    const service = await serveScript({
      handle: () => {
        throw new TypeError('secret words of a prompt');
      },
    });
    const response = await post(service.url + path, body('Hi'));
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(errorOf(JSON.parse(text))?.message).toContain('log');
    const lines = service.logged().filter(({ msg }) => msg === 'unexpected error');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ operation: response.headers.get('x-request-id') });
    expect(text + JSON.stringify(service.logged())).not.toContain('secret words');
  });

  it.each([
    ['authorization', 'Bearer ann'],
    ['authorization', 'bearer ann'],
    ['x-api-key', 'ann'],
  ])('knows its caller by %s: %s', async (name, value) => {
    const service = await serveScript({ tenants: keyedTenants });
    expect((await post(service.url + path, body('Hi'), { [name]: value })).status).toBe(200);
    expect(service.asked[0]?.tenant).toEqual({ id: 'ann', admin: false });
  });

  it.each([
    ['none', { accept: '*/*' }],
    ['one that is nobody’s', { authorization: 'Bearer eve' }],
    ['an empty one', { 'x-api-key': '' }],
  ])('refuses a key that is %s before it reads the body', async (_name, headers) => {
    const service = await serveScript({ tenants: keyedTenants });
    const response = await post(
      service.url + path,
      '{"malformed',
      headers as Record<string, string>,
    );
    expect(response.status).toBe(401);
    expect(errorOf(await response.json())?.message).toContain('key');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(service.asked).toHaveLength(0);
  });

  it('answers many requests over one connection, each with an id of its own', async () => {
    const service = await serveScript();
    const ids = new Set<string | null>();
    for (let turn = 0; turn < 50; turn++) {
      const response = await post(service.url + path, body('Hi'));
      await response.text();
      ids.add(response.headers.get('x-request-id'));
    }
    expect(ids.size).toBe(50);
  });

  it('answers any other method with 405 and any other path below with 404', async () => {
    const service = await serveScript();
    const wrong = await fetch(service.url + path, { method: 'PUT', body: '{}' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
    expect(errorOf(await wrong.json())?.message).toContain('POST');
    const unknown = await fetch(`${service.url}${path}/more`, { method: 'POST', body: '{}' });
    expect(unknown.status).toBe(404);
    expect(errorOf(await unknown.json())).toBeDefined();
  });
});

describe('official clients', () => {
  it('read an answer', async () => {
    const service = await serveScript();
    const completion = await openai(service).chat.completions.create(QUESTION);
    expect(completion.choices[0]?.message.content).toBe('Hello there.');
    expect(completion._request_id).toBe(service.asked[0]?.operationId);
    const message = await anthropic(service).messages.create({ ...QUESTION, max_tokens: 9 });
    expect(message.content[0]).toMatchObject({ type: 'text', text: 'Hello there.' });
    expect(message._request_id).toBe(service.asked[1]?.operationId);
  });

  it('read a stream', async () => {
    const service = await serveScript();
    const stream = await openai(service).chat.completions.create({ ...QUESTION, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello there.');
    const message = await anthropic(service)
      .messages.stream({ ...QUESTION, max_tokens: 9 })
      .finalMessage();
    expect(message.content[0]).toMatchObject({ type: 'text', text: 'Hello there.' });
    expect(message.usage.output_tokens).toBe(4);
  });

  it('read errors as the classes that they have for them', async () => {
    const service = await serveScript({
      tenants: keyedTenants,
      handle: (request) => {
        const status = Number(request.chat.model);
        return refusal(request, { status, message: 'No.', retryAfterMs: 5 });
      },
    });
    const ask = (model: string, key?: string) => [
      openai(service, key).chat.completions.create({ ...QUESTION, model }),
      anthropic(service, key).messages.create({ ...QUESTION, model, max_tokens: 9 }),
    ];
    const classes = [
      ['400', OpenAI.BadRequestError, Anthropic.BadRequestError],
      ['404', OpenAI.NotFoundError, Anthropic.NotFoundError],
      ['429', OpenAI.RateLimitError, Anthropic.RateLimitError],
      ['502', OpenAI.InternalServerError, Anthropic.InternalServerError],
    ] as const;
    for (const [model, ...expected] of classes) {
      const [first, second] = ask(model);
      await expect(first).rejects.toThrow(expected[0]);
      await expect(second).rejects.toThrow(expected[1]);
    }
    const [first, second] = ask('200', 'eve');
    await expect(first).rejects.toThrow(OpenAI.AuthenticationError);
    await expect(second).rejects.toThrow(Anthropic.AuthenticationError);
  });

  it('do not try an exhausted budget again, and a rate limit as told', async () => {
    const service = await serveScript({
      handle: (request) =>
        request.chat.model === 'poor'
          ? refusal(request, { status: 402, message: 'No.', code: 'budget_exceeded' })
          : refusal(request, { status: 429, message: 'No.', retryAfterMs: 1 }),
    });
    const client = new OpenAI({ apiKey: 'x', baseURL: `${service.url}/v1`, maxRetries: 2 });
    const other = new Anthropic({ apiKey: 'x', baseURL: service.url, maxRetries: 2 });
    const counts: number[] = [];
    for (const model of ['poor', 'busy']) {
      await client.chat.completions.create({ ...QUESTION, model }).catch(() => {});
      counts.push(service.asked.length);
      await other.messages.create({ ...QUESTION, model, max_tokens: 9 }).catch(() => {});
      counts.push(service.asked.length);
    }
    expect(counts).toEqual([1, 2, 5, 8]);
  });

  it('list and find models', async () => {
    const service = await serveScript();
    const ids: string[] = [];
    for await (const { id } of openai(service).models.list()) ids.push(id);
    for await (const { id } of anthropic(service).models.list()) ids.push(id);
    expect(ids).toEqual(['auto', MODEL, 'auto', MODEL]);
    expect((await openai(service).models.retrieve(MODEL)).id).toBe(MODEL);
    expect((await anthropic(service).models.retrieve(MODEL)).id).toBe(MODEL);
    await expect(openai(service).models.retrieve('nope')).rejects.toThrow(OpenAI.NotFoundError);
    await expect(anthropic(service).models.retrieve('nope')).rejects.toThrow(
      Anthropic.NotFoundError,
    );
  });
});

describe('/v1/generate', () => {
  it('answers with text, model, cost and tokens', async () => {
    const service = await serveScript();
    const response = await post(`${service.url}/v1/generate`, {
      prompt: 'Hi',
      system: 'Be brief.',
      max_tokens: 7,
      use_cache: false,
      compress: true,
      tag: 'search',
      domain: 'law',
    });
    expect(await response.json()).toEqual({
      response: 'Hello there.',
      model: MODEL,
      cached: false,
      cost: 0.0000019,
      tokens: { input: 3, output: 4, total: 7 },
      operation_id: response.headers.get('x-switchyard-operation'),
      cause: 'policy',
      policy: null,
      simulated: true,
      finish_reason: 'stop',
      tokens_removed: 0,
      cache_saving: 0,
      warning: null,
    });
    expect(service.asked[0]).toMatchObject({
      chat: { model: 'auto', parameters: { maxTokens: 7 }, stream: false },
      cache: 'off',
      compress: true,
      tag: 'search',
      domain: 'law',
      arrivedAt: expect.closeTo(Date.now(), -5) as number,
    });
    expect(service.asked[0]?.chat.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  });

  it('gives null for what is unknown, and says where an answer was cached', async () => {
    const service = await serveScript({
      handle: (request) => {
        const reply = hello(request);
        if (reply.kind !== 'answer') throw new Error('Expected an answer');
        return {
          ...reply,
          head: { ...HEAD, cache: 'hit', cause: 'cache', warning: 'Nearly spent.' },
          answer: { ...reply.answer, usage: null },
          operation: operationOf(request, { cost: null, cacheSaving: null }),
        };
      },
    });
    const response = await post(`${service.url}/v1/generate`, { prompt: 'Hi', model: 'tiny' });
    expect(await response.json()).toMatchObject({
      cached: true,
      cost: null,
      cache_saving: null,
      tokens: { input: null, output: null, total: null },
      warning: 'Nearly spent.',
    });
    expect(response.headers.has('x-switchyard-cost-usd')).toBe(false);
    expect(response.headers.get('x-switchyard-warning')).toBe('Nearly spent.');
    expect(service.asked[0]?.chat.model).toBe('tiny');
  });

  it('wants a model where no table chooses one', async () => {
    const service = await serveScript({ models: [MODEL] });
    const response = await post(`${service.url}/v1/generate`, { prompt: 'Hi' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(MODEL);
  });

  it.each([
    [{}, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: 'Hi', max_tokens: 0 }, 'max_tokens'],
    [{ prompt: 'Hi', use_cahce: true }, 'use_cahce'],
  ])('refuses %o and names the member', async (body, member) => {
    const service = await serveScript();
    const response = await post(`${service.url}/v1/generate`, body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(
      member,
    );
  });

  it('tells of a failure in the common form', async () => {
    const service = await serveScript({
      handle: (request) => refusal(request, { status: 502, message: 'It failed.' }),
    });
    const response = await post(`${service.url}/v1/generate`, { prompt: 'Hi' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { message: 'It failed.' } });
  });
});
