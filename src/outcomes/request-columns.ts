import type { Prompt } from '../datasets/index.js';
import { cellIndex } from './cell-index.js';
import type { Outcome, Run } from './outcome.js';

/** What was sent for each cell, at the places of an `OutcomeMatrix`. */
export interface RequestColumns {
  /** Equal for cells that sent the same to the same model; null where missing. */
  readonly cellKey: readonly (string | null)[];
  /** Tokens sent, as billed; NaN where missing, failed or not told. */
  readonly inputTokens: Float64Array;
}

export function requestColumns(
  run: Pick<Run, 'models' | 'trials'>,
  prompts: readonly Prompt[],
  outcomes: readonly Outcome[],
): RequestColumns {
  const size = prompts.length * run.models.length * run.trials;
  const cellKey = new Array<string | null>(size).fill(null);
  const inputTokens = new Float64Array(size).fill(Number.NaN);
  const indexOf = cellIndex(run, prompts);
  for (const outcome of outcomes) {
    const at = indexOf(outcome);
    if (at === undefined) continue;
    cellKey[at] = outcome.cellKey;
    if (outcome.usage !== null) inputTokens[at] = outcome.usage.input;
  }
  return { cellKey, inputTokens };
}
