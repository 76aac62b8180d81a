import type { NanoUsd } from './money.js';
import { priceUsage } from './price-usage.js';
import type { ModelPricing, PriceRates } from './pricing.js';

/**
 * The most that one request can cost, in nano-dollars: what a budget reserves for it.
 * Every input token counts at the dearest input rate (plain, cached or cache-written), the answer
 * at its full length, in the dearest tier that the request can fall into. For any usage within
 * `inputTokens` and `maxTokens`, `priceUsage` is at most this.
 * @throws RangeError as `priceUsage`
 */
export function worstCost(
  request: { readonly inputTokens: number; readonly maxTokens: number },
  pricing: ModelPricing,
  options: { readonly batch?: boolean } = {},
): NanoUsd {
  const reachable = pricing.longContext.filter((tier) => request.inputTokens > tier.above);
  const costs = [pricing.rates, ...reachable.map((tier) => tier.rates)].map((rates) =>
    priceUsage(
      {
        input: request.inputTokens,
        cachedInput: 0,
        cacheWrite: 0,
        output: request.maxTokens,
        reasoning: 0,
      },
      { ...pricing, rates: { ...rates, input: dearestInput(rates) }, longContext: [] },
      options,
    ),
  );
  return Math.max(...costs);
}

/**
 * What one request is expected to cost, in nano-dollars, with nothing cached: what `estimate` shows.
 * @throws RangeError as `priceUsage`
 */
export function expectedCost(
  request: { readonly inputTokens: number; readonly outputTokens: number },
  pricing: ModelPricing,
  options: { readonly batch?: boolean } = {},
): NanoUsd {
  return priceUsage(
    {
      input: request.inputTokens,
      cachedInput: 0,
      cacheWrite: 0,
      output: request.outputTokens,
      reasoning: 0,
    },
    pricing,
    options,
  );
}

function dearestInput(rates: PriceRates): NanoUsd {
  return Math.max(rates.input, rates.cachedInput ?? 0, rates.cacheWrite ?? 0);
}
