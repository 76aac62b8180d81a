import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorDraws, expectedMaximum } from '../../../src/routers/cascades/expected-maximum.js';
import { normalCdf } from '../../../src/statistics/index.js';

const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Clark, "The Greatest of a Finite Set of Random Variables", Operations Research 9, 1961. */
function clark(a: number, b: number, varianceA: number, varianceB: number, covariance: number) {
  const spread = Math.sqrt(varianceA + varianceB - 2 * covariance);
  if (spread < 1e-12) return Math.max(a, b);
  const alpha = (a - b) / spread;
  return a * normalCdf(alpha) + b * normalCdf(-alpha) + spread * density(alpha);
}

const mean = fc.double({ min: 0, max: 1, noNaN: true });
const deviation = fc.double({ min: 0, max: 0.5, noNaN: true });
const correlation = fc.double({ min: -0.99, max: 0.99, noNaN: true });

describe('the expected maximum', () => {
  it('is that of Clark for two normal variables, independent or not', () => {
    fc.assert(
      fc.property(mean, mean, deviation, deviation, correlation, (a, b, s, t, r) => {
        const draws = errorDraws([s * s, r * s * t, r * s * t, t * t], 2);
        const exact = clark(a, b, s * s, t * t, r * s * t);
        expect(Math.abs(expectedMaximum([a, b], draws) - exact)).toBeLessThan(0.012);
      }),
      { seed: 5, numRuns: 300 },
    );
    const alike = expectedMaximum([0.5, 0.5], errorDraws([0.04, 0, 0, 0.04], 2));
    expect(alike).toBeCloseTo(0.5 + 0.2 / Math.sqrt(Math.PI), 2);
  });

  it('of three that are alike is the mean of the highest of three draws', () => {
    const draws = errorDraws([1, 0, 0, 0, 1, 0, 0, 0, 1], 3);
    expect(expectedMaximum([0, 0, 0], draws)).toBeCloseTo(1.5 / Math.sqrt(Math.PI), 1);
  });

  it('is the larger mean where nothing moves, or both move as one', () => {
    expect(expectedMaximum([0.3, 0.6], errorDraws([0, 0, 0, 0], 2))).toBeCloseTo(0.6, 12);
    expect(expectedMaximum([0.3, 0.6], errorDraws([0.09, 0.09, 0.09, 0.09], 2))).toBeCloseTo(
      0.6,
      9,
    );
    expect(expectedMaximum([0.4], errorDraws([0.09], 1))).toBe(0.4);
  });

  it('never falls below the largest mean', () => {
    fc.assert(
      fc.property(fc.tuple(mean, mean, mean), fc.tuple(deviation, deviation, deviation), (m, s) => {
        const covariance = Array.from({ length: 9 }, (_, at) =>
          at % 4 === 0 ? s[at / 4]! ** 2 : 0,
        );
        const found = expectedMaximum(m, errorDraws(covariance, 3));
        expect(found).toBeGreaterThanOrEqual(Math.max(...m) - 1e-9);
      }),
      { seed: 6 },
    );
  });
});
