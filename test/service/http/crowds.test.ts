import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import {
  answers,
  closeScripts,
  costRow,
  keyedTenants,
  parseAnswer,
  post,
  rawConnection,
  scriptedLedger,
  serveScript,
  streamOf,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const [WIRE] = WIRES;
const never = () => new Promise<never>(() => {});

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn++) await wait(5);
  expect(holds()).toBe(true);
}

function request(text: string, headers = ''): string {
  const body = JSON.stringify(WIRE.body(text));
  return `POST ${WIRE.path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

it('forgets all requests of a pipeline whose connection is reset, and tells the gateway', async () => {
  const service = await serveScript({ handle: never });
  const { socket } = rawConnection(service.server.port);
  socket.write(request('Hi').repeat(50));
  await until(() => service.asked.length === 50);
  expect(service.metrics.inFlight).toBe(50);
  socket.resetAndDestroy();
  await until(() => service.metrics.inFlight === 0);
  expect(service.asked.every(({ left }) => left.aborted)).toBe(true);
  expect(service.logged().filter(({ msg }) => msg === 'request')).toHaveLength(50);
});

it('takes the frames of a stream to their end where it waited behind another whose connection is reset', async () => {
  let ended = false;
  const service = await serveScript({
    handle: async (asked) => {
      if (service.asked.length === 1) return never();
      function* pieces() {
        for (let count = 0; count < 100; count++) yield 'a'.repeat(10_000);
        ended = true;
      }
      return streamOf(asked, pieces());
    },
  });
  const { socket } = rawConnection(service.server.port);
  const streamed = JSON.stringify(WIRE.body('Hi', { stream: true }));
  socket.write(
    `${request('Hi')}POST ${WIRE.path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${streamed.length}\r\n\r\n${streamed}`,
  );
  await until(() => service.asked.length === 2);
  await wait(20);
  expect(ended).toBe(false);
  socket.resetAndDestroy();
  await until(() => ended);
});

it('answers a pipeline in order, one warning of too many listeners aside', async () => {
  const warnings: unknown[] = [];
  const warn = (warning: unknown): number => warnings.push(warning);
  process.on('warning', warn);
  const service = await serveScript();
  const { socket, received } = rawConnection(service.server.port);
  socket.write(request('Hi').repeat(99) + request('Hi', 'connection: close\r\n'));
  expect((await received).match(/HTTP\/1\.1 200/g)).toHaveLength(100);
  expect(service.metrics.inFlight).toBe(0);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});

it.each(WIRES)(
  'holds no more bodies than there is room for: 503 ($path)',
  async ({ path, body, errorOf }) => {
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const service = await serveScript({
      limits: { allBodiesBytes: 1_000_000 },
      handle: async (asked) => {
        await held;
        return streamOf(asked, []);
      },
    });
    const ask = (bytes: number) =>
      post(service.url + path, body('a'.repeat(bytes), { stream: true }));
    const first = ask(700_000);
    await until(() => service.asked.length === 1);
    const second = await ask(400_000);
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(errorOf(await second.json())?.message).toContain('room');
    const small = ask(1000);
    await until(() => service.asked.length === 2);
    answer();
    for (const response of [await first, await small])
      expect((await response.text()).length).toBeGreaterThan(0);
    expect((await ask(900_000)).status).toBe(200);
  },
);

it('frees the room of a client that leaves in the middle of its body', async () => {
  const service = await serveScript({ limits: { allBodiesBytes: 1_000_000 } });
  for (let turn = 0; turn < 3; turn++) {
    const { socket } = rawConnection(service.server.port);
    await once(socket, 'connect');
    socket.write(
      `POST ${WIRE.path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n${'a'.repeat(900_000)}`,
    );
    await until(() => service.metrics.inFlight === 1);
    await wait(50);
    socket.resetAndDestroy();
    await until(() => service.metrics.inFlight === 0);
  }
  expect((await post(service.url + WIRE.path, WIRE.body('a'.repeat(900_000)))).status).toBe(200);
});

it.each([
  ['host: localhost\r\nHost: elsewhere', ''],
  ['host: localhost', 'authorization: Bearer ann\r\nAuthorization: Bearer boss\r\n'],
])('refuses what names several hosts or keys (%#)', async (host, key) => {
  const service = await serveScript({ tenants: keyedTenants });
  const { socket, received } = rawConnection(service.server.port);
  socket.write(`GET /v1/models HTTP/1.1\r\n${host}\r\n${key}connection: close\r\n\r\n`);
  expect(parseAnswer(await received).status).toBe(400);
});

it('says in few words what is wrong with a long request', async () => {
  const service = await serveScript();
  const response = await post(`${service.url}/v1/generate`, { prompt: 'Hi', ['k'.repeat(1e6)]: 1 });
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(1000);
});

it('refuses a body of more values than it can hold', async () => {
  const service = await serveScript({ limits: { bodyBytes: 5_000_000 } });
  const values = `[${'0,'.repeat(1_000_000)}0]`;
  const response = await post(
    service.url + WIRE.path,
    `${JSON.stringify(WIRE.body('Hi')).slice(0, -1)},"more":${values}}`,
  );
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('too_many_values');
  expect(await answers(service)).toBe(true);
});

it('closes even where the gateway never comes to its end', { timeout: 10_000 }, async () => {
  const service = await serveScript({
    gateway: { models: ['auto'], accepting: true, handle: never, drain: never },
    limits: { drainMs: 50 },
  });
  await service.server.close();
});

it('refuses a report of more rows than one answer has, and says how to ask', async () => {
  const many = Array.from({ length: 10_001 }, (_, at) => costRow([`tag ${at}`]));
  const ledger = scriptedLedger({
    totals: async (groups) => (groups.length === 0 ? [costRow([])] : many),
  });
  const service = await serveScript({ ledger });
  const response = await fetch(`${service.url}/v1/costs/report?group_by=tag`);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('fewer days');
  many.length = 10_000;
  const told = await fetch(`${service.url}/v1/costs/report?group_by=tag`);
  expect(((await told.json()) as { rows: unknown[] }).rows).toHaveLength(10_000);
});
