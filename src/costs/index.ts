export type { Reservation, SpendGate } from './budget.js';
export { fromUsd, type NanoUsd, toUsd } from './money.js';
export { MODEL_TIERS, type ModelPricing, type ModelTier, type PriceRates } from './pricing.js';
export type { Origin, Purpose, TokenUsage, UsageRecord } from './usage.js';
