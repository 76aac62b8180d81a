import type { UsageRecord } from '../costs/index.js';
import type { Operation } from './operation.js';

/** How good an answer of the service was, as somebody says afterwards. At most one of each source an operation. */
export interface OperationFeedback {
  /** The operation judged. */
  readonly operationId: string;
  /** Of the operation. */
  readonly tenant: string;
  /** `caller` chose what to judge; `judge` judged a random sample. Only the latter enters estimates. */
  readonly source: 'caller' | 'judge';
  /** In [0, 1]; null where the judge gave none. */
  readonly score: number | null;
  /** Why there is no score; null where there is one. */
  readonly unscored: string | null;
  /** Judge and version; null for a caller. */
  readonly judge: string | null;
  /** Probability with which this operation was drawn to be judged, in (0, 1]; null for a caller, who draws no lots. */
  readonly probability: number | null;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** One entry of the ledger: a verdict and what it cost, committed together. */
export interface FeedbackEntry {
  readonly feedback: OperationFeedback;
  /** The judge's attempts, of the judged operation's id and purpose `judge`; empty for a caller. */
  readonly usage: readonly UsageRecord[];
}

/** What became of feedback that was to be recorded. */
export type FeedbackReceipt =
  /** Durable, at this place of the journal; places count up, across restarts too. */
  | { readonly kind: 'recorded'; readonly seq: number }
  /** The operation has feedback of that source already. */
  | { readonly kind: 'repeated' }
  /** The tenant has no such operation. */
  | { readonly kind: 'unknown' };

/** Feedback with the operation that it judges. */
export interface JudgedOperation {
  /** Place of the feedback in the journal. */
  readonly seq: number;
  readonly feedback: OperationFeedback;
  readonly operation: Operation;
}

/** Which feedback is read; all of it where nothing is said. */
export interface FeedbackFilter {
  readonly tenant?: string;
  readonly source?: OperationFeedback['source'];
  /** Only feedback at a higher place than this. */
  readonly after?: number;
  /** The first ones only. */
  readonly limit?: number;
}
