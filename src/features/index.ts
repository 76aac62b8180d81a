export { batchedSource } from './batched-source.js';
export { complexityQuestion, readComplexity } from './complexity-reading.js';
export { complexitySource } from './complexity-source.js';
export { embeddingSource, localEmbeddingSource } from './embedding-source.js';
export { embeddingsEntry, embeddingsOf } from './embeddings-document.js';
export { extractFeatures } from './extract-features.js';
export type { Features, Signal } from './features.js';
export { inverseDocumentFrequency, NgramHasher, type NgramOptions } from './hashed-ngrams.js';
export { Lbfgs } from './lbfgs.js';
export { type LexicalStatistics, lexicalStatistics, lexicalVector } from './lexical.js';
export {
  type Calibration,
  type CrossValidated,
  calibrate,
  crossValidate,
  fitLogistic,
  type LogisticModel,
  type LogisticOptions,
  logitOfRow,
  sigmoid,
} from './logistic-regression.js';
export {
  type KnownSignals,
  knownSignals,
  type ObtainOptions,
  obtainSignals,
} from './obtain-signals.js';
export type { RoutingRequest } from './request.js';
export {
  REQUEST_STATISTICS,
  requestVector,
  type WordingStatistics,
  wordingStatistics,
} from './request-statistics.js';
export { requestHash } from './request-text.js';
export type { SignalBatch, SignalSource } from './signal-source.js';
export {
  isEmbeddingId,
  LOCAL_MODEL,
  type SignalKind,
  type SignalSpec,
  signalId,
  signalVersion,
} from './signal-spec.js';
export type { SignalStore, StoredSignal } from './signal-store.js';
export { dot, type SparseRows, type SparseVector, toRows } from './sparse-vector.js';
export { normaliseWords, wordsOf } from './words.js';
