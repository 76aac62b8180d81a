import { mean } from '../statistics/index.js';
import { CELL, type OutcomeMatrix } from './matrix.js';

/** How one model did over a run. */
export interface ModelSummary {
  readonly model: string;
  /** Cells that were measured, failed ones included. */
  readonly outcomes: number;
  /** Cells with a verdict. */
  readonly scored: number;
  readonly failed: number;
  /**
   * Mean over prompts of the mean over trials, in [0, 1]; failed cells are in it at 0, missing and
   * unscored ones are not. Null where there is none.
   */
  readonly meanScore: number | null;
  /** 1,000 × the mean over measured cells whose cost is known; null where none is, or not in dollars. */
  readonly costUsdPer1k: number | null;
  /** Measured cells whose cost is not known. */
  readonly costUnknown: number;
}

/** One line a model, in the matrix's order. Sums are compensated. */
export function summarizeModels(matrix: OutcomeMatrix): ModelSummary[] {
  const { models, prompts, trials, state, score, cost } = matrix;
  return models.map((model, m) => {
    const promptMeans: number[] = [];
    const costs: number[] = [];
    const count = { measured: 0, scored: 0, failed: 0 };
    for (let p = 0; p < prompts.length; p++) {
      const trialScores: number[] = [];
      for (let t = 0; t < trials; t++) {
        const at = (p * models.length + m) * trials + t;
        if (state[at] === CELL.missing) continue;
        count.measured++;
        if (state[at] === CELL.scored) count.scored++;
        if (state[at] === CELL.failed) count.failed++;
        if (state[at] !== CELL.unscored) trialScores.push(score[at]!);
        if (!Number.isNaN(cost[at]!)) costs.push(cost[at]!);
      }
      if (trialScores.length > 0) promptMeans.push(mean(trialScores));
    }
    const inDollars = matrix.costBasis === 'usd' && costs.length > 0;
    return {
      model,
      outcomes: count.measured,
      scored: count.scored,
      failed: count.failed,
      meanScore: promptMeans.length === 0 ? null : mean(promptMeans),
      costUsdPer1k: inDollars ? 1000 * mean(costs) : null,
      costUnknown: count.measured - costs.length,
    };
  });
}
