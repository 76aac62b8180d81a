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

/** An answer given before to a request that asks the same in other words. */
export interface SimilarAnswer extends CachedAnswer {
  /** Of the entry, 64 hex digits: by it a wrong hit can be deleted. */
  readonly id: string;
  /** Cosine of the two embeddings, in [-1, 1]. */
  readonly similarity: number;
}

/** A hit of the hybrid cache; `similarity` is null for a request that is the same to the letter. */
export interface HybridHit extends CachedAnswer {
  readonly id: string;
  readonly similarity: number | null;
}

/** Whether an answer suits whoever asks now. */
export type IsFit = (answer: ChatAnswer) => boolean;
