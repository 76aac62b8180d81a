import type { Prompt } from '../datasets/index.js';

/** State of a cell in an `OutcomeMatrix`. */
export const CELL = { missing: 0, scored: 1, unscored: 2, failed: 3 } as const;

/**
 * Outcomes in columns: one typed array each, prompts × models × trials, row-major:
 * cell (p, m, t) is at `(p * models.length + m) * trials + t`.
 */
export interface OutcomeMatrix {
  readonly prompts: readonly Prompt[];
  /** `provider/name`, in the run's order. */
  readonly models: readonly string[];
  readonly trials: number;
  /** One of `CELL`. */
  readonly state: Uint8Array;
  /** In [0, 1]; 0 where failed, NaN where missing or unscored. */
  readonly score: Float64Array;
  /** US dollars; call share (0 weakest model … 1 strongest) where `costBasis` says so; NaN where missing or unknown. */
  readonly cost: Float64Array;
  /** Milliseconds; NaN where unknown. */
  readonly latency: Float64Array;
  /** Answer texts at the same index; null where none was stored. */
  readonly text: readonly (string | null)[];
  readonly costBasis: 'usd' | 'call_share' | 'none';
}
