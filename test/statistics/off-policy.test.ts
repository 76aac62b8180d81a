import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mean, offPolicyDifference, offPolicyMean } from '../../src/statistics/index.js';
import { type LogWorld, simulatedLog, TRUTH } from './simulated-log.js';

const world: LogWorld = {
  operations: 400,
  explored: 0.3,
  judged: 0.5,
  repeats: 2,
  bias: 0.1,
};

/** What a policy would have given, had everything been called and judged as it would. */
const everything = (rows: number, value: (row: number) => number) => ({
  choices: {
    models: 2,
    probabilities: new Float64Array(2 * rows).fill(0.5),
    called: Int32Array.from({ length: rows }, (_, row) => row % 2),
    groups: Int32Array.from({ length: rows }, (_, row) => row),
  },
  values: {
    value: Float64Array.from({ length: rows }, (_, row) => value(row)),
    chance: new Float64Array(rows).fill(1),
    forecast: null,
  },
});

test('a log recovers the truth that it was drawn from in 93 to 97 of 100 cases', () => {
  const cases = 300;
  const covered = { mean: 0, difference: 0 };
  const errors: number[] = [];
  for (let seed = 1; seed <= cases; seed++) {
    const { choices, quality, target, present } = simulatedLog(world, seed);
    const estimate = offPolicyMean(choices, quality, target);
    const difference = offPolicyDifference(choices, quality, target, present);
    errors.push(estimate.mean! - TRUTH.quality);
    const within = (truth: number, low: number, high: number) => low <= truth && truth <= high;
    if (within(TRUTH.quality, estimate.low!, estimate.high!)) covered.mean++;
    if (within(TRUTH.difference, difference.low!, difference.high!)) covered.difference++;
  }
  // The error of a share of 300 at 95 % is 1.3 points; these seeds give exactly this.
  expect(covered).toEqual({ mean: 285, difference: 282 });
  expect(covered.mean / cases).toBeGreaterThan(0.93);
  expect(covered.mean / cases).toBeLessThan(0.97);
  // The forecast is off by 0.1: the estimate is not.
  expect(Math.abs(mean(errors))).toBeLessThan(0.006);
});

test('the logged policy itself is worth the mean of what was seen', () => {
  const { choices, values } = everything(10, (row) => row / 10);
  const estimate = offPolicyMean(choices, values, choices.probabilities, { method: 'ips' });
  expect(estimate.mean).toBeCloseTo(0.45, 12);
  expect(estimate).toMatchObject({ rows: 10, groups: 10, observed: 10, unsupported: 0 });
  expect(estimate.effective).toBeCloseTo(10, 12);
  expect(estimate.largestShare).toBeCloseTo(0.1, 12);
});

test('decisions that the log never makes leave the mean unknown, and say how many', () => {
  const { choices, values } = everything(4, () => 1);
  const probabilities = Float64Array.of(0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
  const called = Int32Array.of(1, 1, 0, 0);
  const target = Float64Array.of(1, 0, 0, 1, 1, 0, 1, 0);
  const seen = { ...choices, probabilities, called };
  const unknown = { mean: null, low: null, high: null, unsupported: 0.25 };
  expect(offPolicyMean(seen, values, target)).toMatchObject(unknown);
  expect(offPolicyDifference(seen, values, target, probabilities)).toMatchObject(unknown);
  const nothing = { ...values, value: new Float64Array(4).fill(Number.NaN) };
  expect(offPolicyMean(seen, nothing, probabilities)).toMatchObject({ mean: null, observed: 0 });
});

test('a model that was called against all odds is a mistake of whoever logged it', () => {
  const { choices, values } = everything(2, () => 1);
  const probabilities = Float64Array.of(0, 1, 0.5, 0.5);
  const from = { ...choices, probabilities, called: Int32Array.of(0, 0) };
  expect(() => offPolicyMean(from, values, probabilities)).toThrow(
    'Expected the model called in row 0 to have a probability above 0, got 0',
  );
});

test('heavy weights show in the effective number and in the largest share', () => {
  const { choices, values } = everything(100, () => 1);
  const probabilities = Float64Array.from({ length: 200 }, (_, cell) =>
    cell === 1 ? 0.01 : cell === 0 ? 0.99 : 0.5,
  );
  const called = choices.called.with(0, 1);
  const target = Float64Array.from({ length: 200 }, (_, cell) => cell % 2);
  const heavy = offPolicyMean({ ...choices, probabilities, called }, values, target);
  expect(heavy.largestShare).toBeCloseTo(0.5, 1);
  expect(heavy.effective).toBeLessThan(4.2);
});

test('two policies that decide alike differ by nothing, and repeats count as one', () => {
  const { choices, quality, target, present } = simulatedLog(world, 7);
  const same = offPolicyDifference(choices, quality, target, target);
  expect(same).toMatchObject({ mean: 0, low: 0, high: 0, decisive: 0 });
  const apart = offPolicyDifference(choices, quality, target, present);
  expect(apart.groups).toBeLessThan(apart.rows);
  expect(apart.decisive).toBeGreaterThan(0);
});

test('scores that are higher by a constant raise the estimate by it, forecast or not', () => {
  const { choices, quality, target } = simulatedLog(world, 3);
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.constantFrom('snips' as const, 'doubly_robust' as const),
      (by, method) => {
        const before = offPolicyMean(choices, quality, target, { method }).mean!;
        const raised = {
          ...quality,
          value: quality.value.map((value) => value + by),
          forecast: quality.forecast!.map((value) => value + by),
        };
        const after = offPolicyMean(choices, raised, target, { method }).mean!;
        expect(after - before).toBeCloseTo(by, 9);
      },
    ),
    { numRuns: 20 },
  );
});

test('judgements that get lost shift nothing, as what was judged is scaled to all', () => {
  const means = Array.from({ length: 60 }, (_, seed) => {
    const log = simulatedLog({ ...world, lost: 0.4 }, seed);
    return offPolicyMean(log.choices, log.quality, log.target).mean!;
  });
  expect(mean(means)).toBeCloseTo(TRUTH.quality, 1);
});
