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
export type { RoutingRequest } from './request.js';
export {
  REQUEST_STATISTICS,
  requestVector,
  type WordingStatistics,
  wordingStatistics,
} from './request-statistics.js';
export { dot, type SparseRows, type SparseVector, toRows } from './sparse-vector.js';
export { normaliseWords, wordsOf } from './words.js';
