export { approximateTokens } from './approximate-tokens.js';
export { Budget, BudgetReached, type Reservation, type SpendGate } from './budget.js';
export { type Catalogue, createCatalogue } from './catalogue.js';
export { expectedCost, worstCost } from './cost-bounds.js';
export {
  COST_GROUPS,
  type CostFilter,
  type CostGroup,
  type CostReports,
  type CostRow,
} from './cost-reports.js';
export {
  type CostedAttempt,
  type CostedOperation,
  type CostSummary,
  type CostTotal,
  CostTracker,
} from './cost-tracker.js';
export { costReport, costsByModel, dailyCosts, monthlyCosts } from './cost-views.js';
export { type ExperimentPrice, pricingFromExperiment } from './experiment-price.js';
export { blendedPrice, tierOf, tiersOf } from './model-tier.js';
export { fromUsd, type NanoUsd, sumNano, toUsd } from './money.js';
export { priceUsage } from './price-usage.js';
export { MODEL_TIERS, type ModelPricing, type ModelTier, type PriceRates } from './pricing.js';
export { usageFromAnthropic, usageFromOpenAI } from './provider-usage.js';
export { createTokenCounter, type EncodingName, type TokenCounter } from './token-counter.js';
export type { Origin, Purpose, TokenUsage, UsageRecord } from './usage.js';
