import { fromUsd, type NanoUsd } from './money.js';
import { MODEL_TIERS, type ModelPricing, type ModelTier } from './pricing.js';

/** Blended nano-dollars per million tokens from which a model is no longer economy, or standard. */
const STANDARD_FROM = fromUsd(2);
const PREMIUM_FROM = fromUsd(10);

/**
 * One price for a model: nano-dollars per million tokens at three input tokens to one output token,
 * the mix that public price comparisons use (Artificial Analysis). Short context, nothing cached.
 */
export function blendedPrice(pricing: ModelPricing): NanoUsd {
  return Math.round((3 * pricing.rates.input + pricing.rates.output) / 4);
}

/**
 * The price class of one model: economy under $2 per million blended tokens, premium from $10,
 * standard between. At 2024 prices: gpt-4o-mini $0.26 and claude-3-5-haiku $1.60 are economy, gpt-4o
 * $4.38 and claude-3-5-sonnet $6 standard, gpt-4-turbo $15 and claude-3-opus $30 premium.
 */
export function tierOf(pricing: ModelPricing): ModelTier {
  const price = blendedPrice(pricing);
  if (price < STANDARD_FROM) return 'economy';
  return price < PREMIUM_FROM ? 'standard' : 'premium';
}

/**
 * Price classes relative to each other, in the order given: the cheapest of the models is economy,
 * the dearest premium, the rest spread evenly by rank; equal prices share a class. Where all prices
 * are equal there is nothing to rank, and each gets its absolute class.
 */
export function tiersOf(pricings: readonly ModelPricing[]): ModelTier[] {
  const prices = pricings.map(blendedPrice);
  const distinct = [...new Set(prices)].sort((a, b) => a - b);
  if (distinct.length < 2) return pricings.map(tierOf);
  return prices.map((price) => {
    const share = distinct.indexOf(price) / (distinct.length - 1);
    return MODEL_TIERS[Math.round(share * (MODEL_TIERS.length - 1))]!;
  });
}
