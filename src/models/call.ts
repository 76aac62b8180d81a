import type { UsageRecord } from '../costs/index.js';
import type { ModelAnswer, ModelRequest } from './model.js';
import type { ModelErrorKind } from './model-error.js';

/** What a call (one or more attempts) ended with. */
export type CallResult = {
  /** One record per billed attempt, in order; empty where nothing was billed. */
  readonly usage: readonly UsageRecord[];
  /** All attempts, billed or not. */
  readonly attempts: number;
  /** Of the attempt that answered, or of all attempts where none did. */
  readonly latencyMs: number;
} & (
  | { readonly ok: true; readonly answer: ModelAnswer }
  | {
      readonly ok: false;
      readonly error: { readonly kind: ModelErrorKind; readonly message: string };
    }
);

/** Asks one model, with retries, limits, budget and metering already seen to. */
export type AskModel = (request: ModelRequest, signal: AbortSignal) => Promise<CallResult>;
