import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelPricing, TokenUsage } from '../../src/costs/index.js';
import { expectedCost, priceUsage, worstCost } from '../../src/costs/index.js';
import { MINI, pricingArbitrary, usageArbitrary, usageOf } from './arbitraries.js';

const HAIKU: ModelPricing = {
  ...MINI,
  model: 'anthropic/claude-3-5-haiku-20241022',
  rates: {
    input: 800_000_000,
    cachedInput: 80_000_000,
    cacheWrite: 1_000_000_000,
    output: 4_000_000_000,
  },
};

const GEMINI: ModelPricing = {
  ...MINI,
  model: 'google/gemini-1.5-pro',
  rates: { input: 1_250_000_000, cachedInput: null, cacheWrite: null, output: 5_000_000_000 },
  longContext: [
    {
      above: 128_000,
      rates: { input: 2_500_000_000, cachedInput: null, cacheWrite: null, output: 10_000_000_000 },
    },
  ],
};

describe('priceUsage, by hand', () => {
  it.each<[string, ModelPricing, Partial<TokenUsage>, number]>([
    ['1,000 in at $0.15 and 500 out at $0.60', MINI, { input: 1000, output: 500 }, 450_000],
    [
      '600 of 1,000 read from cache at half price',
      MINI,
      { input: 1000, cachedInput: 600, output: 500 },
      405_000,
    ],
    ['one token in', MINI, { input: 1 }, 150],
    ['nothing', MINI, {}, 0],
    [
      'reasoning is part of the output',
      MINI,
      { input: 1000, output: 500, reasoning: 400 },
      450_000,
    ],
    [
      '200 plain at $0.80, 300 read at $0.08, 500 written at $1, 100 out at $4',
      HAIKU,
      { input: 1000, cachedInput: 300, cacheWrite: 500, output: 100 },
      160_000 + 24_000 + 500_000 + 400_000,
    ],
    ['cached without a rate of its own', GEMINI, { input: 1000, cachedInput: 1000 }, 1_250_000],
    ['at the threshold', GEMINI, { input: 128_000, output: 1000 }, 160_000_000 + 5_000_000],
    [
      'one token above it, all at the higher rates',
      GEMINI,
      { input: 128_001, output: 1000 },
      320_002_500 + 10_000_000,
    ],
  ])('%s', (_, pricing, usage, cost) => {
    expect(priceUsage(usageOf(usage), pricing)).toBe(cost);
  });

  it('rounds half a nano-dollar up, once', () => {
    const half = { ...MINI, rates: { ...MINI.rates, input: 500_000, output: 500_000 } };
    expect(priceUsage(usageOf({ input: 1 }), half)).toBe(1);
    expect(priceUsage(usageOf({ input: 1, output: 1 }), half)).toBe(1);
    const less = { ...MINI, rates: { ...MINI.rates, input: 499_999 } };
    expect(priceUsage(usageOf({ input: 1 }), less)).toBe(0);
  });

  it('adds the charge per request and halves all of it in a batch', () => {
    const pricing = { ...MINI, perRequest: 12_000_000 };
    const usage = usageOf({ input: 1000, output: 500 });
    expect(priceUsage(usage, pricing)).toBe(12_450_000);
    expect(priceUsage(usage, pricing, { batch: true })).toBe(6_225_000);
    expect(priceUsage(usage, pricing, { batch: false })).toBe(12_450_000);
  });

  it('takes a batch multiplier as the decimal that was written', () => {
    const tenth = { ...MINI, batchMultiplier: 0.1 };
    expect(priceUsage(usageOf({ input: 100 }), tenth, { batch: true })).toBe(1500);
    const tiny = { ...MINI, batchMultiplier: 1e-7 };
    expect(priceUsage(usageOf({ input: 1_000_000_000 }), tiny, { batch: true })).toBe(15_000);
  });
});

describe('priceUsage refuses', () => {
  it.each<[Partial<TokenUsage>, RegExp]>([
    [{ input: 10, cachedInput: 8, cacheWrite: 3 }, /input 10, cachedInput 8, cacheWrite 3/],
    [{ input: -1 }, /`usage.input`.*got -1/],
    [{ output: 1.5 }, /`usage.output`.*got 1.5/],
    [{ input: Number.NaN }, /`usage.input`.*got NaN/],
  ])('%j', (usage, message) => {
    expect(() => priceUsage(usageOf(usage), MINI)).toThrow(RangeError);
    expect(() => priceUsage(usageOf(usage), MINI)).toThrow(message);
  });

  it('a batch where the model has no batch price', () => {
    const pricing = { ...MINI, batchMultiplier: null };
    expect(() => priceUsage(usageOf({}), pricing, { batch: true })).toThrow(/openai\/gpt-4o-mini/);
  });

  it('a cost beyond what an integer holds', () => {
    const pricing = { ...MINI, rates: { ...MINI.rates, input: 9_000_000_000_000_000 } };
    expect(() => priceUsage(usageOf({ input: 2_000_000 }), pricing)).toThrow(RangeError);
  });
});

