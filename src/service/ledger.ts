import type { CostFilter, CostReports, NanoUsd } from '../costs/index.js';
import type { ActivityRow } from './activity.js';
import type {
  FeedbackEntry,
  FeedbackFilter,
  FeedbackReceipt,
  JudgedOperation,
} from './feedback.js';
import type { LedgerEntry, Operation } from './operation.js';
import type { SuggestionRows } from './suggestions/suggestion-rows.js';

/** Where the service keeps what it did and what that cost. One process writes to a ledger at a time. */
export interface ServiceLedger extends CostReports, SuggestionRows, AsyncDisposable {
  /** Resolves once it is durable: no crash of this process or of the machine loses it then. */
  record(entry: LedgerEntry): Promise<void>;
  /**
   * Durable as what `record` takes. At most one feedback of each source is kept for an operation,
   * whoever sends it how often and at once. What the judge used is filed under the judged operation:
   * its tenant, its tag and its day, whenever the verdict came; it counts as no further operation.
   */
  recordFeedback(entry: FeedbackEntry): Promise<FeedbackReceipt>;
  /** What a tenant was booked (live and simulated alike, as budgets count both) since a moment, ISO 8601. */
  spent(tenant: string, since: string): Promise<NanoUsd>;
  /** The latest operations, newest first. */
  recent(limit: number, tenant?: string): Promise<readonly Operation[]>;
  /** What became of requests, by day and origin in this order; nothing for days without any. */
  activity(filter?: Omit<CostFilter, 'origin'>): Promise<readonly ActivityRow[]>;
  /** Null for an id that nobody had. */
  operation(id: string): Promise<Operation | null>;
  /** Feedback in the order it was recorded, each with the operation it judges. */
  feedback(filter?: FeedbackFilter): Promise<readonly JudgedOperation[]>;
  /** Writes everything so far as Parquet files into a folder, whole or not at all; returns their paths. */
  snapshot(folder: string): Promise<readonly string[]>;
  /** Writes what is waiting, then lets the file go. */
  close(): Promise<void>;
}
