import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boundedBounds,
  boundedPValue,
  clusterBounds,
  clusterMean,
  clusterPValue,
  groupsToRuleOut,
  unseenShare,
} from '../../src/statistics/index.js';

const alike = (value: number, groups: number) =>
  clusterMean(
    Array.from({ length: groups }, () => value),
    Array.from({ length: groups }, (_, i) => i),
  );

test('what was never seen in ten may still be a third, as Clopper and Pearson have it', () => {
  expect(unseenShare(10, 0.025)).toBeCloseTo(0.3085, 4);
  expect(boundedBounds(alike(0, 10), 0.025)).toEqual({
    low: expect.closeTo(-0.3085, 4),
    high: expect.closeTo(0.3085, 4),
  });
  expect(boundedBounds(alike(1, 10), 0.025).high).toBe(1);
  expect(boundedBounds(alike(0, 1), 0.025).low).toBe(Number.NEGATIVE_INFINITY);
});

test('the p-value is α where the threshold is the bound', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(-0.5, -0.1, 0, 0.3, 0.9),
      fc.integer({ min: 2, max: 2000 }),
      (value, groups) => {
        const of = alike(value, groups);
        expect(boundedPValue(of, boundedBounds(of, 0.025).low)).toBeCloseTo(0.025, 9);
        expect(boundedPValue(of, value)).toBeCloseTo(1, 6);
        expect(boundedPValue(of, value + 0.01)).toBe(1);
      },
    ),
  );
});

test('with spread it is Student’s t', () => {
  const of = clusterMean([0, 1, 0, -1, 1, 1], [0, 1, 2, 3, 4, 5]);
  expect(boundedBounds(of, 0.025)).toEqual(clusterBounds(of, 0.025));
  expect(boundedPValue(of, -0.1)).toBe(clusterPValue(of, -0.1));
});

test('so many groups rule a share out, and one fewer does not', () => {
  const groups = groupsToRuleOut(0.01, 0.025)!;
  expect(unseenShare(groups, 0.025)).toBeLessThanOrEqual(0.01);
  expect(unseenShare(groups - 1, 0.025)).toBeGreaterThan(0.01);
  expect(groupsToRuleOut(0, 0.025)).toBeNull();
});