describe('priceUsage, for any usage and price', () => {
  /** The same sum in other words: thousandths of a nano-dollar, term by term, rounded by remainder. */
  const reference = (usage: TokenUsage, pricing: ModelPricing, batch: [bigint, bigint]): bigint => {
    const tier = [...pricing.longContext].reverse().find((each) => each.above < usage.input);
    const { input, cachedInput, cacheWrite, output } = tier?.rates ?? pricing.rates;
    let millionths = BigInt(pricing.perRequest) * 1_000_000n;
    const terms: [number, number][] = [
      [usage.input - usage.cachedInput - usage.cacheWrite, input],
      [usage.cachedInput, cachedInput ?? input],
      [usage.cacheWrite, cacheWrite ?? input],
      [usage.output, output],
    ];
    for (const [tokens, rate] of terms) millionths += BigInt(tokens) * BigInt(rate);
    const dividend = millionths * batch[0];
    const divisor = 1_000_000n * batch[1];
    const whole = dividend / divisor;
    return (dividend % divisor) * 2n >= divisor ? whole + 1n : whole;
  };
  const fractions = new Map<number | null, [bigint, bigint]>([
    [0.5, [1n, 2n]],
    [0.33, [33n, 100n]],
    [0.1, [1n, 10n]],
    [1, [1n, 1n]],
    [0, [0n, 1n]],
  ]);

  it('equals exact rational arithmetic and is never negative', () => {
    fc.assert(
      fc.property(usageArbitrary, pricingArbitrary, (usage, pricing) => {
        const cost = priceUsage(usage, pricing);
        expect(cost).toBeGreaterThanOrEqual(0);
        expect(BigInt(cost)).toBe(reference(usage, pricing, [1n, 1n]));
        const batch = fractions.get(pricing.batchMultiplier);
        if (batch !== undefined) {
          expect(BigInt(priceUsage(usage, pricing, { batch: true }))).toBe(
            reference(usage, pricing, batch),
          );
        }
      }),
    );
  });

  it('never falls when tokens are added within a tier', () => {
    fc.assert(
      fc.property(
        usageArbitrary,
        pricingArbitrary,
        fc.nat(1000),
        fc.nat(1000),
        (usage, tiered, moreIn, moreOut) => {
          const pricing = { ...tiered, longContext: [] };
          const more = { ...usage, input: usage.input + moreIn, output: usage.output + moreOut };
          expect(priceUsage(more, pricing)).toBeGreaterThanOrEqual(priceUsage(usage, pricing));
        },
      ),
    );
  });

  it('is the sum of its parts, to within their rounding, within a tier and without a charge per request', () => {
    fc.assert(
      fc.property(usageArbitrary, usageArbitrary, pricingArbitrary, (a, b, tiered) => {
        const pricing = { ...tiered, longContext: [], perRequest: 0 };
        const both = usageOf({
          input: a.input + b.input,
          cachedInput: a.cachedInput + b.cachedInput,
          cacheWrite: a.cacheWrite + b.cacheWrite,
          output: a.output + b.output,
        });
        const apart = priceUsage(a, pricing) + priceUsage(b, pricing);
        expect(Math.abs(priceUsage(both, pricing) - apart)).toBeLessThanOrEqual(1);
        const million = { ...pricing, rates: exactRates(pricing) };
        expect(priceUsage(both, million)).toBe(priceUsage(a, million) + priceUsage(b, million));
      }),
    );
  });

  /** Rates of whole nano-dollars a token: no rounding, so parts add up exactly. */
  const exactRates = ({ rates }: ModelPricing): ModelPricing['rates'] => {
    const whole = (rate: number): number => Math.floor(rate / 1_000_000) * 1_000_000;
    return {
      input: whole(rates.input),
      cachedInput: rates.cachedInput === null ? null : whole(rates.cachedInput),
      cacheWrite: rates.cacheWrite === null ? null : whole(rates.cacheWrite),
      output: whole(rates.output),
    };
  };
});

describe('worstCost and expectedCost', () => {
  it('take the dearest way in, and the full answer', () => {
    const request = { inputTokens: 1000, maxTokens: 100 };
    expect(worstCost(request, HAIKU)).toBe(1_000_000 + 400_000);
    expect(worstCost(request, MINI)).toBe(150_000 + 60_000);
    expect(expectedCost({ inputTokens: 1000, outputTokens: 50 }, HAIKU)).toBe(800_000 + 200_000);
    expect(expectedCost({ inputTokens: 1000, outputTokens: 50 }, HAIKU, { batch: true })).toBe(
      500_000,
    );
  });

  it('stay in the short-context tier where the input cannot leave it', () => {
    expect(worstCost({ inputTokens: 128_000, maxTokens: 0 }, GEMINI)).toBe(160_000_000);
    expect(worstCost({ inputTokens: 128_001, maxTokens: 0 }, GEMINI)).toBe(320_002_500);
  });

  it('count a lower tier where a higher one is cheaper, as the request may stay in it', () => {
    const cheaper = {
      ...MINI,
      longContext: [{ above: 10, rates: { ...MINI.rates, input: 0, output: 0 } }],
    };
    expect(worstCost({ inputTokens: 1000, maxTokens: 100 }, cheaper)).toBe(150_000 + 60_000);
  });

  it('worst is never below what any usage within it costs', () => {
    fc.assert(
      fc.property(
        usageArbitrary,
        pricingArbitrary,
        fc.nat(5000),
        fc.nat(5000),
        (usage, pricing, spareIn, spareOut) => {
          const worst = worstCost(
            { inputTokens: usage.input + spareIn, maxTokens: usage.output + spareOut },
            pricing,
          );
          expect(worst).toBeGreaterThanOrEqual(priceUsage(usage, pricing));
          if (pricing.batchMultiplier === null) return;
          const request = {
            inputTokens: usage.input + spareIn,
            maxTokens: usage.output + spareOut,
          };
          const inBatch = worstCost(request, pricing, { batch: true });
          expect(inBatch).toBeGreaterThanOrEqual(priceUsage(usage, pricing, { batch: true }));
          expect(inBatch).toBeLessThanOrEqual(worst);
        },
      ),
    );
  });
});
