import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COST_GROUPS,
  type CostedAttempt,
  type CostedOperation,
  CostTracker,
} from '../../src/costs/index.js';
import { anAttempt, anOperation, entriesArbitrary } from './cost-samples.js';

type Entries = readonly {
  readonly operation: CostedOperation;
  readonly attempts: readonly CostedAttempt[];
}[];

const track = (entries: Entries): CostTracker => {
  const tracker = new CostTracker();
  for (const { operation, attempts } of entries) tracker.addOperation(operation, attempts);
  return tracker;
};

describe('CostTracker', () => {
  it('keeps origins and purposes apart, and unknown costs out of the sum', () => {
    const tracker = new CostTracker();
    const startedAt = '2026-11-23T10:00:00.000Z';
    tracker.add({ ...anAttempt({ cost: 100 }), startedAt });
    tracker.add({ ...anAttempt({ cost: null }), startedAt });
    tracker.add({ ...anAttempt({ purpose: 'judge', cost: 11 }), startedAt });
    tracker.add({ ...anAttempt({ origin: 'simulated', cost: 999 }), startedAt });
    tracker.add({ ...anAttempt({ origin: 'reused', cost: 0 }), startedAt });
    expect(tracker.summary('live')).toEqual({
      total: { cost: 111, records: 3, unknown: 1 },
      byPurpose: {
        candidate: { cost: 100, records: 2, unknown: 1 },
        judge: { cost: 11, records: 1, unknown: 0 },
      },
    });
    expect(tracker.summary('reused').total).toEqual({ cost: 0, records: 1, unknown: 0 });
    expect(tracker.summary('recorded')).toEqual({
      total: { cost: 0, records: 0, unknown: 0 },
      byPurpose: {},
    });
  });

  it('adds nothing of an operation with an amount that is none', async () => {
    const tracker = new CostTracker();
    const startedAt = '2026-11-23T10:00:00.000Z';
    expect(() => tracker.add({ ...anAttempt({ cost: 0.5 }), startedAt })).toThrow(/0\.5/);
    expect(() =>
      tracker.addOperation(anOperation(), [anAttempt(), anAttempt({ cost: -1 })]),
    ).toThrow(/-1/);
    expect(() => tracker.addOperation(anOperation({ cacheSaving: 0.1 }), [])).toThrow(/0\.1/);
    expect((await tracker.totals([]))[0]).toMatchObject({ operations: 0, attempts: 0, cost: 0 });
    expect(await tracker.totals(['model'])).toEqual([]);
  });

  it('counts an operation once in each row that it has a part in', async () => {
    const tracker = track([
      // Tried on one model, answered by another after two attempts.
      {
        operation: anOperation({ model: 'maker/large' }),
        attempts: [
          anAttempt(),
          anAttempt({ model: 'maker/large', cost: null, usage: null }),
          anAttempt({ model: 'maker/large', cost: 900, estimated: true }),
        ],
      },
      { operation: anOperation({ cache: 'hit', cacheSaving: 70 }), attempts: [] },
      { operation: anOperation({ cache: 'hit', cacheSaving: null }), attempts: [] },
      // Refused before any model was asked.
      { operation: anOperation({ model: null, cache: 'off' }), attempts: [] },
    ]);
    const [all] = await tracker.totals([]);
    expect(all).toEqual({
      keys: [],
      operations: 4,
      cacheHits: 2,
      attempts: 3,
      estimated: 1,
      unknown: 1,
      cost: 1000,
      cacheSaving: 70,
      inputTokens: 20,
      outputTokens: 10,
    });
    const byModel = await tracker.totals(['model']);
    expect(
      byModel.map(({ keys, operations, attempts, cacheHits, cost }) => [
        ...keys,
        operations,
        attempts,
        cacheHits,
        cost,
      ]),
    ).toEqual([
      ['maker/large', 1, 2, 0, 900],
      ['maker/small', 3, 1, 2, 100],
      [null, 1, 0, 0, 0],
    ]);
    const byPurpose = await tracker.totals(['purpose', 'tenant']);
    expect(byPurpose.map(({ keys, operations }) => [...keys, operations])).toEqual([
      ['candidate', 'shop', 1],
      [null, 'shop', 3],
    ]);
  });

  it('files by the UTC day and month of arrival, both ends of a span included', async () => {
    const at = (receivedAt: string) => ({
      operation: anOperation({ receivedAt }),
      attempts: [anAttempt()],
    });
    const tracker = track([
      at('2026-10-31T23:59:59.999Z'),
      at('2026-11-01T00:00:00.000Z'),
      at('2026-11-30T23:59:59.999Z'),
      at('2026-12-01T00:00:00.000Z'),
    ]);
    const rows = async (group: 'day' | 'month', from?: string, to?: string) =>
      (
        await tracker.totals([group], {
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        })
      ).map(({ keys, operations }) => [keys[0], operations]);
    expect(await rows('month')).toEqual([
      ['2026-10', 1],
      ['2026-11', 2],
      ['2026-12', 1],
    ]);
    expect(await rows('day', '2026-11-01', '2026-11-30')).toEqual([
      ['2026-11-01', 1],
      ['2026-11-30', 1],
    ]);
    for (const from of ['2026-02-30', '2026-1-1', 'yesterday', '']) {
      await expect(rows('day', from)).rejects.toThrow(RangeError);
    }
  });

  it('refuses a sum that would lose digits instead of rounding it', async () => {
    const large = anAttempt({ cost: Number.MAX_SAFE_INTEGER });
    const tracker = track([{ operation: anOperation(), attempts: [large] }]);
    expect((await tracker.totals([]))[0]?.cost).toBe(Number.MAX_SAFE_INTEGER);
    tracker.addOperation(anOperation(), [anAttempt({ cost: 1 })]);
    await expect(tracker.totals([])).rejects.toThrow(RangeError);
  });

  it('gives the same totals in any order of adding, equal to sums of big integers', async () => {
    await fc.assert(
      fc.asyncProperty(
        entriesArbitrary,
        fc.subarray([...COST_GROUPS]),
        fc.constantFrom<'live' | 'simulated'>('live', 'simulated'),
        async (entries, groups, origin) => {
          const rows = await track(entries).totals(groups, { origin });
          expect(await track([...entries].reverse()).totals(groups, { origin })).toEqual(rows);
          const attempts = entries
            .flatMap((entry) => entry.attempts)
            .filter((attempt) => attempt.origin === origin);
          const sum = (values: readonly number[]) =>
            values.reduce((total, value) => total + BigInt(value), 0n);
          expect(sum(rows.map(({ cost }) => cost))).toBe(
            sum(attempts.map(({ cost }) => cost ?? 0)),
          );
          expect(sum(rows.map(({ inputTokens }) => inputTokens))).toBe(
            sum(attempts.map(({ usage }) => usage?.input ?? 0)),
          );
          expect(sum(rows.map(({ attempts: count }) => count))).toBe(BigInt(attempts.length));
          expect(sum(rows.map(({ unknown }) => unknown))).toBe(
            BigInt(attempts.filter(({ cost }) => cost === null).length),
          );
          const hits = entries
            .map(({ operation }) => operation)
            .filter((operation) => operation.origin === origin && operation.cache === 'hit');
          expect(sum(rows.map(({ cacheHits }) => cacheHits))).toBe(BigInt(hits.length));
          expect(sum(rows.map(({ cacheSaving }) => cacheSaving))).toBe(
            sum(hits.map(({ cacheSaving }) => cacheSaving ?? 0)),
          );
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });
});
