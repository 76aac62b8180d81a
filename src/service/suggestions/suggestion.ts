/** What would be saved, in US dollars. Live or simulated, never both. */
export interface SuggestedSaving {
  readonly value: number;
  /** 95 % interval where `value` was estimated from a sample; equal to `value` where every request was looked at. */
  readonly low: number;
  readonly high: number;
}

/** One way to spend less, computed from the ledger's own records. */
export interface Suggestion {
  /** What kind of saving it is, such as `routing`; at most one of each for live and one for simulated requests. */
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** What was found, with its counts, in sentences. */
  readonly text: string;
  /** Requests, calls or attempts that it concerns, among those looked at. */
  readonly count: number;
  readonly of: number;
  /** Null where what was looked at gives no interval. */
  readonly saving_usd: SuggestedSaving | null;
  /** What must hold for the saving to be one; null where nothing is assumed. */
  readonly assumption: string | null;
  /** Whether it is about simulated requests: a demonstration, never evidence. */
  readonly simulated: boolean;
  /** The SQL that was run on the ledger's tables. */
  readonly query: string;
  /** The values of the query's named parameters. */
  readonly parameters: Readonly<Record<string, string | number | null>>;
  /** What was computed from the query's rows; null where the figures are its rows, added up. */
  readonly computed: string | null;
}

/** What could be saved, largest saving first and live before simulated, and what could not be computed. */
export interface OptimisationReport {
  readonly suggestions: readonly Suggestion[];
  readonly notes: readonly string[];
}

/** Which requests a report is about. */
export interface SuggestionFilter {
  /** ISO days, UTC, both included. */
  readonly from?: string;
  readonly to?: string;
  /** Everyone's where absent. */
  readonly tenant?: string;
}

/** Where the optimisation report comes from. */
export interface OptimisationReports {
  read(filter: SuggestionFilter): Promise<OptimisationReport>;
}
