import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUsd, sumNano, toUsd } from '../../src/costs/index.js';

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
