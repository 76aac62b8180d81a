import type { CacheEntry, CacheStats } from './answer-store.js';
import type { CachedAnswer, HybridHit, IsFit } from './cached-answer.js';
import type { ExactCache } from './exact-cache.js';
import type { GuardName } from './guards/index.js';
import type { SemanticCache, SemanticCacheStats } from './semantic-cache.js';
import type { SimilarRequest } from './similar-request.js';

/** What an embedding is obtained from; whoever wires it meters and pays for it. */
export type EmbedText = (text: string) => Promise<Float32Array>;

/** What the hybrid cache is asked with. */
export interface HybridLookup {
  /** Of the exact cache: `cacheKey`. */
  readonly key: string;
  readonly tenant: string;
  /** Null where only the very same request may share the answer. */
  readonly similar: SimilarRequest | null;
  /** Whether an answer suits whoever asks now. */
  readonly isFit?: IsFit;
  /** Asked only where the exact cache has nothing. A rejection is a miss of the semantic cache. */
  readonly embed: EmbedText;
}

/** An entry as it is listed: what both halves keep under one id is one entry. */
export interface HybridCacheEntry extends CacheEntry {
  /** Whether it is repeated to similar requests as well. */
  readonly similar: boolean;
  /** Of its last turn, where it is; null else, and in a list of everyone's entries. */
  readonly text: string | null;
}

/** Of both halves together; a miss is a lookup that neither could answer. */
export interface HybridCacheStats extends CacheStats {
  /** Null where there is no semantic half. */
  readonly semantic: SemanticCacheStats | null;
}

/**
 * The exact cache first, and where it has nothing, the semantic one. An answer is kept under the same
 * id, the exact cache's key, in both. Without a semantic half it does as the exact cache alone.
 */
export class HybridCache {
  readonly #exact: ExactCache;
  readonly #semantic: SemanticCache | null;
  /** Embeddings obtained at a lookup, for the answer that is stored later: gone with their request. */
  readonly #vectors = new WeakMap<SimilarRequest, Float32Array>();

  constructor(exact: ExactCache, semantic: SemanticCache | null) {
    this.#exact = exact;
    this.#semantic = semantic;
  }

  /** The answer given before to this request or to one like it; null where there is none that may be given. */
  async get({ key, tenant, similar, isFit, embed }: HybridLookup): Promise<HybridHit | null> {
    const exact = this.#exact.get(key, tenant, isFit);
    if (exact !== null) return { ...exact, id: key, similarity: null };
    if (this.#semantic === null || similar === null) return null;
    const vector = await embedded(similar.text, embed);
    if (vector !== null) this.#vectors.set(similar, vector);
    return this.#semantic.find(similar, tenant, vector, isFit);
  }

  /**
   * Stores an answer, in place of one stored before.
   * @param similar the very object that `get` was asked with, as its embedding is known by it; with
   * another one, or null, only the very same request is answered from here
   */
  set(key: string, tenant: string, value: CachedAnswer, similar: SimilarRequest | null): void {
    this.#exact.set(key, tenant, value);
    const vector = similar === null ? undefined : this.#vectors.get(similar);
    if (similar !== null && vector !== undefined) {
      this.#semantic?.set(key, tenant, similar, vector, value);
    }
  }

  /** Whether there was such an entry, of that tenant where one is named, and it is gone now. */
  delete(id: string, tenant?: string): boolean {
    const wasExact = this.#exact.delete(id, tenant);
    const wasSimilar = this.#semantic?.delete(id, tenant) ?? false;
    return wasExact || wasSimilar;
  }

  /** Entries stored last, newest first. @param tenant undefined for everyone's, without their texts */
  list(tenant: string | undefined, limit: number): HybridCacheEntry[] {
    const entries = new Map<string, HybridCacheEntry>();
    for (const entry of this.#exact.list(tenant, limit)) {
      entries.set(entry.id, { ...entry, similar: false, text: null });
    }
    for (const entry of this.#semantic?.list(tenant, limit) ?? []) {
      const exact = entries.get(entry.id);
      const bytes = entry.bytes + (exact?.bytes ?? 0);
      const hits = entry.hits + (exact?.hits ?? 0);
      const { text } = entry;
      entries.set(entry.id, { ...(exact ?? entry), bytes, hits, similar: true, text });
    }
    return [...entries.values()]
      .sort((a, b) => (a.storedAt < b.storedAt ? 1 : a.storedAt > b.storedAt ? -1 : 0))
      .slice(0, limit);
  }

  /** Deletes everything, or what is a tenant's; how many entries that were. Counts stay. */
  clear(tenant?: string): number {
    const entries = this.list(tenant, Number.POSITIVE_INFINITY).length;
    this.#exact.clear(tenant);
    this.#semantic?.clear(tenant);
    return entries;
  }

  /** As the semantic half's stats have it, of all tenants; null where there is no such half. */
  refused(): Readonly<Record<GuardName, number>> | null {
    return this.#semantic?.refused() ?? null;
  }

  /** Since the cache was made, of one tenant or of all. */
  stats(tenant?: string): HybridCacheStats {
    const exact = this.#exact.stats(tenant);
    const semantic = this.#semantic?.stats(tenant) ?? null;
    if (semantic === null) return { ...exact, semantic };
    return {
      entries: this.list(tenant, Number.POSITIVE_INFINITY).length,
      bytes: exact.bytes + semantic.bytes,
      hits: exact.hits + semantic.hits,
      misses: exact.misses - semantic.hits,
      evictions: exact.evictions + semantic.evictions,
      semantic,
    };
  }
}

async function embedded(text: string, embed: EmbedText): Promise<Float32Array | null> {
  try {
    return await embed(text);
  } catch {
    return null;
  }
}
