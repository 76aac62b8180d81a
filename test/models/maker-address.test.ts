import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';

/** What would have gone out over TLS. */
const sent: { url: string; headers: Readonly<Record<string, unknown>> }[] = [];

vi.mock('node:https', async (original) => ({
  ...(await original<typeof import('node:https')>()),
  request: (url: URL, options: { headers: Readonly<Record<string, unknown>> }) => {
    sent.push({ url: String(url), headers: options.headers });
    const answer = Object.assign(new PassThrough(), { statusCode: 500, headers: {} });
    const request = new EventEmitter();
    const end = (): void => {
      request.emit('finish');
      request.emit('response', answer);
      answer.end('{}');
    };
    return Object.assign(request, { end, destroy: () => {} });
  },
}));

const { createModel } = await import('../../src/models/index.js');
const { ask, pricing } = await import('./provider-fixtures.js');

const credentials = async (id: string, env: Record<string, string>) => {
  const spec = { id, baseUrl: null, apiKeyEnv: null, pricing };
  const model = await createModel(spec, { env });
  await model.attempt(ask(), new AbortController().signal).catch(() => {});
  const { url, headers } = sent.at(-1)!;
  const { authorization, 'x-api-key': key } = headers;
  return { host: new URL(url).host, authorization, key };
};

test("each maker's own address is sent its key in the header that it looks in, and in no other", async () => {
  expect(await credentials('openai/gpt-4o', { OPENAI_API_KEY: 'sk-one' })).toEqual({
    host: 'api.openai.com',
    authorization: 'Bearer sk-one',
    key: undefined,
  });
  expect(await credentials('anthropic/claude-sonnet-5', { ANTHROPIC_API_KEY: 'sk-two' })).toEqual({
    host: 'api.anthropic.com',
    authorization: undefined,
    key: 'sk-two',
  });
});
