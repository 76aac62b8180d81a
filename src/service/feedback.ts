import type { UsageRecord } from '../costs/index.js';

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
