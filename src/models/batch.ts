import type { ModelAnswer, ModelRequest } from './model.js';
import type { ModelErrorKind } from './model-error.js';

/** One request of a batch. */
export interface BatchItem {
  /** Unique within the batch and among all batches of its token: at most 64 letters, digits, `_` and `-`. */
  readonly id: string;
  readonly request: ModelRequest;
}

/** `ended` means that results can be read, whatever they say. The last three may have results, too: what was done before. */
export type BatchState =
  | 'in_progress'
  | 'cancelling'
  | 'ended'
  | 'failed'
  | 'expired'
  | 'cancelled';

export interface BatchStatus {
  readonly state: BatchState;
  /** As the provider tells it so far; null where it does not. */
  readonly counts: {
    readonly done: number;
    readonly failed: number;
    readonly total: number;
  } | null;
  /** Why it failed; null else. */
  readonly reason: string | null;
}

/** What became of one item. */
export type BatchResult = { readonly id: string } & (
  | { readonly outcome: 'answered'; readonly answer: ModelAnswer }
  | {
      readonly outcome: 'failed';
      readonly error: { readonly kind: ModelErrorKind; readonly message: string };
    }
  /** Not asked, and not billed: the batch expired or was cancelled before its turn. */
  | { readonly outcome: 'not_asked'; readonly reason: 'expired' | 'cancelled' }
);

/** A provider's batch processing for one model: cheaper, within a day. Every call is one attempt and may throw ModelError. */
export interface BatchApi {
  readonly limits: { readonly items: number; readonly bytes: number };
  /** Bytes that an item takes in the upload. */
  bytesOf(item: BatchItem): number;
  /**
   * @param token names this batch: `find` recognises it by that, should we never learn its id
   * @returns the provider's id of the batch
   */
  submit(items: readonly BatchItem[], token: string, signal: AbortSignal): Promise<string>;
  /** The batch submitted under a token at or after a moment; null where the provider knows none. */
  find(token: string, since: Date, signal: AbortSignal): Promise<string | null>;
  status(batchId: string, signal: AbortSignal): Promise<BatchStatus>;
  /** In any order; items that are missing were not asked. */
  results(batchId: string, signal: AbortSignal): AsyncIterable<BatchResult>;
  cancel(batchId: string, signal: AbortSignal): Promise<void>;
}
