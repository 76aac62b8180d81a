import type { NanoUsd } from '../costs/index.js';
import type { ChatAnswer } from '../wire/index.js';

/** An answer worth repeating. */
export interface CachedAnswer {
  readonly answer: ChatAnswer;
  /** `provider/name` of the model that gave it. */
  readonly model: string;
  /** What it cost, in total, at the price of then; null where unknown. */
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
