import { LRUCache } from 'lru-cache';
import type { CachedAnswer } from './cached-answer.js';

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

export interface CacheBounds {
  /** Most entries. */
  readonly maxEntries: number;
  /** Most bytes of all entries together. */
  readonly maxBytes: number;
  /** Milliseconds after which an entry is no longer repeated. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One entry may take this share of all bytes, so that a few long ones do not push out the rest. */
const LARGEST_SHARE = 1 / 10;

/** An answer as it is kept, with what its cache knows of it besides. */
export interface StoredAnswer<Detail> extends CachedAnswer {
  readonly tenant: string;
  readonly detail: Detail;
  /** Counts all that was ever stored: tells apart what was stored in the same millisecond. */
  readonly order: number;
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly bytes: number;
  hits: number;
}

/** What is counted for each tenant. */
export type CacheCount = 'hits' | 'misses' | 'evictions';

/**
 * The answers of one cache, of all tenants, within bounds: what was used longest ago makes room, by
 * number of entries and by bytes, and what is too old is gone. Which request may have which answer is
 * for the cache to say.
 */
export class AnswerStore<Detail> {
  readonly #entries: LRUCache<string, StoredAnswer<Detail>>;
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, Record<CacheCount, number>>();
  #stored = 0;

  /**
   * @param onGone told of each entry that is no longer kept, for whatever reason
   * @throws RangeError for a bound that leaves no room
   */
  constructor(bounds: CacheBounds, onGone: (detail: Detail) => void = () => {}) {
    const { maxEntries, maxBytes, ttlMs, now } = bounds;
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
      dispose: ({ tenant, detail }, _id, reason) => {
        if (reason === 'evict') this.count(tenant, 'evictions');
        onGone(detail);
      },
    });
  }

  count(tenant: string, what: CacheCount): void {
    let counts = this.#counts.get(tenant);
    if (counts === undefined) {
      counts = { hits: 0, misses: 0, evictions: 0 };
      this.#counts.set(tenant, counts);
    }
    counts[what]++;
  }

  /** Without making it more recent; null where there is none, or it is too old. */
  peek(id: string): StoredAnswer<Detail> | null {
    const stored = this.#entries.peek(id);
    if (stored === undefined) return null;
    if (this.#now() < stored.expiresAt) return stored;
    this.#entries.delete(id);
    return null;
  }

  /** Repeats an entry: it is the most recent now, and a hit of its tenant. */
  use(id: string, stored: StoredAnswer<Detail>): CachedAnswer {
    this.#entries.get(id);
    stored.hits++;
    this.count(stored.tenant, 'hits');
    return { answer: stored.answer, model: stored.model, cost: stored.cost };
  }

  /** Whether an entry of so many bytes is kept at all. */
  takes(bytes: number): boolean {
    return bytes <= this.#maxBytes * LARGEST_SHARE;
  }

  /** In place of an entry stored before. @param bytes what `takes` */
  set(id: string, tenant: string, value: CachedAnswer, bytes: number, detail: Detail): void {
    const storedAt = this.#now();
    this.#entries.set(id, {
      answer: value.answer,
      model: value.model,
      cost: value.cost,
      tenant,
      detail,
      order: this.#stored++,
      storedAt,
      expiresAt: storedAt + this.#ttlMs,
      bytes,
      hits: 0,
    });
  }

  /** Whether there was such an entry, of that tenant where one is named, and it is gone now. */
  delete(id: string, tenant: string | undefined): boolean {
    const stored = this.peek(id);
    if (stored === null || (tenant !== undefined && stored.tenant !== tenant)) return false;
    return this.#entries.delete(id);
  }

  /** Entries stored last, newest first. @param tenant undefined for everyone's */
  newest(tenant: string | undefined, limit: number): [string, StoredAnswer<Detail>][] {
    return this.#ofTenant(tenant)
      .sort(([, a], [, b]) => b.order - a.order)
      .slice(0, limit);
  }

  /** Deletes everything, or what is a tenant's; how many entries that were. Counts stay. */
  clear(tenant: string | undefined): number {
    const entries = this.#ofTenant(tenant);
    for (const [id] of entries) this.#entries.delete(id);
    return entries.length;
  }

  /** Since the cache was made, of one tenant or of all. */
  stats(tenant: string | undefined): CacheStats {
    const entries = this.#ofTenant(tenant);
    const counts = tenant === undefined ? [...this.#counts.values()] : [this.#counts.get(tenant)];
    const sum = (what: CacheCount): number =>
      counts.reduce((total, one) => total + (one?.[what] ?? 0), 0);
    return {
      entries: entries.length,
      bytes: entries.reduce((total, [, { bytes }]) => total + bytes, 0),
      hits: sum('hits'),
      misses: sum('misses'),
      evictions: sum('evictions'),
    };
  }

  #ofTenant(tenant: string | undefined): [string, StoredAnswer<Detail>][] {
    const now = this.#now();
    const found: [string, StoredAnswer<Detail>][] = [];
    for (const [id, stored] of [...this.#entries.entries()]) {
      if (now >= stored.expiresAt) this.#entries.delete(id);
      else if (tenant === undefined || stored.tenant === tenant) found.push([id, stored]);
    }
    return found;
  }
}

/** Bytes of an answer's JSON. */
export const answerBytes = ({ answer }: CachedAnswer): number =>
  Buffer.byteLength(JSON.stringify(answer));

/** An entry as it is listed. */
export function cacheEntry(
  id: string,
  { tenant, model, storedAt, expiresAt, bytes, hits }: StoredAnswer<unknown>,
): CacheEntry {
  return {
    id,
    tenant,
    model,
    storedAt: new Date(storedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    bytes,
    hits,
  };
}
