import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createAnswerKey,
  type ModelApi,
  openUpstream,
  SIMULATED_PROFILES,
  startStandIn,
  type UpstreamSpec,
} from '../../src/models/index.js';
import { UserError } from '../../src/user-error.js';
import { type ChatRequest, WireRequestError } from '../../src/wire/index.js';
import { json, type Loopback, type Received, startLoopback } from './loopback-server.js';
import { FORMATS, KEY, pricing } from './provider-fixtures.js';
import { chat, openAt, textOf, WIRES } from './upstream-fixtures.js';

const never = new AbortController().signal;
const APIS = Object.keys(FORMATS) as ModelApi[];

let server: Loopback;
beforeAll(async () => {
  server = await startLoopback(json({ ok: true }));
});
afterEach(() => {
  server.received.length = 0;
});
afterAll(() => server.close());

async function sent(
  api: ModelApi,
  request: ChatRequest,
  from: ModelApi = api,
  overrides: Partial<UpstreamSpec> = {},
): Promise<Received> {
  const upstream = await openAt(server.url, api, overrides);
  try {
    await textOf((await upstream.send(request, WIRES[from].name, never)).body);
  } finally {
    await upstream.close();
  }
  const received = server.received.at(-1);
  if (received === undefined) throw new Error('Expected a request');
  return received;
}

describe('what leaves', () => {
  test('the key goes in the header of the format, and nothing but our own headers does', async () => {
    const openai = await sent('openai', chat('openai'));
    expect(openai.path).toBe('/v1/chat/completions');
    expect(openai.headers.authorization).toBe(`Bearer ${KEY}`);
    const anthropic = await sent('anthropic', chat('anthropic'));
    expect(anthropic.path).toBe('/v1/messages');
    expect(anthropic.headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
    });
    const ours = ['accept', 'connection', 'content-length', 'content-type', 'host', 'user-agent'];
    expect(Object.keys(openai.headers).sort()).toEqual([...ours, 'authorization'].sort());
    expect(Object.keys(anthropic.headers).sort()).toEqual(
      [...ours, 'anthropic-version', 'x-api-key'].sort(),
    );
  });

  test.each(APIS)('%s: a base URL may lie deeper, and end in a slash', async (api) => {
    const baseUrl = `${server.url}/proxy/v1/`;
    const { path } = await sent(api, chat(api), api, { baseUrl });
    expect(path).toBe(`/proxy${WIRES[api].path}`);
  });

  test.each(APIS)("%s: the provider's name replaces the model's", async (api) => {
    expect((await sent(api, chat(api))).body).toEqual({
      model: 'some-model',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'What is 2 + 2?' }],
    });
  });

  test('a stream asks for its token counts beside what the caller asked for', async () => {
    const request = chat('openai', {
      stream: true,
      stream_options: { include_usage: false, include_obfuscation: false },
    });
    const { body, headers } = await sent('openai', request);
    expect(body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    expect(headers.accept).toBe('text/event-stream');
    expect((await sent('anthropic', chat('anthropic', { stream: true }))).body).toMatchObject({
      stream: true,
    });
  });
});

describe('families of models', () => {
  const sampling = { temperature: 0.5, top_p: 0.9 };

  test("in the same format the caller's own words go out", async () => {
    const newest = { id: 'mine/gpt-5' };
    const older = chat('openai', sampling);
    expect((await sent('openai', older, 'openai', newest)).body).toMatchObject({
      ...sampling,
      max_tokens: 50,
    });
    const newer = chat('openai', { max_tokens: undefined, max_completion_tokens: 9 });
    const { body } = await sent('openai', newer);
    expect(body.max_completion_tokens).toBe(9);
    expect(body.max_tokens).toBeUndefined();
    expect(
      (
        await sent('anthropic', chat('anthropic', sampling), 'anthropic', {
          id: 'mine/claude-opus-5',
        })
      ).body,
    ).toMatchObject(sampling);
  });

  test.each([
    ['gpt-5', false, 'max_completion_tokens'],
    ['o4-mini', false, 'max_completion_tokens'],
    ['gpt-5-chat', true, 'max_completion_tokens'],
    ['gpt-4o', true, 'max_tokens'],
    ['llama3', true, 'max_tokens'],
  ])('from the other format, %s takes sampling: %s, and %s', async (name, takes, limit) => {
    const request = chat('anthropic', sampling);
    const { body } = await sent('openai', request, 'anthropic', { id: `mine/${name}` });
    expect('temperature' in body).toBe(takes);
    expect('top_p' in body).toBe(takes);
    expect(Object.keys(body).filter((key) => key.startsWith('max_'))).toEqual([limit]);
    expect(body[limit]).toBe(50);
  });

  test.each([
    ['claude-opus-5', false],
    ['claude-3-5-haiku-latest', true],
  ])('from the other format, %s takes sampling: %s', async (name, takes) => {
    const request = chat('openai', { temperature: 0.5 });
    const { body } = await sent('anthropic', request, 'openai', { id: `mine/${name}` });
    expect('temperature' in body).toBe(takes);
    expect(body.max_tokens).toBe(50);
  });

  test('what the other format alone can say is refused, and nothing is sent', async () => {
    const request = chat('openai', { logprobs: true });
    await expect(sent('anthropic', request, 'openai')).rejects.toThrow(WireRequestError);
    expect(server.received).toHaveLength(0);
  });
});

