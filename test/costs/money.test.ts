import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostTracker, fromUsd, sumNano, toUsd } from '../../src/costs/index.js';

describe('money', () => {
  it('turns dollars into nano-dollars and back', () => {
    expect(fromUsd(0.15)).toBe(150_000_000);
    expect(fromUsd(0.1 + 0.2)).toBe(300_000_000);
    expect(toUsd(450_000)).toBe(0.00045);
    for (const usd of [-0.01, Number.NaN, 1e10]) expect(() => fromUsd(usd)).toThrow(RangeError);
  });

  it('sums exactly, in any order, where floating dollars would drift', () => {
    expect(sumNano(Array.from({ length: 10_000 }, () => 100_000_000))).toBe(1_000_000_000_000);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 50 }), (amounts) => {
        const exact = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
        expect(BigInt(sumNano(amounts))).toBe(exact);
        expect(sumNano([...amounts].reverse())).toBe(sumNano(amounts));
      }),
    );
    expect(sumNano([])).toBe(0);
  });

  it('refuses what is no integer, and a sum that would lose digits', () => {
    expect(() => sumNano([1, 0.5])).toThrow(/0\.5/);
    expect(() => sumNano([1, Number.NaN])).toThrow(RangeError);
    expect(() => sumNano([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
    expect(sumNano([Number.MAX_SAFE_INTEGER, 0])).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('CostTracker', () => {
  it('keeps origins and purposes apart, and unknown costs out of the sum', () => {
    const tracker = new CostTracker();
    tracker.add({ origin: 'live', purpose: 'candidate', cost: 100 });
    tracker.add({ origin: 'live', purpose: 'candidate', cost: null });
    tracker.add({ origin: 'live', purpose: 'judge', cost: 11 });
    tracker.add({ origin: 'simulated', purpose: 'candidate', cost: 999 });
    tracker.add({ origin: 'reused', purpose: 'candidate', cost: 0 });
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
    expect(() => tracker.add({ origin: 'live', purpose: 'judge', cost: 0.5 })).toThrow(RangeError);
  });
});
