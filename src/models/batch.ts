import type { ModelAnswer, ModelRequest } from './model.js';
import type { ModelErrorKind } from './model-error.js';

/** One request of a batch. */
export interface BatchItem {
  /**
   * The token of its batch, `-`, and something unique within the batch; at most 64 letters, digits, `_`
   * and `-`. Not every provider keeps anything else of ours by which a batch could be found again.
   */
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

/** What is remembered of a batch whose submission got no reply. */
export interface BatchTrace {
  readonly token: string;
  /** When it was submitted, at the earliest; clocks may differ by minutes. */
  readonly since: Date;
  /** How many items it had. */
  readonly items: number;
}

/**
 * Whether a batch arrived. `perhaps`: the provider does not show whose items a batch holds before it has
 * ended, and these of the right size and age have not; it must be looked for again once they have, and
 * not be submitted again before. `none` soon after a submission may be too soon: a list can lag behind.
 */
export type BatchSearch =
  | { readonly found: 'one'; readonly id: string }
  | { readonly found: 'perhaps'; readonly candidates: readonly string[] }
  | { readonly found: 'none' };

/** A provider's batch processing for one model: cheaper, within a day. Every call is one attempt and may throw ModelError. */
export interface BatchApi {
  readonly limits: { readonly items: number; readonly bytes: number };
  /** Bytes that an item takes in the upload. */
  bytesOf(item: BatchItem): number;
  /**
   * @param token names this batch: `find` recognises it by that, should we never learn its id; at most
   * 48 letters, digits, `_` and `-`, and no beginning of another token
   * @returns the provider's id of the batch
   * @throws ModelError; after `connection`, `timeout`, `truncated`, `aborted` or `server` it may have
   * been accepted all the same, which `find` tells
   */
  submit(items: readonly BatchItem[], token: string, signal: AbortSignal): Promise<string>;
  /** Looks for a batch of ours whose id we never learned. */
  find(trace: BatchTrace, signal: AbortSignal): Promise<BatchSearch>;
  status(batchId: string, signal: AbortSignal): Promise<BatchStatus>;
  /**
   * What became of the items, in any order, each at most once; those that are missing in the end were
   * not asked, and not billed.
   * @param items what was submitted; answers are read by their requests, and strangers are skipped
   * @throws ModelError `truncated` where lines cannot be read, but only after all others were handed
   * over: missing items may then have been answered and billed
   */
  results(
    batchId: string,
    items: readonly BatchItem[],
    signal: AbortSignal,
  ): AsyncIterable<BatchResult>;
  /** Does nothing to a batch that has ended or is being cancelled. */
  cancel(batchId: string, signal: AbortSignal): Promise<void>;
}
