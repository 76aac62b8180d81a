export type { CacheCalibration, ThresholdFigures } from './cache-calibration.js';
export { type CacheScope, cacheKey } from './cache-key.js';
export {
  type CachedAnswer,
  type CacheEntry,
  type CacheStats,
  ExactCache,
  type ExactCacheOptions,
} from './exact-cache.js';
export { isCacheable } from './is-cacheable.js';
export type {
  EmbedText,
  GuardName,
  HybridHit,
  HybridLookup,
  SimilarAnswer,
  SimilarRequest,
} from './semantic.js';
