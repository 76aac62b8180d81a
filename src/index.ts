/**
 * Switchyard as a library: measure, compare, hand over. The command is built from the same parts.
 * @packageDocumentation
 */
export {
  Budget,
  BudgetReached,
  type Catalogue,
  CostTracker,
  createCatalogue,
  createTokenCounter,
  fromUsd,
  type ModelPricing,
  type ModelTier,
  type NanoUsd,
  type Origin,
  type PriceRates,
  type Purpose,
  priceUsage,
  pricingFromExperiment,
  type TokenCounter,
  type TokenUsage,
  tierOf,
  toUsd,
  type UsageRecord,
} from './costs/index.js';
export { type Dataset, type Prompt, readDataset, type TableReader } from './datasets/index.js';
export {
  type CompareInput,
  type Comparison,
  compare,
  compareInThreads,
  fitForExport,
} from './evaluation/index.js';
export {
  type Experiment,
  estimate,
  execute,
  loadExperiment,
  type Plan,
  type ProgressEvent,
  plan,
  validateExperiment,
} from './experiments/index.js';
export { extractFeatures, type Features, type RoutingRequest } from './features/index.js';
export { createJudge, graders, type Judge, type Verdict } from './judges/index.js';
export {
  type Caller,
  createAnswerKey,
  createCaller,
  createModel,
  createSimulatedModel,
  type Model,
  ModelError,
  type ModelRequest,
  startStandIn,
  systemClock,
} from './models/index.js';
export {
  buildMatrix,
  importOutcomes,
  type Outcome,
  type OutcomeMatrix,
  type Run,
  type RunStore,
  summarizeModels,
  toRun,
} from './outcomes/index.js';
export { drive, type Policy, type PolicyDocument, replay } from './policies/index.js';
export {
  AdaptiveRouter,
  CascadeRouter,
  ComplexityClassifier,
  ModelRouter,
  policyFromDocument,
  type Router,
  type RoutingRule,
  routers,
  type TaskComplexity,
} from './routers/index.js';
export { createRng, type Rng } from './statistics/index.js';
export { createTableReader, openMemoryStore, openStore, type Store } from './store/index.js';
export {
  buildRoutingTable,
  decideWithTable,
  parseRoutingTable,
  type RoutingTable,
  serializeRoutingTable,
} from './tables/index.js';
export { UserError } from './user-error.js';
export { version } from './version.js';
export type { Message } from './wire/index.js';
