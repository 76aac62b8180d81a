import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { readLedger } from './service-ledger.js';
import { modelsBehind, post, serve, WIRES } from './serving.js';

const KILLS = 20;
const CLIENTS = 8;

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;

beforeEach(async () => {
  folder = temporaryFolder();
  standIn = await startStandIn({ answerKey: writeSums(folder.path, 10), seed: 1 });
});

afterEach(async () => {
  await standIn.close();
  folder.remove();
});

/** Operations whose answer had arrived whole, in either format, streamed or not. */
const acknowledged: string[] = [];
let sent = 0;

/** Asks without end until the service is gone, and tells of every whole answer. */
async function askOnAndOn(url: string, onAnswer: () => void): Promise<void> {
  for (;;) {
    const index = sent++;
    const { path, body } = WIRES[index % 2]!;
    const model = index % 3 === 0 ? 'anthro/medium' : 'open/small';
    try {
      const further = { stream: index % 4 < 2 };
      const answered = await post(`${url}${path}`, body(model, `Request ${index}`, further));
      const id = answered.headers.get('x-switchyard-operation');
      await answered.text();
      expect(answered.status).toBe(200);
      acknowledged.push(id!);
      onAnswer();
    } catch (error) {
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

test(`killed outright ${KILLS} times under load, the ledger has every answer that was given, once`, {
  timeout: 240_000,
}, async () => {
  const config = { models: modelsBehind(standIn.url) };
  const rng = createRng(1, 'kills of the service');
  for (let round = 0; round < KILLS; round++) {
    const service = await serve(folder.path, { config });
    let left = 1 + rng.below(120);
    const pause = rng.below(4);
    const onAnswer = () => {
      if (--left === 0) setTimeout(() => service.kill(), pause);
    };
    await Promise.all(Array.from({ length: CLIENTS }, () => askOnAndOn(service.url, onAnswer)));
    expect((await service.end).code).toBeNull();
  }
  // What the last kill left in the journal is taken over by the next start.
  const last = await serve(folder.path, { config });
  expect((await last.stop()).code).toBe(0);

  const { operations, usage } = await readLedger(folder.path);
  const ids = operations.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(acknowledged.length).toBeGreaterThan(20 * KILLS);
  expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);

  const attempts = usage.map(({ operationId, attempt }) => `${operationId} ${attempt}`);
  expect(new Set(attempts).size).toBe(attempts.length);
  const paid = new Map(usage.map(({ operationId, cost }) => [operationId, cost]));
  for (const { id, status, cost } of operations) {
    expect(status).toBe(200);
    expect(paid.get(id)).toBe(cost);
  }
  expect(standIn.account().billed.delivered.attempts).toBeGreaterThanOrEqual(operations.length);
});
