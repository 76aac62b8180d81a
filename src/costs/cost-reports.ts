import type { NanoUsd } from './money.js';
import type { Origin } from './usage.js';

/** What totals can be broken down by. Days and months are UTC, `2026-11-23` and `2026-11`. */
export const COST_GROUPS = ['day', 'month', 'model', 'tenant', 'tag', 'purpose'] as const;
export type CostGroup = (typeof COST_GROUPS)[number];

/** Which records count. Absent members let everything pass. */
export interface CostFilter {
  /** ISO date, UTC: the first day that counts. */
  readonly from?: string;
  /** ISO date, UTC: the last day that counts. */
  readonly to?: string;
  readonly tenant?: string;
  /** @default 'live': the only money spent */
  readonly origin?: Origin;
}

/** Money and tokens of some operations. */
export interface CostRow {
  /** One value a group asked for, in that order; null where a record has none (no tag). */
  readonly keys: readonly (string | null)[];
  /** Operations answered or tried, cached ones included. */
  readonly operations: number;
  /** Of those, answered from the exact cache. */
  readonly cacheHits: number;
  /** Billed attempts. */
  readonly attempts: number;
  /** Attempts whose count never arrived and that are booked at an estimate. */
  readonly estimated: number;
  /** Attempts whose cost is unknown; they are in no sum. */
  readonly unknown: number;
  readonly cost: NanoUsd;
  /** What the cache hits would have cost, each at the price of the answer it repeats. */
  readonly cacheSaving: NanoUsd;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What was spent and saved, from a ledger. */
export interface CostReports {
  /** One row a combination that occurred, ordered by its keys; no groups give one row, zeros included. */
  totals(groups: readonly CostGroup[], filter?: CostFilter): Promise<readonly CostRow[]>;
}
