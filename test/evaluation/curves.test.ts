import { expect, test } from 'vitest';
import * as curves from '../../src/evaluation/curves.js';
import { type CostQuality, Curve } from '../../src/statistics/index.js';

function curveOf(points: readonly CostQuality[]): Curve {
  const curve = new Curve(points.length);
  for (const { cost, quality } of points) curve.add(cost, quality);
  return curve;
}

const averageOverCost = (
  points: readonly CostQuality[],
  range: readonly [number, number],
  scale: 'linear' | 'log',
) => curves.averageOverCost(curveOf(points), range, scale);

const averageGapRecovered = (points: readonly CostQuality[], ends: curves.Anchors) =>
  curves.averageGapRecovered(curveOf([ends.weak, ...points, ends.strong]), ends);

const costToRecover = (points: readonly CostQuality[], ends: curves.Anchors, share: number) =>
  curves.costToRecover(curveOf([ends.weak, ...points, ends.strong]), ends, share);

/**
 * RouteLLM's best possible curve over two models that are right or wrong: calls to the strong one go
 * first to where only it is right. Counts as published: weak only, strong only, both, neither.
 */
function optimalCurve([weakOnly, strongOnly, both, neither]: readonly [
  number,
  number,
  number,
  number,
]) {
  const n = weakOnly + strongOnly + both + neither;
  const at = (cost: number) => ({
    cost,
    quality: (weakOnly + both + Math.min(cost * n, strongOnly)) / n,
  });
  const anchors = { weak: at(0), strong: { cost: 1, quality: (strongOnly + both) / n } };
  const points = Array.from({ length: n }, (_, calls) => at(calls / n));
  return { points, anchors };
}

test('the optimal curve on GSM8K has the published figures', () => {
  const { points, anchors } = optimalCurve([94, 382, 739, 92]);
  expect(anchors.weak.quality).toBeCloseTo(0.63734, 5);
  expect(anchors.strong.quality).toBeCloseTo(0.85769, 5);
  expect(costToRecover(points, anchors, 0.5)).toBeCloseTo(0.11, 3);
  expect(costToRecover(points, anchors, 0.8)).toBeCloseTo(0.176, 3);
  expect(averageGapRecovered(points, anchors)).toBeCloseTo(1.133, 2);
});

test('the optimal curve on MMLU follows from its counts', () => {
  const { points, anchors } = optimalCurve([742, 2496, 8816, 1983]);
  expect(anchors.weak.quality).toBeCloseTo(0.68091, 5);
  expect(anchors.strong.quality).toBeCloseTo(0.80587, 5);
  // Half the gap is (2496 − 742) / 2 prompts of 14,037.
  expect(costToRecover(points, anchors, 0.5)).toBeCloseTo(877 / 14037, 4);
});

const weak = { cost: 0, quality: 0.4 };
const strong = { cost: 1, quality: 0.8 };

test('a random mixture recovers half the gap', () => {
  const mixture = [0.25, 0.5, 0.75].map((cost) => ({ cost, quality: 0.4 + 0.4 * cost }));
  expect(averageGapRecovered(mixture, { weak, strong })).toBeCloseTo(0.5, 12);
  expect(costToRecover(mixture, { weak, strong }, 0.5)).toBeCloseTo(0.5, 12);
  expect(costToRecover(mixture, { weak, strong }, 0.8)).toBeCloseTo(0.8, 12);
  expect(averageGapRecovered([], { weak, strong })).toBeCloseTo(0.5, 12);
});

test('on a curve that falls again, the first crossing counts', () => {
  const points = [
    { cost: 0.2, quality: 0.7 },
    { cost: 0.6, quality: 0.5 },
  ];
  // 0.4 + 0.5 · 0.4 = 0.6 is crossed on the way from (0, 0.4) to (0.2, 0.7), at two thirds.
  expect(costToRecover(points, { weak, strong }, 0.5)).toBeCloseTo(0.2 * (2 / 3), 12);
});

test('without a gap there is nothing to recover', () => {
  expect(costToRecover([], { weak, strong: { cost: 1, quality: 0.4 } }, 0.5)).toBeNaN();
  expect(costToRecover([], { weak, strong: { cost: 0, quality: 0.8 } }, 0.5)).toBeNaN();
});

test('quality is averaged over the cost range, flat beyond the ends', () => {
  const line = [
    { cost: 2, quality: 0.5 },
    { cost: 4, quality: 0.9 },
  ];
  // Over [1, 6]: 0.5 for 1, 0.7 on average for 2, 0.9 for 2.
  expect(averageOverCost(line, [1, 6], 'linear')).toBeCloseTo((0.5 + 1.4 + 1.8) / 5, 12);
  expect(averageOverCost(line, [3, 4], 'linear')).toBeCloseTo(0.8, 12);
  expect(averageOverCost(line, [5, 6], 'linear')).toBeCloseTo(0.9, 12);
  expect(averageOverCost(line, [2, 2], 'linear')).toBeNaN();
  expect(averageOverCost([], [1, 2], 'linear')).toBeNaN();
});

test('the logarithmic average is the integral over log cost', () => {
  const line = [
    { cost: 1, quality: 0.3 },
    { cost: 10, quality: 0.9 },
  ];
  let expected = 0;
  const steps = 20_000;
  for (let i = 0; i < steps; i++) {
    const cost = 10 ** ((i + 0.5) / steps);
    expected += (0.3 + (0.6 * (cost - 1)) / 9) / steps;
  }
  expect(averageOverCost(line, [1, 10], 'log')).toBeCloseTo(expected, 7);
  expect(averageOverCost(line, [0, 10], 'log')).toBeNaN();
});

test('the paper takes the hull of the points', () => {
  const points = [
    { cost: 0, quality: 0.4 },
    { cost: 0.5, quality: 0.2 },
    { cost: 1, quality: 0.8 },
  ];
  const hull = curveOf(points);
  hull.keepHull();
  expect(curves.averageOverCost(hull, [0, 1], 'linear')).toBeCloseTo(0.6, 12);
  expect(averageOverCost(points, [0, 1], 'linear')).toBeCloseTo(0.4, 12);
});
