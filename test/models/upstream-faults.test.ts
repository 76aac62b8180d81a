import { getEventListeners } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ModelApi, Upstream, UpstreamSpec } from '../../src/models/index.js';
import { json, type Loopback, startLoopback } from './loopback-server.js';
import { FORMATS, KEY } from './provider-fixtures.js';
import { brokenOff, chat, failureOf, openAt, textOf } from './upstream-fixtures.js';

const never = new AbortController().signal;
const BEGUN = { 'content-type': 'text/event-stream' };

describe.each(Object.keys(FORMATS) as ModelApi[])('%s', (api) => {
  const { answer, error } = FORMATS[api];
  const request = chat(api);
  const opened: Upstream[] = [];
  let server: Loopback;

  beforeAll(async () => {
    server = await startLoopback(json(answer));
  });
  afterEach(async () => {
    server.received.length = 0;
    await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  });
  afterAll(() => server.close());

  const open = async (overrides: Partial<UpstreamSpec> = {}, url = server.url) => {
    const upstream = await openAt(url, api, overrides);
    opened.push(upstream);
    return upstream;
  };
  const send = async (signal = never, overrides: Partial<UpstreamSpec> = {}) => {
    const upstream = await open(overrides);
    return upstream.send(request, upstream.format.name, signal);
  };
  const failure = async (overrides: Partial<UpstreamSpec> = {}, signal = never) =>
    failureOf(await open(overrides), request, signal);

  test.each([
    [429, { 'retry-after-ms': '70' }, 'rate_limit', 70],
    [429, { 'retry-after': '2' }, 'rate_limit', 2_000],
    [429, {}, 'rate_limit', null],
    [500, { 'retry-after': '1.5' }, 'server', 1_500],
    [408, {}, 'server', null],
    [529, {}, 'server', null],
    [401, {}, 'authentication', null],
    [402, {}, 'authentication', null],
    [403, {}, 'authentication', null],
    [400, {}, 'invalid_request', null],
    [404, {}, 'invalid_request', null],
  ] as const)('status %i with %j is %s', async (status, headers, kind, retryAfterMs) => {
    server.answerWith(json(error('No such thing.'), status, headers));
    const failed = await failure();
    expect(failed).toMatchObject({ kind, status, retryAfterMs });
    expect(failed.message).toBe(`${new URL(server.url).host}: HTTP ${status}: No such thing.`);
    expect(server.received).toHaveLength(1);
  });

  test('an HTTP date says how long to wait, and the id of the request is told', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const { requestIdHeader } = (await open()).format;
    server.answerWith(json(error('No.'), 429, { 'retry-after': date, [requestIdHeader]: 'r-1' }));
    const { retryAfterMs, message } = await failure();
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(message).toContain('(request r-1)');
  });

  test.each([
    ['a web page', '<html>\n<h1>Bad\n Gateway</h1></html>', 'Bad Gateway'],
    ['an error in a word', { error: 'overloaded' }, 'overloaded'],
    ['a detail', { detail: 'not ready' }, 'not ready'],
    ['a detail with members', { detail: [{ loc: 1 }] }, '[{"loc":1}]'],
    [
      'what is nested too deeply',
      `{"error":{"message":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
      '{"error"',
    ],
    ['nothing', '', 'no message'],
    ['one letter, often', '<'.repeat(100_000), '<'.repeat(30)],
  ])('%s is told in one line', async (_name, body, told) => {
    server.answerWith(json(body, 500));
    const { message, kind } = await failure();
    expect(kind).toBe('server');
    expect(message).toContain(`HTTP 500: ${told}`);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(600);
  });

  test('an error status counts even if its body breaks off or is endless', async () => {
    server.answerWith((response, socket) => {
      response.writeHead(500, { 'content-length': '500' });
      response.write('busy', () => socket.destroy());
    });
    expect(await failure()).toMatchObject({ kind: 'server', status: 500 });
    server.answerWith((response) => {
      response.writeHead(503);
      const more = (): void => {
        if (!response.destroyed) response.write('busy '.repeat(2_000), more);
      };
      more();
    });
    expect(await failure()).toMatchObject({ kind: 'server', status: 503 });
    expect(await server.received[1]?.cutOff).toBe(true);
    server.answerWith((response) => {
      response.writeHead(400);
      response.write('never');
    });
    expect(await failure({ timeoutMs: 60 })).toMatchObject({ kind: 'invalid_request' });
  });

  test('a redirect is not followed', async () => {
    server.answerWith((response) => {
      response.writeHead(307, { location: `${server.url}/elsewhere` });
      response.end();
    });
    expect(await failure()).toMatchObject({ kind: 'invalid_request', status: 307 });
    expect(server.received).toHaveLength(1);
  });

  test('an exhausted quota is not waited for', async () => {
    server.answerWith(json({ error: { message: 'no', code: 'insufficient_quota' } }, 429));
    expect((await failure()).kind).toBe('authentication');
  });

  test('a hang before the head is a timeout, and the socket goes', async () => {
    server.answerWith(() => {});
    expect((await failure({ timeoutMs: 60 })).kind).toBe('timeout');
    expect(await server.received[0]?.cutOff).toBe(true);
  });

  test('a body that stops coming is a timeout once what came has been read', async () => {
    server.answerWith((response) => {
      response.writeHead(200, BEGUN);
      response.write('one');
    });
    const whole = await brokenOff((await send(never, { timeoutMs: 60 })).body);
    expect(whole).toMatchObject({ text: 'one', error: { kind: 'timeout' } });
    expect(String(whole.error)).toContain('no complete answer within 60 ms');
    const idle = await brokenOff((await send(never, { idleTimeoutMs: 60 })).body);
    expect(idle).toMatchObject({ text: 'one', error: { kind: 'timeout' } });
    expect(String(idle.error)).toContain('no more of the answer within 60 ms');
    expect(await server.received[1]?.cutOff).toBe(true);
  });

  test('silence before the head and a slow reader are not idle', async () => {
    server.answerWith((response) => {
      setTimeout(() => {
        response.writeHead(200, BEGUN);
        response.end('x'.repeat(2_000_000));
      }, 150);
    });
    const { body } = await send(never, { idleTimeoutMs: 60 });
    let bytes = 0;
    for await (const chunk of body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 150));
      bytes += chunk.length;
    }
    expect(bytes).toBe(2_000_000);
  });

  test.each([
    ['of a known length', { 'content-length': '500' }],
    ['of an event stream', BEGUN],
  ])('a body %s that breaks off is truncated', async (_name, headers) => {
    server.answerWith((response, socket) => {
      response.writeHead(200, headers);
      response.write('data: {"a"', () => socket.destroy());
    });
    expect(await brokenOff((await send()).body)).toMatchObject({
      text: 'data: {"a"',
      error: { kind: 'truncated', retryable: true, mayBeBilled: true },
    });
  });

  test('a body reset in the middle is truncated', async () => {
    server.answerWith((response, socket) => {
      response.writeHead(200, BEGUN);
      response.write('some', () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    expect(await brokenOff((await send()).body)).toMatchObject({ error: { kind: 'truncated' } });
  });

  test('a body beyond 64 MB is truncated', async () => {
    const block = Buffer.alloc(2 ** 20);
    server.answerWith((response) => {
      response.writeHead(200, BEGUN);
      const more = (): void => {
        if (!response.destroyed) response.write(block, more);
      };
      more();
    });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of (await send()).body) bytes += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'truncated' });
    expect(bytes).toBeLessThanOrEqual(64 * 2 ** 20);
  });

  test('a flood of chunks of one byte is truncated long before 64 MB of them', async () => {
    const block = '1\r\na\r\n'.repeat(10_000);
    server.answerWith((_response, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        if (!socket.destroyed) socket.write(block, more);
      };
      more();
    });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of (await send()).body) bytes += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'truncated' });
    expect(bytes).toBeLessThan(2 ** 21);
  });

  test('a socket closed before any byte is a connection error', async () => {
    server.answerWith((_response, socket) => socket.destroy());
    expect(await failure()).toMatchObject({ kind: 'connection', mayBeBilled: false });
    server.answerWith((_response, socket) => socket.resetAndDestroy());
    expect((await failure()).kind).toBe('connection');
  });

  test('bytes that are no HTTP are an answer that cannot be read', async () => {
    server.answerWith((_response, socket) => socket.end('nonsense\r\n\r\n'));
    expect((await failure()).kind).toBe('truncated');
  });

  test('an abort closes the socket, before the head and in the body', async () => {
    const early = new AbortController();
    server.answerWith(() => setTimeout(() => early.abort(), 10));
    expect((await failure({}, early.signal)).kind).toBe('aborted');
    expect(await server.received[0]?.cutOff).toBe(true);
    expect(getEventListeners(early.signal, 'abort')).toHaveLength(0);

    const late = new AbortController();
    server.answerWith((response) => {
      response.writeHead(200, BEGUN);
      response.write('one');
    });
    const { body } = await send(late.signal);
    setTimeout(() => late.abort(), 10);
    expect(await brokenOff(body)).toMatchObject({ text: 'one', error: { kind: 'aborted' } });
    expect(await server.received[1]?.cutOff).toBe(true);
    expect(getEventListeners(late.signal, 'abort')).toHaveLength(0);
  });

  test('what is aborted before it has a connection is never sent', async () => {
    const abort = new AbortController();
    const upstream = await open();
    const sending = failureOf(upstream, request, abort.signal);
    abort.abort();
    expect((await sending).kind).toBe('aborted');
    await upstream.close();
    expect(server.received).toHaveLength(0);
  });

  test('who leaves off reading closes the socket', async () => {
    server.answerWith((response) => {
      response.writeHead(200, BEGUN);
      response.write('one');
    });
    const abort = new AbortController();
    for await (const _chunk of (await send(abort.signal)).body) break;
    expect(await server.received[0]?.cutOff).toBe(true);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  test('what is aborted already is not sent', async () => {
    expect((await failure({}, AbortSignal.abort())).kind).toBe('aborted');
    expect(server.received).toHaveLength(0);
  });

  test('keys appear in no message', async () => {
    const quoting = `Incorrect key ${KEY}, or sk-proj-abcd1234****wxyz;\n Bearer ${KEY}`;
    for (const [body, status] of [
      [error(quoting), 400],
      [quoting, 500],
      [{ detail: [quoting] }, 429],
      [{ error: { message: quoting, code: KEY } }, 307],
    ] as const) {
      server.answerWith(json(body, status));
      const failed = await failure();
      const told = `${failed.message} ${failed.stack} ${JSON.stringify(failed)} ${String(failed.cause)}`;
      expect(told).not.toContain(KEY);
      expect(told).not.toContain('wxyz');
      expect(failed.message).not.toContain('\n');
    }
  });

  test('1,000 requests in a row keep to two connections and leave no listener behind', async () => {
    const sockets = new Set<Socket>();
    server.answerWith((response, socket) => {
      sockets.add(socket);
      json(answer)(response, socket);
    });
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on('warning', warn);
    const upstream = await open();
    const { signal } = new AbortController();
    for (let sent = 0; sent < 1_000; sent++) {
      await textOf((await upstream.send(request, upstream.format.name, signal)).body);
    }
    process.off('warning', warn);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(sockets.size).toBeLessThanOrEqual(2);
    expect(warnings).toEqual([]);
  });
});

describe('connections', () => {
  const listen = async (onSocket: (socket: Socket) => void): Promise<[Server, string]> => {
    const server = createServer((socket) => onSocket(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return [
      server,
      `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
    ];
  };

  test('a refused connection is a connection error that names the address', async () => {
    const [probe, host] = await listen(() => {});
    await new Promise((resolve) => probe.close(resolve));
    const upstream = await openAt(`http://${host}`, 'openai');
    expect(await failureOf(upstream, chat('openai'))).toMatchObject({
      kind: 'connection',
      message: `${host}: no answer (ECONNREFUSED)`,
    });
    await upstream.close();
  });

  test('the body of an error status is not waited for as long as an answer', async () => {
    const [server, host] = await listen((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\nbusy')),
    );
    const upstream = await openAt(`http://${host}`, 'openai', { timeoutMs: 600_000 });
    expect(await failureOf(upstream, chat('openai'))).toMatchObject({
      kind: 'server',
      message: `${host}: HTTP 503: busy`,
    });
    await upstream.close();
    server.close();
  });

  test('a connection that never stands is no time-out, as nothing was sent', async () => {
    const [silent, host] = await listen((socket) => socket.resume());
    const upstream = await openAt(`https://${host}`, 'openai', { timeoutMs: 60 });
    expect((await failureOf(upstream, chat('openai'))).kind).toBe('connection');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const patient = await openAt(`https://${host}`, 'openai');
    expect((await failureOf(patient, chat('openai'), abort.signal)).kind).toBe('aborted');
    silent.close();
  });
});
