import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createModel, type ModelApi, ModelError } from '../../src/models/index.js';
import { json, type Loopback, startLoopback } from './loopback-server.js';
import { ask, env, FORMATS, KEY, pricing } from './provider-fixtures.js';

const never = new AbortController().signal;

describe.each(Object.keys(FORMATS) as ModelApi[])('%s', (api) => {
  const { answer, error } = FORMATS[api];
  let server: Loopback;

  beforeAll(async () => {
    server = await startLoopback(json(answer));
  });
  afterEach(() => {
    server.received.length = 0;
  });
  afterAll(() => server.close());

  const model = (timeoutMs = 5_000, url = server.url) =>
    createModel(
      {
        id: 'mine/some-model',
        baseUrl: `${url}/v1`,
        apiKeyEnv: 'TEST_API_KEY',
        pricing,
        api,
        timeoutMs,
      },
      { env },
    );
  const failure = async (timeoutMs?: number, signal = never): Promise<ModelError> => {
    const opened = await model(timeoutMs);
    const failed = await opened.attempt(ask(), signal).catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(ModelError);
    return failed as ModelError;
  };
  const described = async (...input: Parameters<typeof failure>) => {
    const { kind, status, retryAfterMs } = await failure(...input);
    return { kind, status, retryAfterMs };
  };

  test('a good answer comes back with its usage', async () => {
    server.answerWith(json(answer));
    expect(await (await model()).attempt(ask(), never)).toEqual({
      text: 'Four.',
      finishReason: 'stop',
      usage: { input: 20, cachedInput: 0, cacheWrite: 0, output: 3, reasoning: 0 },
      latencyMs: null,
      cost: null,
      recordedScore: null,
    });
  });

  test('an answer without usage has null, not zero', async () => {
    const { usage: _, ...without } = answer;
    server.answerWith(json(without));
    expect((await (await model()).attempt(ask(), never)).usage).toBeNull();
  });

  test.each([
    [429, { 'retry-after-ms': '1500', 'retry-after': '9' }, 'rate_limit', 1500],
    [429, { 'retry-after': '2' }, 'rate_limit', 2000],
    [429, {}, 'rate_limit', null],
    [503, { 'retry-after': '0.5' }, 'server', 500],
    [500, {}, 'server', null],
    [529, {}, 'server', null],
    [408, {}, 'server', null],
    [409, {}, 'server', null],
    [401, {}, 'authentication', null],
    [402, {}, 'authentication', null],
    [403, {}, 'authentication', null],
    [400, {}, 'invalid_request', null],
    [404, {}, 'invalid_request', null],
    [422, {}, 'invalid_request', null],
  ] as const)('status %i with %j is %s', async (status, headers, kind, retryAfterMs) => {
    server.answerWith(json(error('No.'), status, headers));
    expect(await described()).toEqual({ kind, status, retryAfterMs });
    expect(server.received).toHaveLength(1);
  });

  test('an HTTP date says how long to wait', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    server.answerWith(json(error('No.'), 429, { 'retry-after': date }));
    const { retryAfterMs } = await failure();
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test('an error status counts even if its body breaks off', async () => {
    server.answerWith((response, socket) => {
      response.writeHead(500, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"error": {"mess', () => socket.destroy());
    });
    expect(await described()).toMatchObject({ kind: 'server', status: 500 });
  });

  test('an exhausted quota is not waited for', async () => {
    const body = { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } };
    server.answerWith(json(body, 429));
    expect((await failure()).kind).toBe(api === 'openai' ? 'authentication' : 'rate_limit');
  });

  test('a hang before and after the headers is a timeout', async () => {
    server.answerWith(() => {});
    expect((await failure(60)).kind).toBe('timeout');
    server.answerWith((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
    });
    expect((await failure(60)).kind).toBe('timeout');
    expect(await server.received[1]?.cutOff).toBe(true);
  });

  test.each([
    ['the socket closed inside the body', 500],
    ['the socket closed inside a chunked body', null],
  ])('%s is truncated', async (_name, length) => {
    server.answerWith((response, socket) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(length === null ? {} : { 'content-length': String(length) }),
      });
      response.write('{"id": "x", "cho', () => socket.destroy());
    });
    expect((await failure()).kind).toBe('truncated');
  });

  test.each([
    ['JSON cut short', '{"id": "x", "choi', 'application/json'],
    ['JSON of something else', '{}', 'application/json'],
    ['an empty body', '', 'application/json'],
    ['null', 'null', 'application/json'],
    ['a web page', '<html></html>', 'text/html'],
  ])('%s is truncated', async (_name, body, type) => {
    server.answerWith(json(body, 200, { 'content-type': type }));
    expect((await failure()).kind).toBe('truncated');
  });

  test('a socket closed before any byte is a connection error', async () => {
    server.answerWith((_response, socket) => socket.destroy());
    expect((await failure()).kind).toBe('connection');
  });

  test('bytes that are no HTTP are an answer that cannot be read', async () => {
    server.answerWith((_response, socket) => socket.end('nonsense\r\n\r\n'));
    expect((await failure()).kind).toBe('truncated');
  });

  test('a refused connection is a connection error that names the address', async () => {
    const closed = await new Promise<string>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        const port = address !== null && typeof address === 'object' ? address.port : 0;
        probe.close(() => resolve(`127.0.0.1:${port}`));
      });
    });
    const opened = await model(5_000, `http://${closed}`);
    await expect(opened.attempt(ask(), never)).rejects.toMatchObject({
      kind: 'connection',
      message: `${closed}: no answer (ECONNREFUSED)`,
    });
  });

  test('a connection that never stands is no time-out, as nothing was sent', async () => {
    const silent = createServer((socket) => socket.resume().on('error', () => {}));
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
    const opened = await model(60, `https://127.0.0.1:${port}`);
    await expect(opened.attempt(ask(), never)).rejects.toMatchObject({ kind: 'connection' });
    await new Promise((resolve) => silent.close(resolve));
  });

  test('a redirect is not followed', async () => {
    server.answerWith((response) => {
      response.writeHead(307, { location: `${server.url}/elsewhere` });
      response.end();
    });
    expect(await described()).toMatchObject({ kind: 'invalid_request', status: 307 });
    expect(server.received).toHaveLength(1);
  });

  test('an abort reaches the socket', async () => {
    const abort = new AbortController();
    server.answerWith(() => setTimeout(() => abort.abort(), 10));
    expect((await failure(600_000, abort.signal)).kind).toBe('aborted');
    expect(await server.received[0]?.cutOff).toBe(true);
  });

  test('what is aborted already is not sent', async () => {
    expect((await failure(5_000, AbortSignal.abort())).kind).toBe('aborted');
    expect(server.received).toHaveLength(0);
  });

  test('keys appear in no message, and messages are one line', async () => {
    const quoting = `Incorrect key ${KEY}, or sk-proj-abcd1234****wxyz;\n Bearer ${KEY}`;
    for (const status of [400, 401, 429, 500]) {
      server.answerWith(json(error(quoting), status));
      const failed = await failure();
      const told = `${failed.message} ${failed.stack} ${JSON.stringify(failed)} ${String(failed.cause)}`;
      expect(told).not.toContain(KEY);
      expect(told).not.toContain('wxyz');
      expect(failed.message).not.toContain('\n');
    }
    server.answerWith(json(`{"broken": "${KEY}`, 200));
    expect((await failure()).message).not.toContain(KEY.slice(0, 10));
  });
});
