import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bootstrapSums,
  clusterBounds,
  clusterDifference,
  clusterMean,
  clusterPValue,
  createRng,
  effectiveGroups,
  expandedLevel,
  expandedTail,
  holm,
  mean,
  percentileInterval,
  quantile,
  resampledMeans,
  sum,
} from '../../src/statistics/index.js';

test('sums keep what plain addition loses', () => {
  expect(sum([1, 1e100, 1, -1e100])).toBe(2);
  expect(sum([])).toBe(0);
  expect(mean([])).toBeNaN();
  expect(mean([1, 2, 6])).toBe(3);
});

test('quantiles interpolate and leave NaN out', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([1, Number.NaN, 3], 1)).toBe(3);
  expect(quantile([10, 20, 30], 0.25)).toBe(15);
  expect(quantile([], 0.5)).toBeNaN();
});

test('groups of one give the textbook standard error', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  const of = clusterMean(
    values,
    values.map((_, i) => i),
  );
  expect(of.mean).toBe(5);
  // s = √(32/7), n = 8
  expect(of.standardError).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  expect(of.degrees).toBe(7);
});

test('copies in one group add no information', () => {
  const values = [0, 1, 1, 0, 1];
  const twice = values.flatMap((value) => [value, value]);
  const once = clusterMean(values, [0, 1, 2, 3, 4]);
  const copied = clusterMean(twice, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  expect(copied.standardError).toBeCloseTo(once.standardError, 12);
});

test('CR1 is CR0 times √(G / (G − 1))', () => {
  const plain = clusterMean([1, 2, 4, 9], [0, 0, 1, 2], 'CR0');
  const corrected = clusterMean([1, 2, 4, 9], [0, 0, 1, 2], 'CR1');
  expect(corrected.standardError / plain.standardError).toBeCloseTo(Math.sqrt(3 / 2), 12);
});

test('bounds and p-values agree, and degenerate data gives no false precision', () => {
  const of = clusterDifference([1, 0, 1, 1, 0, 1], [0, 0, 1, 0, 0, 1], [0, 1, 2, 3, 4, 5]);
  const { low } = clusterBounds(of, 0.1);
  expect(clusterPValue(of, low)).toBeCloseTo(0.1, 10);
  const alone = clusterMean([1, 0], [0, 0]);
  expect(alone.standardError).toBeNaN();
  expect(clusterBounds(alone, 0.025)).toEqual({ low: -Infinity, high: Infinity });
  const flat = clusterMean([0.5, 0.5], [0, 1]);
  expect(clusterBounds(flat, 0.025)).toEqual({ low: 0.5, high: 0.5 });
});

test('Holm steps down and never falls', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((p, i) => {
    expect(adjusted[i]).toBeCloseTo(p, 12);
  });
  expect(holm([0.02, Number.NaN])).toEqual([0.02, Number.NaN]);
  expect(holm([])).toEqual([]);
});

test('Holm never makes a p-value smaller, nor larger than Bonferroni', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (ps) => {
      holm(ps).forEach((adjusted, i) => {
        expect(adjusted).toBeGreaterThanOrEqual(ps[i]!);
        expect(adjusted).toBeLessThanOrEqual(Math.min(1, ps[i]! * ps.length) + 1e-12);
      });
    }),
  );
});

test('all series share one resample, whatever else is resampled', () => {
  const first = Float64Array.from({ length: 60 }, (_, i) => (i * 7) % 11);
  const second = first.map((value) => 3 - 2 * value);
  const groups = Int32Array.from(first, (_, i) => Math.floor(i / 3));
  const both = bootstrapSums({ series: [first, second], groups, resamples: 50, seed: 4 });
  const alone = bootstrapSums({ series: [second], groups, resamples: 20, seed: 4 });
  const a = resampledMeans(both, 0);
  const b = resampledMeans(both, 1);
  a.forEach((value, i) => {
    expect(b[i]).toBeCloseTo(3 - 2 * value, 10);
  });
  expect(resampledMeans(alone, 0)).toEqual(b.slice(0, 20));
  expect(new Set(a).size).toBeGreaterThan(20);
});

test('a series told from its neighbour sums to what adding up its rows gives', () => {
  const value = fc.constantFrom(0, 0.25, 1, 3);
  const table = fc
    .record({ rows: fc.integer({ min: 1, max: 40 }), series: fc.integer({ min: 1, max: 12 }) })
    .chain(({ rows, series }) =>
      fc.record({
        series: fc.array(fc.array(value, { minLength: rows, maxLength: rows }), {
          minLength: series,
          maxLength: series,
        }),
        groups: fc.array(fc.nat(12), { minLength: rows, maxLength: rows }),
        parts: fc.array(fc.nat(2), { minLength: rows, maxLength: rows }),
      }),
    );
  fc.assert(
    fc.property(table, ({ series, groups, parts }) => {
      const resamples = 11;
      const of = bootstrapSums({ series, groups, parts, resamples, seed: 3 });
      // The group that each row is of is drawn as often as the rows of a series that is 1 there only.
      const unit = groups.map((group) => groups.map((other) => (other === group ? 1 : 0)));
      const once = bootstrapSums({ series: unit, groups, resamples, seed: 3 });
      for (let b = 0; b < resamples; b++) {
        series.forEach((values, s) => {
          for (let part = 0; part < of.parts; part++) {
            const expected = values.reduce<number>((total, one, row) => {
              if (parts[row] !== part) return total;
              const size = groups.filter((group) => group === groups[row]).length;
              return total + (one * once.sums[row * resamples + b]!) / size;
            }, 0);
            expect(of.sums[(s * of.parts + part) * resamples + b]).toBeCloseTo(expected, 9);
          }
        });
      }
    }),
    { numRuns: 60 },
  );
});

