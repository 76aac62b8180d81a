import type { OperationFeedback } from './feedback.js';
import type { Operation } from './operation.js';

/** What a ledger holds of one routing table: what estimates of other settings rest on. */
export interface LedgerHistory {
  /** Those that the table decided, in the order they were recorded. */
  readonly operations: readonly Operation[];
  /** What judges said of them; never what callers said, as they chose what to judge. */
  readonly feedback: readonly OperationFeedback[];
  /** Which tables decided how many operations of the ledger. */
  readonly tables: readonly { readonly sha256: string; readonly operations: number }[];
}
