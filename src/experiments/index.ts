export { type Problem, problemLine } from '../documents/index.js';
export { executeBatch } from './batch-execute.js';
export type { BatchingModel, ExecuteBatchInput } from './batch-state.js';
export {
  type CostRange,
  type Estimate,
  type EstimateLine,
  estimate,
  expectedOutputTokens,
  type ForeseenCall,
} from './estimate.js';
export { type Ending, type ExecuteInput, execute } from './execute.js';
export { foreseeCalls, type JudgingModel, type Known } from './foresee.js';
export { parseEmbeddings } from './parse-embeddings.js';
export {
  askedModel,
  type Plan,
  type PlanInput,
  type PlannedCell,
  type PlannedJudge,
  type PlannedModel,
  type PlannedScore,
  type PlannedVariant,
  plan,
  plannedScores,
  requestOf,
  variantModelId,
} from './plan.js';
export type { ProgressEvent, ProgressListener } from './progress.js';
export { experimentSchemaText, writeExperimentSchema } from './schema.js';
export type {
  DatasetEntry,
  Experiment,
  JudgeEntry,
  ModelEntry,
  RateLimits,
  RouterEntry,
  RubricJudgeEntry,
  VariantEntry,
} from './spec.js';
export {
  type ExperimentOptions,
  loadExperiment,
  type ValidatedExperiment,
  validateExperiment,
} from './spec-load.js';
export {
  type StarterOptions,
  starterExperiment,
  starterPrompts,
} from './starter.js';
export { type RunSummary, summarizeRun, type UnscoredReason } from './summary.js';
