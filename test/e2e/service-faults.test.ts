import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromUsd, pricingFromExperiment } from '../../src/costs/index.js';
import { type FaultChances, type StandIn, startStandIn } from '../../src/models/index.js';
import { temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { readLedger } from './service-ledger.js';
import { inParallel, modelsBehind, post, serve, tenant, WIRES } from './serving.js';

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn | null = null;
let trickle: Server | null = null;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  await standIn?.close();
  trickle?.closeAllConnections();
  trickle?.close();
  standIn = null;
  trickle = null;
  folder.remove();
});

const startFaulty = (faults: FaultChances, prices = {}) =>
  startStandIn({ answerKey: writeSums(folder.path, 10), seed: 7, faults, prices });

const sum = (numbers: readonly (number | null)[]) =>
  numbers.reduce<number>((total, number) => total + (number ?? 0), 0);

test('under 429, 500, hangs and truncated bodies every request ends, and the ledger equals the account', {
  timeout: 120_000,
}, async () => {
  const REQUESTS = 2_000;
  standIn = await startFaulty({ rateLimit: 0.03, serverError: 0.05, hang: 0.004, truncate: 0.03 });
  const [open, anthro] = modelsBehind(standIn.url, { timeout_seconds: 2.5 });
  const service = await serve(folder.path, {
    config: {
      models: [{ ...open, fallbacks: ['anthro/medium'] }, anthro],
      limits: { attempts: 2 },
    },
  });
  const seen = new Map<string, { status: number; whole: boolean }>();
  await inParallel(REQUESTS, 32, async (index) => {
    const { path, body } = WIRES[index % 2]!;
    const model = index % 4 < 2 ? 'open/small' : 'anthro/medium';
    const stream = index % 8 < 4;
    const answered = await post(
      `${service.url}${path}`,
      body(model, `Request ${index}`, { stream }),
    );
    const text = await answered.text();
    const whole = !stream || /^(data: \[DONE\]|event: message_stop)$/m.test(text);
    seen.set(answered.headers.get('x-switchyard-operation')!, { status: answered.status, whole });
    expect([200, 429, 502, 504]).toContain(answered.status);
  });
  expect((await service.stop()).code).toBe(0);
  expect(seen.size).toBe(REQUESTS);

  const { byFault, billed, attempts } = standIn.account();
  for (const count of Object.values(byFault)) expect(count).toBeGreaterThan(2);

  const { operations, usage } = await readLedger(folder.path);
  expect(operations).toHaveLength(REQUESTS);
  let brokenOff = 0;
  for (const { id, status, error, model } of operations) {
    const { status: shown, whole } = seen.get(id)!;
    expect(status).toBe(shown);
    expect(error === null).toBe(status === 200 && whole);
    if (status === 200) expect(model).not.toBeNull();
    if (status === 200 && !whole) brokenOff++;
  }
  // What was visible is never asked for again, so some streams end early; all else was tried again.
  expect(brokenOff).toBeGreaterThan(0);
  expect(operations.filter(({ status }) => status === 200).length).toBeGreaterThan(0.98 * REQUESTS);
  expect(operations.some(({ cause }) => cause === 'fallback')).toBe(true);

  const arrived = usage.filter(({ estimated }) => !estimated);
  expect(arrived).toHaveLength(billed.delivered.attempts);
  expect(sum(arrived.map(({ cost }) => cost))).toBe(billed.delivered.cost);
  const estimated = usage.filter((record) => record.estimated);
  expect(estimated).toHaveLength(billed.undelivered.attempts);
  expect(sum(estimated.map(({ cost }) => cost))).toBeGreaterThanOrEqual(billed.undelivered.cost);
  expect(attempts).toBe(usage.length + byFault.rateLimit + byFault.serverError);
  expect(sum(operations.map(({ cost }) => cost))).toBe(sum(usage.map(({ cost }) => cost)));
});

test('whatever became of requests, nothing stays reserved', { timeout: 30_000 }, async () => {
  // Free input, so that the worst case of a request is its most tokens, in millionths of a dollar.
  const price = { input: 0, output: 1 };
  const prices = { small: pricingFromExperiment('open/small', price, '2026-01-01') };
  standIn = await startFaulty(
    { rateLimit: 0.2, serverError: 0.2, hang: 0.2, truncate: 0.2 },
    prices,
  );
  const KEY = 'sk-some-key';
  const CAP = 0.05;
  const [open] = modelsBehind(standIn.url, { timeout_seconds: 0.15 });
  const service = await serve(folder.path, {
    config: {
      models: [{ ...open, price }],
      limits: { attempts: 2, max_tokens: 1_000_000 },
      tenants: [tenant('saver', KEY, { daily_usd: CAP })],
    },
  });
  const ask = async (text: string, further: object) => {
    const [{ path, body }] = WIRES;
    const headers = { authorization: `Bearer ${KEY}` };
    const answered = await post(
      `${service.url}${path}`,
      body('open/small', text, further),
      headers,
    );
    await answered.text();
    return answered.status;
  };
  await inParallel(80, 16, async (index) => {
    await ask(`Request ${index}`, { stream: index % 2 === 0 });
  });
  const report = await fetch(`${service.url}/v1/costs/daily`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  const { total } = (await report.json()) as { total: { cost: number } };
  expect(total.cost).toBeGreaterThan(0);
  const rest = Math.floor((fromUsd(CAP) - fromUsd(total.cost)) / fromUsd(1e-6));
  const { attempts } = standIn.account();
  expect(await ask('one more than fits', { max_tokens: rest + 1 })).toBe(402);
  expect(standIn.account().attempts).toBe(attempts);
  // It may fail at the stand-in, and a second attempt for want of money; the first is affordable.
  await ask('as much as fits', { max_tokens: rest });
  expect(standIn.account().attempts).toBeGreaterThan(attempts);
  await service.stop();
});

test('a client that leaves in mid-stream is booked at an estimate, and the upstream is told', {
  timeout: 30_000,
}, async () => {
  let cut = 0;
  trickle = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'slow' };
    const piece = () =>
      response.write(
        `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { role: 'assistant', content: 'word ' }, finish_reason: null }] })}\n\n`,
      );
    piece();
    const more = setInterval(piece, 10);
    response.on('close', () => {
      clearInterval(more);
      cut++;
    });
  });
  await new Promise<void>((resolve) => trickle!.listen(0, '127.0.0.1', resolve));
  const { port } = trickle.address() as AddressInfo;
  const price = { input: 1, output: 1 };
  const service = await serve(folder.path, {
    config: {
      models: [{ id: 'slow/one', base_url: `http://127.0.0.1:${port}/v1`, api: 'openai', price }],
    },
  });
  for (const { path, body } of WIRES) {
    const leaving = new AbortController();
    const answered = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body('slow/one', 'Tell me a long story', { stream: true })),
      signal: leaving.signal,
    });
    const reader = answered.body!.getReader();
    await reader.read();
    await reader.read();
    leaving.abort();
    await reader.closed.catch(() => {});
  }
  expect((await service.stop()).code).toBe(0);
  expect(cut).toBe(2);
  const { operations, usage } = await readLedger(folder.path);
  expect(operations).toHaveLength(2);
  for (const { error, status, model } of operations) {
    expect({ error, status, model }).toEqual({
      error: 'client_left',
      status: 200,
      model: 'slow/one',
    });
  }
  expect(usage).toHaveLength(2);
  for (const { estimated, cost } of usage) {
    expect(estimated).toBe(true);
    expect(cost).toBeGreaterThan(0);
  }
});
