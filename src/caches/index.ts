export { type CacheScope, cacheKey } from './cache-key.js';
export type {
  CachedAnswer,
  CacheEntry,
  CacheStats,
  ExactCacheOptions,
} from './exact-cache.js';
