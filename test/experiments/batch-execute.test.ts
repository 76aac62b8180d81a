import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget } from '../../src/costs/index.js';
import { execute } from '../../src/experiments/index.js';
import { createGraderJudge } from '../../src/judges/index.js';
import { createCaller, type ModelRequest } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import {
  Died,
  fakeModel,
  fateOf,
  go,
  goThroughDeaths,
  measured,
  mortal,
  newStore,
  planOf,
  RUN_ID,
} from './batch-harness.js';
import { FakeProvider, type Fate } from './batch-provider.js';

describe('executeBatch', () => {
  test('gives the outcomes of a live run at half the price', async () => {
    const planned = planOf(5, ['fake/one', 'fake/two'], 2);
    const [batched, live] = [await newStore(planned), await newStore(planned)];
    const provider = new FakeProvider();
    expect(await go({ planned, store: batched, provider })).toBe('complete');
    const run = (await live.runs.findRun(RUN_ID))!;
    const judge = createGraderJudge();
    const caller = createCaller({
      now: () => 0,
      sleep: async () => {},
      limits: { maxConcurrency: 2 },
      gate: new Budget(null),
      runId: RUN_ID,
      random: createRng(1, ''),
      onAbandoned: () => {},
    });
    await execute({
      run,
      plan: planned,
      store: live.runs,
      ask: (cell, request, operationId, signal) =>
        caller.call(fakeModel(cell.model.id), request, {
          purpose: 'candidate',
          operationId,
          signal,
        }),
      judges: new Map([[judge.id, judge]]),
      maxConcurrency: 2,
      reuse: true,
      retryErrors: false,
      drain: new AbortController().signal,
      abort: new AbortController().signal,
      now: () => new Date(0),
      onProgress: () => {},
    });
    const one = await measured(batched);
    const other = await measured(live);
    expect(one.scores).toEqual(other.scores);
    expect(one.outcomes).toEqual(
      other.outcomes.map((outcome) => ({ ...outcome, cost: outcome.cost! / 2, latencyMs: null })),
    );
    const [spent] = await batched.runs.totalSpend(RUN_ID);
    const [full] = await live.runs.totalSpend(RUN_ID);
    expect(spent!.cost * 2).toBe(full!.cost);
    for (const record of await batched.runs.readUsage(RUN_ID)) {
      expect(record).toMatchObject({ pricing: { tariff: 'batch' }, latencyMs: null });
    }
    expect(Math.max(...provider.sent.values())).toBe(1);
  });

  test('ends the same wherever and however often it dies, with nothing sent twice', async () => {
    const lives = fc.array(fc.nat(60), { maxLength: 6 });
    const options = fc.record({
      looks: fc.nat(2),
      hides: fc.boolean(),
      lags: fc.boolean(),
      limits: fc.record({ items: fc.integer({ min: 1, max: 7 }), bytes: fc.constant(1_000_000) }),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), lives, options, async (seed, deaths, given) => {
        const planned = planOf(4, ['fake/one', 'fake/two']);
        const [calm, hard] = [await newStore(planned), await newStore(planned)];
        const fate = fateOf(seed);
        const [first, second] = [
          new FakeProvider({ ...given, fate }),
          new FakeProvider({ ...given, fate }),
        ];
        expect(await go({ planned, store: calm, provider: first })).toBe('complete');
        const ending = await goThroughDeaths({ planned, store: hard, provider: second }, deaths);
        expect(ending).toBe('complete');
        expect(await measured(hard)).toEqual(await measured(calm));
        expect(second.sent).toEqual(first.sent);
        expect(await hard.batches.readOpenBatches()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('dies at every single step of a run, once', async () => {
    const planned = planOf(2, ['fake/one']);
    const calm = await newStore(planned);
    const fate = (request: ModelRequest, nth: number): Fate =>
      request.promptId === 'p0' && nth === 1 ? { failed: 'truncated' } : 'answered';
    const provider = new FakeProvider({ fate });
    await go({ planned, store: calm, provider });
    const whole = await measured(calm);
    let died = 0;
    for (let steps = 0; ; steps++) {
      const store = await newStore(planned);
      const other = new FakeProvider({ fate });
      let isAlive = true;
      let left = steps;
      const step = () => {
        if (left-- <= 0) {
          isAlive = false;
          throw new Died();
        }
      };
      other.options = { fate, step };
      await go({ planned, store: mortal(store, step), provider: other }).catch(() => {});
      other.options = { fate };
      await go({ planned, store, provider: other });
      expect(await measured(store)).toEqual(whole);
      expect(other.sent).toEqual(provider.sent);
      if (isAlive) break;
      died++;
    }
    expect(died).toBeGreaterThan(25);
  });
});
