import type { LexicalStatistics } from './lexical.js';

/** Something about a request that costs time or money to know: an embedding, another model's reading of it. */
export interface Signal {
  readonly values: Float32Array;
  /** In US dollars; charged to every policy that needs it. 0 where it is computed here. */
  readonly cost: number;
  /** Milliseconds; NaN where unknown. */
  readonly latency: number;
}

/** What is computed once of a request, for every policy that decides on it. */
export interface Features {
  /** All messages but the system's, joined by blank lines. */
  readonly text: string;
  readonly domain: string | null;
  /** Estimated input tokens of the whole request. */
  readonly tokens: number;
  /** Counts and shares of `text`. */
  readonly lexical: LexicalStatistics;
  /** By id (`embedding:local`), only those that were asked for. */
  readonly signals?: Readonly<Record<string, Signal>>;
}
