import fc from 'fast-check';
import type { ModelPricing, PriceRates, TokenUsage } from '../../src/costs/index.js';

const rate = fc.integer({ min: 0, max: 200_000_000_000 });

export const ratesArbitrary: fc.Arbitrary<PriceRates> = fc.record({
  input: rate,
  cachedInput: fc.option(rate),
  cacheWrite: fc.option(rate),
  output: rate,
});

export const pricingArbitrary: fc.Arbitrary<ModelPricing> = fc.record({
  model: fc.constant('maker/model'),
  source: fc.constant<'catalogue'>('catalogue'),
  asOf: fc.constant('2026-11-23'),
  rates: ratesArbitrary,
  longContext: fc
    .uniqueArray(
      fc.record({ above: fc.integer({ min: 1, max: 300_000 }), rates: ratesArbitrary }),
      {
        maxLength: 3,
        selector: (tier) => tier.above,
      },
    )
    .map((tiers) => tiers.sort((a, b) => a.above - b.above)),
  perRequest: fc.integer({ min: 0, max: 50_000_000 }),
  batchMultiplier: fc.option(fc.constantFrom(0.5, 0.33, 0.1, 1, 0)),
});

const tokens = fc.integer({ min: 0, max: 200_000 });

export const usageArbitrary: fc.Arbitrary<TokenUsage> = fc
  .record({ plain: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens })
  .map(({ plain, cachedInput, cacheWrite, output }) => ({
    input: plain + cachedInput + cacheWrite,
    cachedInput,
    cacheWrite,
    output,
    reasoning: Math.floor(output / 2),
  }));

/** gpt-4o-mini as of 2024: $0.15 in, $0.075 cached, $0.60 out a million tokens. */
export const MINI: ModelPricing = {
  model: 'openai/gpt-4o-mini',
  source: 'catalogue',
  asOf: '2026-11-23',
  rates: { input: 150_000_000, cachedInput: 75_000_000, cacheWrite: null, output: 600_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.5,
};

export const usageOf = (parts: Partial<TokenUsage>): TokenUsage => ({
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  ...parts,
});
