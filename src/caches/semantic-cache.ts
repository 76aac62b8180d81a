import {
  AnswerStore,
  answerBytes,
  type CacheBounds,
  type CacheEntry,
  type CacheStats,
  cacheEntry,
} from './answer-store.js';
import type { CachedAnswer, IsFit, SimilarAnswer } from './cached-answer.js';
import { type GuardName, guardRefusal } from './guards/index.js';
import { ScopedVectors, unitVector } from './scoped-vectors.js';
import type { SimilarRequest } from './similar-request.js';

export interface SemanticCacheOptions extends CacheBounds {
  /** Least cosine of two texts that may share an answer: see `calibrate`. */
  readonly threshold: number;
}

/** An entry as it is listed. */
export interface SemanticCacheEntry extends CacheEntry {
  /** Of the last turn; null in a list of everyone's entries. */
  readonly text: string | null;
}

export interface SemanticCacheStats extends CacheStats {
  /** Misses for want of a usable embedding. */
  readonly unembedded: number;
  /** Misses although a text was similar enough, by the guard that refused the most similar one. */
  readonly refused: Readonly<Record<GuardName, number>>;
}

interface Detail {
  readonly similar: SimilarRequest;
  readonly row: number;
}

interface Refusals {
  unembedded: number;
  readonly refused: Record<GuardName, number>;
}

/** Texts that guards look at before a lookup is a miss: what differs from so many is rarely asked before. */
const MOST_CANDIDATES = 8;

/**
 * Repeats an answer to a request that asks the same in other words: same scope (and so same tenant),
 * embeddings no further apart than the threshold, and no guard that objects. Every vector of the
 * scope is compared. What was used longest ago makes room, by number of entries and by bytes (those
 * of the answer's JSON, the text and the vector).
 *
 * What may be cached is decided by whoever stores, as for the exact cache.
 */
export class SemanticCache {
  readonly #store: AnswerStore<Detail>;
  readonly #threshold: number;
  readonly #refusals = new Map<string, Refusals>();
  readonly #idOf: string[] = [];
  /** Made for the first vector: all others have to be of its length. */
  #vectors: ScopedVectors | null = null;

  /** @throws RangeError for a bound that leaves no room, or a threshold outside (0, 1] */
  constructor({ threshold, ...bounds }: SemanticCacheOptions) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new RangeError(`Expected \`threshold\` to be above 0 and at most 1, got ${threshold}`);
    }
    this.#threshold = threshold;
    this.#store = new AnswerStore(bounds, ({ row }) => this.#vectors?.remove(row));
  }

  /**
   * The most similar answer that may be given, and counts a hit; null, and a miss, where there is none.
   * @param vector embedding of the text; null where none was to be had
   */
  find(
    similar: SimilarRequest,
    tenant: string,
    vector: Float32Array | null,
    isFit: IsFit = () => true,
  ): SimilarAnswer | null {
    const unit = vector === null ? null : unitVector(vector);
    let refusedBy: GuardName | null = null;
    if (unit === null || (this.#vectors !== null && unit.length !== this.#vectors.dimensions)) {
      this.#refusalsOf(tenant).unembedded++;
    } else {
      for (const { id, similarity } of this.#candidates(similar.scope, unit)) {
        const stored = this.#store.peek(id);
        // The key holds the tenant and the scope already; whoever repeats an answer looks twice.
        if (stored?.tenant !== tenant || stored.detail.similar.scope !== similar.scope) continue;
        const guard = guardRefusal(stored.detail.similar.text, similar.text);
        if (guard !== null) refusedBy ??= guard;
        else if (isFit(stored.answer)) return { ...this.#store.use(id, stored), id, similarity };
      }
    }
    this.#store.count(tenant, 'misses');
    if (refusedBy !== null) this.#refusalsOf(tenant).refused[refusedBy]++;
    return null;
  }

  /** Stores an answer under an id, in place of one stored before. One that is too large, or has no usable vector, changes nothing. */
  set(
    id: string,
    tenant: string,
    similar: SimilarRequest,
    vector: Float32Array,
    value: CachedAnswer,
  ): void {
    const unit = unitVector(vector);
    if (unit === null) return;
    const bytes = answerBytes(value) + Buffer.byteLength(similar.text) + unit.byteLength;
    this.#vectors ??= new ScopedVectors(unit.length);
    if (unit.length !== this.#vectors.dimensions || !this.#store.takes(bytes)) return;
    const row = this.#vectors.add(similar.scope, unit);
    this.#idOf[row] = id;
    this.#store.set(id, tenant, value, bytes, { similar, row });
  }

  /** Whether there was such an entry, of that tenant where one is named, and it is gone now. */
  delete(id: string, tenant?: string): boolean {
    return this.#store.delete(id, tenant);
  }

  /** Entries stored last, newest first. @param tenant undefined for everyone's, without their texts */
  list(tenant: string | undefined, limit: number): SemanticCacheEntry[] {
    return this.#store.newest(tenant, limit).map(([id, stored]) => ({
      ...cacheEntry(id, stored),
      text: tenant === undefined ? null : stored.detail.similar.text,
    }));
  }

  /** Deletes everything, or what is a tenant's; how many entries that were. Counts stay. */
  clear(tenant?: string): number {
    return this.#store.clear(tenant);
  }

  /** Since the cache was made, of one tenant or of all. */
  stats(tenant?: string): SemanticCacheStats {
    return { ...this.#store.stats(tenant), ...this.#refusalsOfAll(tenant) };
  }

  /** As the stats have it, of all tenants, without a look at any entry. */
  refused(): SemanticCacheStats['refused'] {
    return this.#refusalsOfAll(undefined).refused;
  }

  #refusalsOfAll(tenant: string | undefined): Refusals {
    const total = noRefusals();
    for (const [whose, { unembedded, refused }] of this.#refusals) {
      if (tenant !== undefined && whose !== tenant) continue;
      total.unembedded += unembedded;
      for (const guard of Object.keys(refused) as GuardName[]) {
        total.refused[guard] += refused[guard];
      }
    }
    return total;
  }

  /** Entries of a scope that are similar enough, most similar first. Those too old make room for others. */
  #candidates(scope: string, unit: Float32Array): { id: string; similarity: number }[] {
    for (;;) {
      const found = (
        this.#vectors?.nearest(scope, unit, this.#threshold, MOST_CANDIDATES) ?? []
      ).map(({ row, similarity }) => ({ id: this.#idOf[row]!, similarity }));
      const alive = found.filter(({ id }) => this.#store.peek(id) !== null);
      if (alive.length === found.length) return found;
    }
  }

  #refusalsOf(tenant: string): Refusals {
    let refusals = this.#refusals.get(tenant);
    if (refusals === undefined) {
      refusals = noRefusals();
      this.#refusals.set(tenant, refusals);
    }
    return refusals;
  }
}

const noRefusals = (): Refusals => ({
  unembedded: 0,
  refused: { numbers: 0, polarity: 0, entities: 0, direction: 0, language: 0, question: 0 },
});
