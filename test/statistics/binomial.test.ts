import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialUpper } from '../../src/statistics/index.js';

describe('the exact upper bound of a share', () => {
  it.each([
    // 1 − 0.05^(1/n) after no event.
    [0, 299, 0.00997],
    [0, 1, 0.95],
    [0, 10, 0.25887],
    [1, 10, 0.39416],
    [5, 10, 0.77756],
    [9, 10, 0.99488],
    [10, 10, 1],
    [0, 0, 1],
  ])('%i of %i: %f', (events, trials, expected) => {
    expect(binomialUpper(events, trials, 0.95)).toBeCloseTo(expected, 5);
  });

  it('holds for many trials', () => {
    // Near its normal approximation, a little above it.
    expect(binomialUpper(50_000, 100_000, 0.95)).toBeCloseTo(0.5026, 4);
  });

  it('lies above the share seen, and rises with events and confidence', () => {
    const counts = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 60 }))
      .map(([events, more]) => ({ events, trials: events + more }));
    fc.assert(
      fc.property(counts, fc.double({ min: 0.5, max: 0.98, noNaN: true }), (of, confidence) => {
        const upper = binomialUpper(of.events, of.trials, confidence);
        expect(upper).toBeGreaterThan(of.events / of.trials);
        expect(upper).toBeLessThan(1);
        expect(binomialUpper(of.events + 1, of.trials, confidence)).toBeGreaterThan(upper);
        expect(binomialUpper(of.events, of.trials, confidence + 0.01)).toBeGreaterThan(upper);
        expect(binomialUpper(of.events, of.trials + 1, confidence)).toBeLessThan(upper);
      }),
    );
  });
});
