export type { CacheBounds, CacheEntry, CacheStats } from './answer-store.js';
export type {
  CacheCalibration,
  CalibrationCurve,
  KindFigures,
  ThresholdFigures,
} from './cache-calibration.js';
export { type CacheScope, cacheKey } from './cache-key.js';
export type { CachedAnswer, HybridHit, IsFit, SimilarAnswer } from './cached-answer.js';
export { type CalibrateOptions, calibrate, type MeasuredPair } from './calibrate.js';
export { ExactCache } from './exact-cache.js';
export { GUARD_NAMES, GUARDS_VERSION, type GuardName, guardRefusal } from './guards/index.js';
export {
  type EmbedText,
  HybridCache,
  type HybridCacheEntry,
  type HybridCacheStats,
  type HybridLookup,
} from './hybrid-cache.js';
export { isCacheable } from './is-cacheable.js';
export { parseCacheCalibration } from './parse-cache-calibration.js';
export {
  SemanticCache,
  type SemanticCacheEntry,
  type SemanticCacheOptions,
  type SemanticCacheStats,
} from './semantic-cache.js';
export { type SimilarRequest, similarRequest } from './similar-request.js';