describe('what comes back', () => {
  test.each(APIS)('%s: the bytes as they are, the id, and whether they stream', async (api) => {
    const upstream = await openAt(server.url, api);
    const { name, requestIdHeader } = upstream.format;
    server.answerWith(json('{"é": 1 }', 200, { [requestIdHeader]: 'r-1' }));
    const whole = await upstream.send(chat(api), name, never);
    expect(whole).toMatchObject({ requestId: 'r-1', streams: false });
    expect(await textOf(whole.body)).toBe('{"é": 1 }');
    server.answerWith(json('data: 1\n\n', 200, { 'content-type': 'text/event-stream' }));
    const stream = await upstream.send(chat(api, { stream: true }), name, never);
    expect(stream).toMatchObject({ requestId: null, streams: true });
    expect(await textOf(stream.body)).toBe('data: 1\n\n');
    await upstream.close();
  });

  test('a reader that waits holds the provider back', async () => {
    const block = Buffer.alloc(64 * 1024, 'x');
    const blocks = 400;
    let written = 0;
    server.answerWith((response) => {
      response.writeHead(200);
      const more = (): void => {
        if (written++ === blocks) response.end();
        else if (response.write(block)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const upstream = await openAt(server.url, 'openai');
    const { body } = await upstream.send(chat('openai'), upstream.format.name, never);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(blocks);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    expect(bytes).toBe(blocks * block.length);
    await upstream.close();
  });

  test('many at once are not held to fewer connections', async () => {
    let waiting: (() => void)[] = [];
    server.answerWith((response, socket) => {
      waiting.push(() => json({ ok: true })(response, socket));
      if (waiting.length < 40) return;
      for (const answer of waiting) answer();
      waiting = [];
    });
    const upstream = await openAt(server.url, 'openai');
    const texts = Array.from({ length: 40 }, async () => {
      const { signal } = new AbortController();
      return textOf((await upstream.send(chat('openai'), upstream.format.name, signal)).body);
    });
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['{"ok":true}']));
    await upstream.close();
  });

  test('connections are shared by one address and go with its last user', async () => {
    const sockets = new Set<Socket>();
    server.answerWith((response, socket) => {
      sockets.add(socket);
      json({ ok: true })(response, socket);
    });
    const first = await openAt(server.url, 'openai');
    const second = await openAt(server.url, 'anthropic');
    await textOf((await first.send(chat('openai'), first.format.name, never)).body);
    await first.close();
    await first.close();
    const { body } = await second.send(chat('anthropic'), second.format.name, never);
    const closed = second.close();
    expect(await textOf(body)).toBe('{"ok":true}');
    await closed;
    await expect.poll(() => [...sockets].every(({ destroyed }) => destroyed)).toBe(true);
    expect(sockets.size).toBeLessThanOrEqual(2);
  });
});

describe('what can be opened', () => {
  const spec = (id: string, overrides: Partial<UpstreamSpec> = {}): UpstreamSpec => ({
    id,
    baseUrl: null,
    apiKeyEnv: null,
    pricing,
    ...overrides,
  });

  test("makers' own models, with the keys and prices of models", async () => {
    const env = { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-test' };
    const openai = await openUpstream(spec('openai/gpt-4o'), { env });
    expect(openai).toMatchObject({ id: 'openai/gpt-4o', origin: 'live', rateLimitKey: 'openai' });
    expect(openai.format).toBe(WIRES.openai);
    const anthropic = await openUpstream(spec('anthropic/claude-sonnet-5'), { env });
    expect(anthropic.format).toBe(WIRES.anthropic);
    await Promise.all([openai.close(), anthropic.close()]);
  });

  test.each([
    ['a key that is not set', spec('openai/gpt-4o'), 'OPENAI_API_KEY'],
    [
      "a maker's key for another address",
      spec('openai/gpt-4o', { baseUrl: 'http://127.0.0.1:9/v1', apiKeyEnv: 'OPENAI_API_KEY' }),
      'MY_API_KEY',
    ],
    ['an unknown provider', spec('mine/m'), 'unknown provider "mine"'],
    [
      'an unknown price',
      spec('mine/m', { baseUrl: 'http://h/v1', pricing: null }),
      'no known price',
    ],
    ['no id', spec('gpt-4o'), '"gpt-4o"'],
    ['a secret in the address', spec('mine/m', { baseUrl: 'http://u:p@h/v1' }), 'base_url of h'],
    ['a simulated model without an address', spec('simulated/small'), 'base_url'],
    ['a recorded model', spec('recorded/gpt-4'), 'base_url'],
  ])('%s is refused in one line', async (_name, asked, told) => {
    const error = await openUpstream(asked, { env: {} }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(told);
    expect((error as UserError).message).not.toContain('\n');
  });

  test.each(APIS)('%s: a simulated model at the stand-in answers at its own price', async (api) => {
    const standIn = await startStandIn({ answerKey: createAnswerKey([]), seed: 1 });
    const upstream = await openUpstream(
      spec('simulated/small', { baseUrl: `${standIn.url}/v1`, pricing: null, api }),
      { env: {} },
    );
    const profile = SIMULATED_PROFILES.find(({ id }) => id === 'simulated/small');
    expect(upstream).toMatchObject({ origin: 'simulated', pricing: profile?.pricing });
    const reply = await upstream.send(chat(api), upstream.format.name, never);
    const answer = upstream.format.parseAnswer(JSON.parse(await textOf(reply.body)));
    expect(answer.usage?.output).toBeGreaterThan(0);
    expect(reply.requestId).not.toBeNull();
    await upstream.close();
    await standIn.close();
  });
});
