import {
  AnswerStore,
  answerBytes,
  type CacheBounds,
  type CacheEntry,
  type CacheStats,
  cacheEntry,
} from './answer-store.js';
import type { CachedAnswer, IsFit } from './cached-answer.js';

/**
 * Repeats an answer to a request that was asked before, word for word, by the same tenant. What was
 * used longest ago makes room, by number of entries and by bytes (those of the answers' JSON); an
 * answer larger than a tenth of all bytes is not kept.
 *
 * What may be cached is decided by whoever stores: see `isCacheable`, and never store what was
 * refused, cut off by a fault, or asked for with the cache off.
 */
export class ExactCache {
  readonly #store: AnswerStore<null>;

  /** @throws RangeError for a bound that leaves no room */
  constructor(bounds: CacheBounds) {
    this.#store = new AnswerStore(bounds);
  }

  /**
   * The answer stored under a key, and counts a hit; null, and a miss, where there is none, where it
   * is too old, another tenant's, or not fit for whoever asks now.
   */
  get(key: string, tenant: string, isFit: IsFit = () => true): CachedAnswer | null {
    const stored = this.#store.peek(key);
    if (stored === null || stored.tenant !== tenant || !isFit(stored.answer)) {
      this.#store.count(tenant, 'misses');
      return null;
    }
    return this.#store.use(key, stored);
  }

  /** Stores an answer, in place of one stored before. One that is too large changes nothing. */
  set(key: string, tenant: string, value: CachedAnswer): void {
    const bytes = answerBytes(value);
    if (this.#store.takes(bytes)) this.#store.set(key, tenant, value, bytes, null);
  }

  /** Whether there was such an entry, of that tenant where one is named, and it is gone now. */
  delete(id: string, tenant?: string): boolean {
    return this.#store.delete(id, tenant);
  }

  /** Entries stored last, newest first. @param tenant undefined for everyone's */
  list(tenant: string | undefined, limit: number): CacheEntry[] {
    return this.#store.newest(tenant, limit).map(([id, stored]) => cacheEntry(id, stored));
  }

  /** Deletes everything, or what is a tenant's; how many entries that were. Counts stay. */
  clear(tenant?: string): number {
    return this.#store.clear(tenant);
  }

  /** Since the cache was made, of one tenant or of all. */
  stats(tenant?: string): CacheStats {
    return this.#store.stats(tenant);
  }
}
