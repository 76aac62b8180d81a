import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  normalCdf,
  normalQuantile,
  rowsNeeded,
  studentTCdf,
  studentTQuantile,
} from '../../src/statistics/index.js';

test.each([
  [0.95, 1, 6.313752],
  [0.975, 1, 12.706205],
  [0.975, 2, 4.302653],
  [0.975, 5, 2.570582],
  [0.975, 10, 2.228139],
  [0.99, 20, 2.527977],
  [0.975, 30, 2.042272],
  [0.995, 100, 2.625891],
  [0.975, 1000, 1.962339],
])('the t quantile at %f with %i degrees of freedom is that of the tables', (p, degrees, value) => {
  expect(studentTQuantile(p, degrees)).toBeCloseTo(value, 5);
  expect(studentTQuantile(1 - p, degrees)).toBeCloseTo(-value, 5);
  expect(studentTCdf(value, degrees)).toBeCloseTo(p, 6);
});

test('far tails keep their digits', () => {
  expect(studentTCdf(-20, 50) / 1.3e-25).toBeGreaterThan(0.1);
  expect(studentTCdf(-20, 50)).toBeGreaterThan(0);
});

test('the normal quantile is that of the tables', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 8);
  expect(normalQuantile(0.8)).toBeCloseTo(0.841621234, 8);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
  expect(normalCdf(1)).toBeCloseTo(0.841344746, 9);
});

test('quantiles undo distribution functions', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.0005, max: 0.9995, noNaN: true }),
      fc.integer({ min: 1, max: 5000 }),
      (p, degrees) => {
        expect(studentTCdf(studentTQuantile(p, degrees), degrees)).toBeCloseTo(p, 8);
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 10);
      },
    ),
    { numRuns: 50 },
  );
});

test('what is no distribution is no number', () => {
  expect(studentTCdf(1, 0)).toBeNaN();
  expect(studentTQuantile(0.9, 0)).toBeNaN();
  expect(normalQuantile(1.5)).toBeNaN();
});

test('rows needed follow the textbook formula', () => {
  // ((1.959964 + 0.841621) · 0.3 / 0.02)² = 1,765.99…
  expect(rowsNeeded(0.3, 0.02)).toBe(1766);
  expect(rowsNeeded(0.3, 0)).toBeNull();
  expect(rowsNeeded(0.3, -0.1)).toBeNull();
  expect(rowsNeeded(Number.NaN, 0.1)).toBeNull();
  expect(rowsNeeded(0, 0.1)).toBe(1);
});
