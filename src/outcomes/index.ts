export { assumePrices } from './assumed-prices.js';
export type { BatchStage, BatchStore, StoredBatch, StoredBatchItem } from './batch-store.js';
export { type BuildMatrixOptions, buildMatrix, latestVersion } from './build-matrix.js';
export {
  type ImportedCell,
  type ImportedOutcomes,
  type ImportedRun,
  type ImportFormat,
  type ImportOptions,
  importFormats,
  importOutcomes,
  type RunToImport,
  toRun,
} from './formats/index.js';
export { type JoinedMatrix, joinMatrices } from './join-matrices.js';
export { type CellKeyParts, cellKey, type ScoreKeyParts, scoreKey } from './keys.js';
export { CELL, type OutcomeMatrix } from './matrix.js';
export type { Outcome, Run, RunStatus, Score, SpendTotal } from './outcome.js';
export { type RequestColumns, requestColumns } from './request-columns.js';
export type { JudgedAnswer, RunStore } from './run-store.js';
export { type ModelSummary, summarizeModels } from './summarize-models.js';
