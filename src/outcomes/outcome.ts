import type { NanoUsd, Origin, TokenUsage, UsageRecord } from '../costs/index.js';
import type { FinishReason } from '../wire/index.js';

/** One cell of a run: prompt × model × trial. */
export interface Outcome {
  readonly runId: string;
  readonly promptId: string;
  readonly model: string;
  /** Counts from 1. */
  readonly trial: number;
  /** Hash of all that shapes the answer; see `cellKey`. */
  readonly cellKey: string;
  readonly status: 'done' | 'failed';
  readonly origin: Origin;
  /** Null where it failed or where recorded data holds no text. */
  readonly text: string | null;
  readonly finishReason: FinishReason | null;
  readonly usage: TokenUsage | null;
  /** What this answer costs in production, retries included; null where unknown. A reused cell keeps its original cost. */
  readonly cost: NanoUsd | null;
  readonly latencyMs: number | null;
  readonly attempts: number;
  /** Why it failed: `kind: message`. */
  readonly error: string | null;
  /** Stored score of recorded data, in [0, 1]; the judge `recorded` reads it. */
  readonly recordedScore: number | null;
  /** ISO 8601, UTC. */
  readonly completedAt: string;
}

/** A judge's verdict on one outcome. Exactly one of `score` and `unscored` is null. */
export interface Score {
  readonly runId: string;
  readonly promptId: string;
  readonly model: string;
  readonly trial: number;
  readonly judge: string;
  readonly judgeVersion: string;
  /** Counts from 1; judges that vary are asked more than once. */
  readonly repeat: number;
  /** Hash of the cell key, the prompt's reference and grader, the judge, its version and repeat; see `scoreKey`. */
  readonly scoreKey: string;
  /** In [0, 1]. */
  readonly score: number | null;
  /** Why there is no score. */
  readonly unscored: string | null;
  readonly rationale: string | null;
  readonly completedAt: string;
}

export type RunStatus = 'running' | 'complete' | 'interrupted' | 'budget_reached';

/** A run: one experiment file executed, or one import. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly kind: 'run' | 'import';
  readonly status: RunStatus;
  /** Hash of everything planned; the same file on the same data plans the same. */
  readonly planHash: string;
  /** SHA-256 of the prompts. */
  readonly dataHash: string;
  /** The judge that `compare` uses. */
  readonly judge: string;
  readonly models: readonly string[];
  readonly trials: number;
  readonly seed: number;
  /** True if any answer or verdict is simulated. */
  readonly simulated: boolean;
  /** Scores were divided by this to reach [0, 1]; 1 for most. */
  readonly scoreScale: number;
  /** `usd` where costs are in dollars (some perhaps unknown), `call_share` where recorded data has none. */
  readonly costBasis: 'usd' | 'call_share';
  readonly codeVersion: string;
  /** The experiment as parsed, or what the import was given: data enough to repeat it. */
  readonly spec: unknown;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Totals of a run's ledger by origin and purpose. */
export interface SpendTotal {
  readonly purpose: UsageRecord['purpose'];
  readonly origin: Origin;
  readonly records: number;
  readonly estimated: number;
  readonly cost: NanoUsd;
}
