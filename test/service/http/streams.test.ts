import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/service/index.js';
import {
  answers,
  closeScripts,
  HEAD,
  operationOf,
  parseAnswer,
  post,
  rawConnection,
  scriptedLedger,
  serveScript,
  streamOf,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Until something holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn++) await wait(5);
  expect(holds()).toBe(true);
}

/** Opens a stream and hands over its response, unread. */
async function openStream(url: string, path: string, body: unknown) {
  const outgoing = request(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  outgoing.on('error', () => {});
  outgoing.end(JSON.stringify(body));
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  response.on('error', () => {});
  return { outgoing, response };
}

describe.each(WIRES)('streams of $path', ({ path, body, errorOf }) => {
  const question = body('Hi', { stream: true });

  it('send headers before the first frame, and frames as they come', async () => {
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const service = await serveScript({
      handle: () => ({
        kind: 'stream',
        head: HEAD,
        frames: (async function* () {
          await gate;
          yield 'data: 1\n\n';
          yield '';
          yield new TextEncoder().encode('data: 2\n\n: switchyard {}\n\n');
        })(),
      }),
    });
    const { response } = await openStream(service.url, path, question);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-switchyard-cause': 'policy',
      'x-switchyard-operation': service.asked[0]?.operationId,
    });
    expect(response.headers['content-encoding']).toBeUndefined();
    proceed();
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(text).toBe('data: 1\n\ndata: 2\n\n: switchyard {}\n\n');
  });

  it('are made no faster than they are read', async () => {
    let made = 0;
    const service = await serveScript({
      handle: (request) =>
        streamOf(
          request,
          (function* () {
            for (; made < 2000; made++) yield 'x'.repeat(50_000);
          })(),
        ),
    });
    const { response } = await openStream(service.url, path, question);
    response.pause();
    await until(() => made > 0);
    await wait(200);
    const ahead = made;
    expect(ahead).toBeLessThan(1000);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    expect(made).toBe(2000);
    expect(bytes).toBeGreaterThan(100_000_000);
  });

  it('tell the gateway that the client has left, and are taken to their end', async () => {
    let over = false;
    const service = await serveScript({
      handle: ({ left }) => ({
        kind: 'stream',
        head: HEAD,
        frames: (async function* () {
          while (!left.aborted) {
            yield 'data: more\n\n';
            await wait(2);
          }
          yield 'data: nobody reads this\n\n';
          over = true;
        })(),
      }),
    });
    const { outgoing, response } = await openStream(service.url, path, question);
    await once(response, 'data');
    outgoing.destroy();
    await until(() => over);
    await until(() => service.logged().some(({ left }) => left === true));
    expect(service.metrics.inFlight).toBe(0);
  });

  it('tell the gateway, too, where the client leaves before the head', async () => {
    let left = false;
    const service = await serveScript({
      handle: async (request) => {
        await new Promise((resolve) => request.left.addEventListener('abort', resolve));
        left = true;
        return {
          kind: 'failure',
          failure: { status: 499, message: 'Gone.', retryAfterMs: null },
          operation: operationOf(request, { error: 'client_left' }),
        };
      },
    });
    const cut = new AbortController();
    const asking = fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal: cut.signal,
    }).catch(() => null);
    await until(() => service.asked.length === 1);
    cut.abort();
    await asking;
    await until(() => left && service.logged().some((line) => line.left === true));
    expect(service.logged().at(-1)).toMatchObject({ status: 499 });
  });

  it('end with a frame that says so where they break', async () => {
    const service = await serveScript({
      handle: () => ({
        kind: 'stream',
        head: HEAD,
        frames: (async function* () {
          yield 'data: 1\n\n';
          throw new Error('secret words of an answer');
        })(),
      }),
    });
    const text = await (await post(service.url + path, question)).text();
    const last = text.trim().split('\n').at(-1) ?? '';
    expect(errorOf(JSON.parse(last.replace('data: ', '')))?.message).toContain('log');
    expect(text + JSON.stringify(service.logged())).not.toContain('secret words');
  });

  it('are logged and counted with what the ledger holds of them', async () => {
    const metrics = createMetrics(['simulated/small']);
    const ledger = metrics.observe(scriptedLedger());
    const service = await serveScript({
      metrics,
      ledger,
      handle: (request) => ({
        kind: 'stream',
        head: HEAD,
        frames: (async function* () {
          yield 'data: 1\n\n';
          await ledger.record({
            operation: operationOf(request, { cost: 2_000_000_000 }),
            usage: [],
          });
          yield 'data: 2\n\n';
        })(),
      }),
    });
    await (await post(service.url + path, question)).text();
    await until(() => service.logged().some(({ path: logged }) => logged === path));
    expect(service.logged().find(({ msg }) => msg === 'request')).toMatchObject({
      status: 200,
      cost_usd: 2,
      cause: 'policy',
      cache: 'miss',
    });
  });
});

