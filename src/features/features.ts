import type { LexicalStatistics } from './lexical.js';

/** What is computed once of a request, for every policy that decides on it. */
export interface Features {
  /** All messages but the system's, joined by blank lines. */
  readonly text: string;
  readonly domain: string | null;
  /** Estimated input tokens of the whole request. */
  readonly tokens: number;
  /** Counts and shares of `text`. */
  readonly lexical: LexicalStatistics;
}
