import type { UsageRecord } from '../costs/index.js';
import type { Verdict } from './judge.js';

/** A verdict with a score in [0, 1]. */
export function scored(
  score: number,
  rationale: string | null,
  usage: readonly UsageRecord[] = [],
): Verdict {
  return { score, unscored: null, rationale, usage };
}

/** A verdict that could not be had, and why; what it cost is kept all the same. */
export function unscored(reason: string, usage: readonly UsageRecord[] = []): Verdict {
  return { score: null, unscored: reason, rationale: null, usage };
}
