export { type CacheScope, cacheKey } from './cache-key.js';
export {
  type CachedAnswer,
  type CacheEntry,
  type CacheStats,
  ExactCache,
  type ExactCacheOptions,
} from './exact-cache.js';
export { isCacheable } from './is-cacheable.js';
