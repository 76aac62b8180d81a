import { LRUCache } from 'lru-cache';
import type { NanoUsd } from '../costs/index.js';
import type { ChatAnswer } from '../wire/index.js';

/** An answer worth repeating. */
export interface CachedAnswer {
  readonly answer: ChatAnswer;
  /** `provider/name` of the model that gave it. */
  readonly model: string;
  /** What it cost at the price of then, without attempts that failed; null where unknown. */
  readonly cost: NanoUsd | null;
}

/** An entry as it is listed. */
export interface CacheEntry {
  /** The key: 64 hex digits. */
  readonly id: string;
  readonly tenant: string;
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly storedAt: string;
  readonly expiresAt: string;
  readonly bytes: number;
  readonly hits: number;
}

export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Entries that had to make room. */
  readonly evictions: number;
}

export interface ExactCacheOptions {
  /** Most entries. */
  readonly maxEntries: number;
  /** Most bytes of all answers together. */
  readonly maxBytes: number;
  /** Milliseconds after which an entry is no longer repeated. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One answer may take this share of all bytes, so that a few long ones do not push out the rest. */
const LARGEST_SHARE = 1 / 10;

interface Stored extends CachedAnswer {
  readonly tenant: string;
  /** Counts all that was ever stored: tells apart what was stored in the same millisecond. */
  readonly order: number;
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly bytes: number;
  hits: number;
}

interface Counts {
  hits: number;
  misses: number;
  evictions: number;
}

/**
 * Repeats an answer to a request that was asked before, word for word, by the same tenant. What was
 * used longest ago makes room, by number of entries and by bytes (those of the answers' JSON); an
 * answer larger than a tenth of all bytes is not kept.
 *
 * What may be cached is decided by whoever stores: see `isCacheable`, and never store what was
 * refused, cut off by a fault, or asked for with the cache off.
 */
export class ExactCache {
  readonly #entries: LRUCache<string, Stored>;
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, Counts>();
  #stored = 0;

  /** @throws RangeError for a bound that leaves no room */
  constructor(options: ExactCacheOptions) {
    const { maxEntries, maxBytes, ttlMs, now } = options;
    for (const [name, bound] of Object.entries({ maxEntries, maxBytes, ttlMs })) {
      if (!(bound >= 1 && Number.isFinite(bound))) {
        throw new RangeError(
          `Expected \`${name}\` to be a finite number of at least 1, got ${bound}`,
        );
      }
    }
    this.#ttlMs = ttlMs;
    this.#maxBytes = Math.floor(maxBytes);
    this.#now = now;
    // Ages are kept here, as the library's own clock takes a moment of 0 for no age at all.
    this.#entries = new LRUCache({
      max: Math.floor(maxEntries),
      maxSize: this.#maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: ({ tenant }, _key, reason) => {
        if (reason === 'evict') this.#countsOf(tenant).evictions++;
      },
    });
  }

  /**
   * The answer stored under a key, and counts a hit; null, and a miss, where there is none, where it
   * is too old, another tenant's, or not fit for whoever asks now.
   */
  get(
    key: string,
    tenant: string,
    isFit: (answer: ChatAnswer) => boolean = () => true,
  ): CachedAnswer | null {
    const counts = this.#countsOf(tenant);
    const stored = this.#alive(key);
    if (stored === null || stored.tenant !== tenant || !isFit(stored.answer)) {
      counts.misses++;
      return null;
    }
    this.#entries.get(key);
    stored.hits++;
    counts.hits++;
    return { answer: stored.answer, model: stored.model, cost: stored.cost };
  }

  /** Stores an answer, in place of one stored before. One that is too large changes nothing. */
  set(key: string, tenant: string, value: CachedAnswer): void {
    const bytes = Buffer.byteLength(JSON.stringify(value.answer));
    if (bytes > this.#maxBytes * LARGEST_SHARE) return;
    const storedAt = this.#now();
    this.#entries.set(key, {
      answer: value.answer,
      model: value.model,
      cost: value.cost,
      tenant,
      order: this.#stored++,
      storedAt,
      expiresAt: storedAt + this.#ttlMs,
      bytes,
      hits: 0,
    });
  }

  /** Whether there was such an entry, of that tenant where one is named, and it is gone now. */
  delete(id: string, tenant?: string): boolean {
    const stored = this.#alive(id);
    if (stored === null || (tenant !== undefined && stored.tenant !== tenant)) return false;
    return this.#entries.delete(id);
  }

  /** Entries stored last, newest first. @param tenant undefined for everyone's */
  list(tenant: string | undefined, limit: number): CacheEntry[] {
    return this.#ofTenant(tenant)
      .sort(([, a], [, b]) => b.order - a.order)
      .slice(0, limit)
      .map(([id, { model, storedAt, expiresAt, bytes, hits, ...stored }]) => ({
        id,
        tenant: stored.tenant,
        model,
        storedAt: new Date(storedAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
        bytes,
        hits,
      }));
  }

  /** Deletes everything, or what is a tenant's; how many entries that were. Counts stay. */
  clear(tenant?: string): number {
    const entries = this.#ofTenant(tenant);
    for (const [id] of entries) this.#entries.delete(id);
    return entries.length;
  }

  /** Since the cache was made, of one tenant or of all. */
  stats(tenant?: string): CacheStats {
    const entries = this.#ofTenant(tenant);
    const counts = tenant === undefined ? [...this.#counts.values()] : [this.#counts.get(tenant)];
    const sum = (count: keyof Counts): number =>
      counts.reduce((total, one) => total + (one?.[count] ?? 0), 0);
    return {
      entries: entries.length,
      bytes: entries.reduce((total, [, { bytes }]) => total + bytes, 0),
      hits: sum('hits'),
      misses: sum('misses'),
      evictions: sum('evictions'),
    };
  }

  /** Without making it more recent. */
  #alive(id: string): Stored | null {
    const stored = this.#entries.peek(id);
    if (stored === undefined) return null;
    if (this.#now() < stored.expiresAt) return stored;
    this.#entries.delete(id);
    return null;
  }

  #ofTenant(tenant: string | undefined): [string, Stored][] {
    const now = this.#now();
    const found: [string, Stored][] = [];
    for (const [id, stored] of [...this.#entries.entries()]) {
      if (now >= stored.expiresAt) this.#entries.delete(id);
      else if (tenant === undefined || stored.tenant === tenant) found.push([id, stored]);
    }
    return found;
  }

  #countsOf(tenant: string): Counts {
    let counts = this.#counts.get(tenant);
    if (counts === undefined) {
      counts = { hits: 0, misses: 0, evictions: 0 };
      this.#counts.set(tenant, counts);
    }
    return counts;
  }
}
