import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CostQuality, Curve, paretoFrontier, upperHull } from '../../src/statistics/index.js';

const points = fc.array(
  fc.record({
    cost: fc.integer({ min: 0, max: 20 }),
    quality: fc.integer({ min: 0, max: 20 }).map((q) => q / 20),
  }),
  { minLength: 1, maxLength: 15 },
);

function curveOf(line: readonly CostQuality[]): Curve {
  const curve = new Curve(line.length);
  for (const { cost, quality } of line) curve.add(cost, quality);
  return curve;
}

test('the hull drops what a mixture of others beats, and what costs more for no more', () => {
  const models = [
    { cost: 1, quality: 0.5 },
    { cost: 2, quality: 0.55 }, // below the chord from 1 to 3
    { cost: 3, quality: 0.8 },
    { cost: 4, quality: 0.7 }, // dominated
    { cost: 9, quality: 0.9 },
    { cost: 1, quality: 0.4 }, // same cost, worse
    { cost: Number.NaN, quality: 1 },
  ];
  expect(upperHull(models)).toEqual([0, 2, 4]);
  expect(paretoFrontier(models)).toEqual([0, 1, 2, 4]);
});

test('no point is above the hull, and its vertices rise with falling slope', () => {
  fc.assert(
    fc.property(points, (all) => {
      const line = upperHull(all).map((i) => all[i]!);
      const curve = curveOf(line);
      for (const { cost, quality } of all) {
        expect(curve.at(cost)).toBeGreaterThanOrEqual(quality - 1e-12);
      }
      for (let i = 1; i < line.length; i++) {
        expect(line[i]!.cost).toBeGreaterThan(line[i - 1]!.cost);
        expect(line[i]!.quality).toBeGreaterThan(line[i - 1]!.quality);
      }
    }),
  );
});

test('a curve finds the same hull, in whatever order points are added', () => {
  fc.assert(
    fc.property(points, (all) => {
      const curve = curveOf(all);
      expect(curve.size).toBe(all.length);
      expect([...curve.cost]).toEqual([...curve.cost].sort((a, b) => a - b));
      curve.keepHull();
      const kept = Array.from({ length: curve.size }, (_, i) => ({
        cost: curve.cost[i],
        quality: curve.quality[i],
      }));
      expect(kept).toEqual(upperHull(all).map((i) => all[i]));
    }),
  );
});

test('what is off the frontier is beaten by something on it', () => {
  fc.assert(
    fc.property(points, (all) => {
      const frontier = new Set(paretoFrontier(all));
      all.forEach((point, i) => {
        const beaten = all.some(
          (other) =>
            other.cost <= point.cost &&
            other.quality >= point.quality &&
            (other.cost < point.cost || other.quality > point.quality),
        );
        expect(frontier.has(i)).toBe(!beaten);
      });
    }),
  );
});

test('interpolation is flat beyond the ends', () => {
  const line = curveOf([
    { cost: 3, quality: 0.6 },
    { cost: Number.NaN, quality: 0.9 },
    { cost: 1, quality: 0.2 },
  ]);
  expect(line.at(0)).toBe(0.2);
  expect(line.at(2)).toBeCloseTo(0.4, 12);
  expect(line.at(5)).toBe(0.6);
  expect(new Curve(0).at(1)).toBeNaN();
});
