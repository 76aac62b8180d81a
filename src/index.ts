/**
 * Switchyard as a library: measure, compare, hand over, serve. The command is built from the same parts.
 * @packageDocumentation
 */
export {
  type CacheBounds,
  type CachedAnswer,
  type CacheScope,
  cacheKey,
  ExactCache,
  HybridCache,
  type HybridHit,
  type HybridLookup,
  isCacheable,
  SemanticCache,
  type SemanticCacheOptions,
  type SimilarAnswer,
  type SimilarRequest,
  similarRequest,
} from './caches/index.js';
export {
  type AsyncCompressor,
  type CompressionResult,
  type CompressionSpec,
  type Compressor,
  ContextTruncator,
  compressionLabel,
  compressionSteps,
  compressMessages,
  compressRequest,
  compressRequestAsync,
  createCompressor,
  LLMCompressor,
  PromptCompressor,
  parseCompression,
  protectedSpans,
  StopwordRemover,
  WhitespaceCompressor,
} from './compression/index.js';
export {
  Budget,
  BudgetReached,
  type Catalogue,
  type CostFilter,
  type CostGroup,
  type CostReports,
  type CostRow,
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
  executeBatch,
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
  openUpstream,
  startStandIn,
  systemClock,
  type Upstream,
  type UpstreamReply,
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
export { drive, exploring, type Policy, type PolicyDocument, replay } from './policies/index.js';
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
export {
  createGateway,
  createMetrics,
  createServer,
  createTenants,
  defaultServiceConfig,
  type Gateway,
  type GatewayOptions,
  type Learning,
  type LedgerEntry,
  type LiveTable,
  learnedStateFile,
  loadServiceConfig,
  type Operation,
  openLearning,
  type ServerOptions,
  type ServiceConfig,
  type ServiceLedger,
  type ServiceReply,
  type ServiceRequest,
  type ServiceServer,
  spentSoFar,
  type Tenant,
  type Tenants,
} from './service/index.js';
export { createRng, type Rng } from './statistics/index.js';
export {
  createTableReader,
  openMemoryLedger,
  openMemoryStore,
  openServiceLedger,
  openStore,
  type Store,
} from './store/index.js';
export {
  buildRoutingTable,
  decideWithTable,
  parseRoutingTable,
  policyOfTable,
  type RoutingTable,
  serializeRoutingTable,
} from './tables/index.js';
export { UserError } from './user-error.js';
export { version } from './version.js';
export {
  anthropicMessages,
  type ChatAnswer,
  type ChatEvent,
  type ChatFormat,
  type ChatMessage,
  type ChatRequest,
  chatFormats,
  type Message,
  openaiChat,
} from './wire/index.js';