describe('closing', () => {
  it('answers what is under way, refuses what comes behind it, and takes no more', async () => {
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const service = await serveScript({
      handle: () => ({
        kind: 'stream',
        head: HEAD,
        frames: (async function* () {
          yield 'data: begun\n\n';
          await gate;
          yield 'data: done\n\n';
        })(),
      }),
    });
    const text = JSON.stringify(WIRES[0].body('Hi', { stream: true }));
    const bytes = `POST ${WIRES[0].path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    const { socket, received } = rawConnection(service.server.port);
    socket.write(bytes);
    await once(socket, 'data');
    const closing = service.server.close();
    socket.write(bytes.replaceAll(WIRES[0].path, WIRES[1].path));
    await wait(150);
    await expect(fetch(`${service.url}/health`)).rejects.toThrow();
    proceed();
    const all = await received;
    await closing;
    const end = all.indexOf('\r\n0\r\n\r\n') + 7;
    expect(all.slice(0, end)).toContain('data: done');
    const { status, body } = parseAnswer(all.slice(end));
    expect(status).toBe(503);
    expect(all.slice(end).toLowerCase()).toContain('connection: close');
    expect(WIRES[1].errorOf(body)?.message).toContain('closing');
    expect(service.asked).toHaveLength(1);
  });

  it('resets no connection that is kept, under load', async () => {
    const service = await serveScript();
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const outgoing = request(service.url + WIRES[0].path, {
          agent,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        });
        outgoing.on('error', reject).on('response', (response) => {
          const { statusCode, headers } = response;
          if (statusCode === 503 && headers.connection !== 'close') reject(new Error('kept open'));
          response.resume().once('end', () => resolve(statusCode));
        });
        // The head goes first, the body after it.
        outgoing.flushHeaders();
        setImmediate(() => outgoing.end(JSON.stringify(WIRES[0].body('Hi'))));
      });
    let answered = 0;
    const client = async (pauseMs: number): Promise<number | undefined> => {
      for (;;) {
        const status = await ask();
        if (status !== 200) return status;
        answered++;
        await wait(pauseMs);
      }
    };
    const clients = Array.from({ length: 16 }, (_, at) => client(5 * at));
    const ends = Promise.allSettled(clients);
    await until(() => answered > 50);
    await service.server.close();
    for (const end of await ends) {
      // Whoever got its last answer while the service closed may find nobody listening any more.
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'ECONNREFUSED' });
      else expect(end.value).toBe(503);
    }
    agent.destroy();
  });

  it('does not wait for connections that are kept but idle', async () => {
    const service = await serveScript({ limits: { drainMs: 60_000 } });
    const { response } = await openStream(service.url, WIRES[0].path, WIRES[0].body('Hi'));
    response.resume();
    await once(response, 'end');
    const { socket } = rawConnection(service.server.port);
    await once(socket, 'connect');
    await service.server.close();
  });

  it('cuts off what does not end in time, and tells the gateway', async () => {
    let left = false;
    const service = await serveScript({
      limits: { drainMs: 100 },
      handle: async (request) => {
        await new Promise((resolve) => request.left.addEventListener('abort', resolve));
        left = true;
        return streamOf(request, []);
      },
    });
    const asking = post(service.url + WIRES[0].path, WIRES[0].body('Hi')).catch(() => 'cut');
    await until(() => service.asked.length === 1);
    await Promise.all([service.server.close(), service.server.close()]);
    expect(await asking).toBe('cut');
    await until(() => left);
  });

  it('frees its port', async () => {
    const service = await serveScript();
    expect(await answers(service)).toBe(true);
    await service.server.close();
    await expect(fetch(`${service.url}/health`)).rejects.toThrow();
  });
});
