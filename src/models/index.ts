export type { Environment } from './api-key.js';
export { backoffMs } from './backoff.js';
export type {
  BatchApi,
  BatchItem,
  BatchResult,
  BatchSearch,
  BatchState,
  BatchStatus,
  BatchTrace,
} from './batch.js';
export type { AskModel, CallResult } from './call.js';
export {
  type CallEvent,
  type Caller,
  type CallerOptions,
  type CallLimits,
  type CallOptions,
  createCaller,
} from './caller.js';
export { type Clock, systemClock } from './clock.js';
export type { LaneLimits } from './lane.js';
export {
  type LocalEmbedder,
  type LocalEmbedderOptions,
  openLocalEmbedder,
} from './local-embedding.js';
export type { Model, ModelAnswer, ModelParameters, ModelRequest } from './model.js';
export {
  connectionFindings,
  connectionKeys,
  connectionOf,
  MODEL_EXPECTED,
  MODEL_ID,
  type ModelConnection,
  modelId,
  timeoutSeconds,
} from './model-document.js';
export { ModelError, type ModelErrorKind } from './model-error.js';
export { modelProblem, modelSpecOf } from './model-price.js';
export { MODEL_APIS, type ModelApi, type ModelContext, type ModelSpec } from './model-spec.js';
export { createRecordedModel, type RecordedAnswer, type RecordedLookup } from './recorded.js';
export {
  createEmbeddingModel,
  createModel,
  openBatchApi,
  openUpstream,
  PROVIDERS,
  providerOf,
} from './registry.js';
export {
  type AnswerKey,
  type AnswerKeyEntry,
  type BilledTotal,
  type CallCount,
  chanceOfRight,
  createAnswerKey,
  createSimulatedModel,
  type Fault,
  type FaultChances,
  promptHash,
  SIMULATED_MODELS,
  SIMULATED_PROFILES,
  type SimulatedOptions,
  type SimulatedProfile,
  type StandIn,
  type StandInAccount,
  type StandInBatchOptions,
  type StandInOptions,
  startStandIn,
} from './simulated/index.js';
export { TokenBucket } from './token-bucket.js';
export { expectedInputTokens, worstInputTokens } from './upstream/input-tokens.js';
export type { Upstream, UpstreamReply, UpstreamSpec } from './upstream/upstream.js';
