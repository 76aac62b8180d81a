import type { NanoUsd } from './money.js';
import type { ModelPricing } from './pricing.js';

/**
 * Tokens of one attempt, in one convention whatever the provider's: `input` includes cached and
 * cache-written tokens, `output` includes reasoning tokens.
 */
export interface TokenUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  /** What of it is charged otherwise than tokens at standard rates; absent where nothing is. Its cost is unknown. */
  readonly surcharged?: string;
}

/** What a call was for. */
export type Purpose = 'candidate' | 'judge' | 'verifier' | 'router' | 'compression' | 'embedding';

/** Where an answer came from. Only `live` is money spent. */
export type Origin = 'live' | 'simulated' | 'recorded' | 'reused';

/** One metered attempt. Attempts of one operation share its id. */
export interface UsageRecord {
  readonly operationId: string;
  /** 1 for the first attempt of the operation. */
  readonly attempt: number;
  readonly runId: string;
  readonly purpose: Purpose;
  readonly origin: Origin;
  readonly model: string;
  /** Null where the provider's count never arrived and nothing can be estimated. */
  readonly usage: TokenUsage | null;
  /** Null where unknown; 0 for `reused`. */
  readonly cost: NanoUsd | null;
  /** True where the provider's count never arrived, so the worst case is booked. */
  readonly estimated: boolean;
  /** The price it was computed with, so that it can be re-priced. Null where the cost was given. */
  readonly pricing: ModelPricing | null;
  /** Null for an attempt that succeeded; else the class of error, e.g. `truncated` or `timeout`. */
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Null where unknown: what is answered in a batch waits for hours, which says nothing of the model. */
  readonly latencyMs: number | null;
}
