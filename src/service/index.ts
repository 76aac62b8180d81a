export type { ActivityRow, TechniqueSaving } from './activity.js';
export {
  type Answered,
  answerByPolicy,
  type PolicyAnswerOptions,
  type Taken,
} from './answer-by-policy.js';
export {
  defaultServiceConfig,
  loadServiceConfig,
  type ServiceConfigOptions,
  type ServiceSettings,
} from './configuration/load-service-config.js';
export { serviceSchemaText, writeServiceSchema } from './configuration/schema.js';
export { costComment } from './cost-comment.js';
export {
  createDriftMonitor,
  type DriftAlarm,
  type DriftFigure,
  type DriftMonitor,
  type DriftOptions,
  type DriftReport,
} from './drift/drift-monitor.js';
export { type ChainOptions, type FallbackChains, fallbackChains } from './fallback-chains.js';
export type {
  FeedbackEntry,
  FeedbackFilter,
  FeedbackReceipt,
  JudgedOperation,
  OperationFeedback,
} from './feedback.js';
export { createGateway } from './gateway.js';
export type { GatewayEvent } from './gateway-event.js';
export type { GatewayOptions } from './gateway-options.js';
export { type FailedAttempt, type Generated, type GenerateOptions, generate } from './generate.js';
export { isLoopback } from './http/hosts.js';
export { createMetrics, type ServiceMetrics } from './http/metrics.js';
export { createServer } from './http/server.js';
export type {
  ListedModel,
  LoadedTable,
  ServerLimits,
  ServerOptions,
  ServiceServer,
} from './http/server-options.js';
export type { AnsweredOperation, AnswerListener } from './learning/answered-operation.js';
export type { ServiceExploration } from './learning/explored-table.js';
export type { LearnedStateStore } from './learning/learned-state.js';
export { learnedStateFile } from './learning/learned-state-file.js';
export type { LearningEvent } from './learning/learning-event.js';
export {
  type Learning,
  type LearningOptions,
  type LearningStatus,
  openLearning,
} from './learning/open-learning.js';
export { isDrawn } from './learning/sampled-judge.js';
export type { ServiceLedger } from './ledger.js';
export type { LedgerHistory } from './ledger-history.js';
export { Meter, type MeterOptions, type OpenAttempt, SERVICE_RUN, type Seen } from './meter.js';
export type { Cause, LedgerEntry, LoggedStep, Operation, RoutingLog } from './operation.js';
export type {
  CacheUse,
  Gateway,
  ReplyHead,
  ServiceFailure,
  ServiceReply,
  ServiceRequest,
} from './pipeline.js';
export { Refusal } from './refusal.js';
export { type RelayOptions, type StreamEnd, StreamRelay } from './relay-stream.js';
export { answerBody, answerFrames } from './repeat-answer.js';
export { type LimitedRequest, limitAnswer, type TokenLimits } from './request-limits.js';
export { AUTO, createModelResolver, type ModelNames, type ModelResolver } from './resolve-model.js';
export { type LiveTable, type RouteOptions, routeLive } from './route-live.js';
export type {
  LearningConfig,
  SemanticCacheConfig,
  ServedModel,
  ServiceConfig,
  TenantConfig,
} from './service-config.js';
export {
  createOptimisationReports,
  type OptimisationReportOptions,
} from './suggestions/optimisation-report.js';
export type {
  OptimisationReport,
  OptimisationReports,
  SuggestedSaving,
  Suggestion,
  SuggestionFilter,
} from './suggestions/suggestion.js';
export type {
  AnsweredPrompt,
  FailedRow,
  OriginFilter,
  PromptBounds,
  QueriedRows,
  RepeatRow,
  SuggestionQuestion,
  SuggestionQuestions,
  SuggestionRows,
  WaitableRow,
} from './suggestions/suggestion-rows.js';
export {
  type RunningService,
  type SuggestionSettings,
  suggestionSettings,
} from './suggestions/suggestion-settings.js';
export { AnswerStream, type OpenStream, type ReadFrame, takeStream } from './take-stream.js';
export { takeWhole, type WholeAnswer } from './take-whole.js';
export { createTenants, spentSoFar, type TenantsOptions } from './tenants/create-tenants.js';
export { TenantBudgetReached } from './tenants/period-budget.js';
export type { SpentSoFar } from './tenants/tenant-account.js';
export { TENANT_ID, TENANT_ID_EXPECTED } from './tenants/tenant-id.js';
export type { Tenant, TenantGate, Tenants } from './tenants.js';
