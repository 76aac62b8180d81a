import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openMemoryStore, openStore, type Store } from '../../src/store/index.js';
import { aFailure, anOutcome, aPrompt, aRun, aScore, someUsage } from './samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

type Write = (store: Store) => Promise<void>;

const runId = fc.constantFrom('run-1', 'run-2', 'absent');
const cell = fc.record({
  runId,
  promptId: fc.constantFrom('p1', 'p2', 'stray'),
  model: fc.constantFrom('maker/small', 'maker/large'),
  trial: fc.integer({ min: 1, max: 2 }),
});
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'a\0b', '"', '\r\n'));
const cost = fc.option(fc.maxSafeNat());
const completedAt = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const usage = fc.array(
  fc.record({ runId, operationId: text, cost: fc.option(fc.nat()), estimated: fc.boolean() }),
  { maxLength: 2 },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc
    .record({ cell, text, cost, completedAt, usage, done: fc.boolean(), key: fc.nat(3) })
    .map(({ cell, text, cost, completedAt, usage, done, key }): Write => {
      const changes = { ...cell, completedAt, cellKey: `k${key}` };
      const outcome = done ? anOutcome({ ...changes, text, cost }) : aFailure(changes);
      return (store) => store.runs.addOutcome(outcome, usage.map(someUsage));
    }),
  fc
    .record({
      cell,
      completedAt,
      usage,
      score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      key: fc.nat(2),
    })
    .map(({ cell, completedAt, usage, score, key }): Write => {
      const unscored = score === null ? 'unreadable' : null;
      const given = aScore({ ...cell, completedAt, score, unscored, scoreKey: `k${key}` });
      return (store) => store.runs.addScore(given, usage.map(someUsage));
    }),
  usage.map(
    (records): Write =>
      (store) =>
        store.runs.addUsage(records.map(someUsage)),
  ),
);

async function replay(store: Store, groups: readonly (readonly Write[])[]): Promise<unknown> {
  const prompts = [aPrompt({ id: 'p2' }), aPrompt({ id: 'p1' })];
  await store.runs.createRun(aRun(), prompts);
  await store.runs.createRun(aRun({ id: 'run-2' }), prompts);
  const verdicts: unknown[] = [];
  for (const group of groups) {
    const settled = await Promise.allSettled(group.map((write) => write(store)));
    verdicts.push(settled.map((one) => (one.status === 'rejected' ? one.reason.message : 'ok')));
  }
  return { verdicts, ...(await readEverything(store)) };
}

async function readEverything(store: Store): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const id of ['run-1', 'run-2', 'absent']) {
    found[id] = [
      await store.runs.readOutcomes(id),
      await store.runs.readScores(id),
      await store.runs.readUsage(id),
      await store.runs.totalSpend(id),
    ];
  }
  const byKey = <Row>(rows: ReadonlyMap<string, Row>) =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  found.outcomesByKey = byKey(await store.runs.findOutcomesByKey(['k0', 'k1', 'k2']));
  found.scoresByKey = byKey(await store.runs.findScoresByKey(['k0', 'k1']));
  return found;
}

it('answers alike in memory, in DuckDB and after reopening, whatever is written', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 5 }),
      async (groups) => {
        files += 1;
        const path = join(folder, `${files}.duckdb`);
        const inMemory = await replay(openMemoryStore(), groups);
        const store = await openStore(path);
        const inDuckDB = await replay(store, groups);
        const read = await readEverything(store);
        await store.close();
        expect(inDuckDB).toEqual(inMemory);
        await using reopened = await openStore(path, { readOnly: true });
        expect(await readEverything(reopened)).toEqual(read);
      },
    ),
    { numRuns: 10, seed: 11 },
  );
});
