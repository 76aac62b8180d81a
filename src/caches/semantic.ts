import type { ChatAnswer } from '../wire/index.js';
import type { CachedAnswer } from './exact-cache.js';

/**
 * What of a request may differ between two that share an answer: the words of its last turn, and
 * nothing else.
 */
export interface SimilarRequest {
  /** Hash of everything else that shapes the answer: tenant, model or table, system prompt, earlier turns, parameters, tools. */
  readonly scope: string;
  /** Text of the last turn, a user's. */
  readonly text: string;
}

/** An answer given before to a request that asks the same in other words. */
export interface SimilarAnswer extends CachedAnswer {
  /** Of the entry, 64 hex digits: by it a wrong hit can be deleted. */
  readonly id: string;
  /** Cosine of the two embeddings, in [-1, 1]. */
  readonly similarity: number;
}

/** Why two texts of high similarity do not share an answer. */
export type GuardName = 'numbers' | 'polarity' | 'entities' | 'direction' | 'language';

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
  readonly isFit?: (answer: ChatAnswer) => boolean;
  /** Asked only where the exact cache has nothing. A rejection is a miss of the semantic cache. */
  readonly embed: EmbedText;
}

/** A hit; `similarity` is null for a request that is the same to the letter. */
export interface HybridHit extends CachedAnswer {
  readonly id: string;
  readonly similarity: number | null;
}