test('parts of a resample add up to the whole', () => {
  const values = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i));
  const groups = Int32Array.from(values, (_, i) => i % 20);
  const parts = Int32Array.from(groups, (group) => group % 2);
  const whole = bootstrapSums({ series: [values], groups, resamples: 10, seed: 1 });
  const split = bootstrapSums({ series: [values], groups, parts, resamples: 10, seed: 1 });
  resampledMeans(split, 0).forEach((value, b) => {
    expect(value).toBeCloseTo(resampledMeans(whole, 0)[b]!, 12);
  });
});

test('an interval needs a statistic that is defined nearly always', () => {
  expect(percentileInterval([1, 2, 3])).toEqual({ low: 1, high: 3 });
  // Ranks 0.05 · 20 and 0.95 · 20 of 19 values.
  const ranks = Array.from({ length: 19 }, (_, i) => i + 1);
  expect(percentileInterval(ranks, 0.9)!.low).toBeCloseTo(1, 12);
  expect(percentileInterval(ranks, 0.9)!.high).toBeCloseTo(19, 12);
  expect(percentileInterval([1, Number.NaN])).toBeNull();
  expect(percentileInterval([])).toBeNull();
});

test('a few large groups among small ones count for little', () => {
  expect(effectiveGroups([4, 4, 7, 7, 9, 9])).toBeCloseTo(3, 12);
  // Sizes 8, 1 and 1: 10² / 66.
  const uneven = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
  expect(effectiveGroups(uneven)).toBeCloseTo(100 / 66, 12);
  expect(clusterMean(uneven, uneven).degrees).toBeCloseTo(34 / 66, 12);
  expect(effectiveGroups([])).toBe(0);
});

test('few groups widen an interval to that of t, and many leave it', () => {
  // Hesterberg's table: 95 % with 10 observations asks for tails of 0.0086.
  expect((1 - expandedLevel(0.95, 10)) / 2).toBeCloseTo(0.0086, 4);
  expect(expandedLevel(0.95, 1e7)).toBeCloseTo(0.95, 6);
  expect(expandedTail((1 - expandedLevel(0.95, 12)) / 2, 12)).toBeCloseTo(0.025, 10);
  expect(expandedTail(Number.NaN, 12)).toBeNaN();
});

test('both intervals cover the true mean of grouped data about 95 times in 100', () => {
  const repetitions = 300;
  let byT = 0;
  let byBootstrap = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const rng = createRng('coverage', repetition);
    const values: number[] = [];
    const groups: number[] = [];
    for (let group = 0; group < 40; group++) {
      const shared = rng.normal();
      for (let row = 0; row < 3; row++) {
        values.push(shared + 0.5 * rng.normal());
        groups.push(group);
      }
    }
    const { low, high } = clusterBounds(clusterMean(values, groups), 0.025);
    if (low <= 0 && high >= 0) byT++;
    const drawn = bootstrapSums({ series: [values], groups, resamples: 200, seed: repetition });
    const interval = percentileInterval(resampledMeans(drawn, 0))!;
    if (interval.low <= 0 && interval.high >= 0) byBootstrap++;
  }
  expect(byT / repetitions).toBeGreaterThan(0.92);
  expect(byT / repetitions).toBeLessThan(0.98);
  expect(byBootstrap / repetitions).toBeGreaterThan(0.89);
  expect(byBootstrap / repetitions).toBeLessThan(0.98);
});

test('a group that reaches into several parts is drawn whole', () => {
  const values = [1, 2, 4, 8, 16, 32];
  const groups = [0, 0, 1, 1, 2, 2];
  const parts = [0, 1, 0, 1, 0, 1];
  const of = { groups, resamples: 20, seed: 1 };
  const apart = bootstrapSums({ ...of, series: [values], parts });
  const whole = bootstrapSums({ ...of, series: [values] });
  for (let b = 0; b < 20; b++) {
    expect(apart.rows[b]).toBe(apart.rows[20 + b]);
    expect(apart.sums[b]! + apart.sums[20 + b]!).toBe(whole.sums[b]);
    expect(apart.sums[20 + b]).toBe(2 * apart.sums[b]!);
  }
});
