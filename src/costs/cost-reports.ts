import type { NanoUsd } from './money.js';
import type { Origin } from './usage.js';

/**
 * What totals can be broken down by. Days and months are UTC, `2026-11-23` and `2026-11`, those of the
 * operation's arrival, for all its attempts alike.
 */
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
  /**
   * Operations answered or tried, cached ones included. One counts once in each row that it has a part
   * in: by model, under the model that answered and under each that was tried; by purpose, a cached
   * one has none.
   */
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
  /**
   * One row a combination that occurred, ordered by its keys, null last; no groups give one row, zeros included.
   * @throws RangeError for a day that is none, or a sum beyond a safe integer
   */
  totals(groups: readonly CostGroup[], filter?: CostFilter): Promise<readonly CostRow[]>;
}

/**
 * @param name what the day is, as the caller knows it
 * @throws RangeError quoting name and value, unless it is a day of the calendar as `2026-11-23`
 */
export function checkDay(name: string, day: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw new RangeError(`Expected \`${name}\` to be a day such as 2026-11-23, got "${day}"`);
  }
  return day;
}
