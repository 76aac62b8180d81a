import { mean } from '../statistics/index.js';
import type { CommonPrompts } from './common-prompts.js';
import type { Fold } from './splits.js';

/**
 * Call shares are costs by rank: 0 for the weakest model, 1 for the strongest, even steps between.
 * Whoever measured ranked by all prompts; here models are ranked again by the fold's fit and tune
 * part, so that the scores being reported have no say in what a call costs. Equal means: the run's order.
 * Costs in dollars, or none, are passed on as they are.
 */
export function rankedOnLearning(common: CommonPrompts, fold: Fold): CommonPrompts {
  const { matrix, means } = common;
  if (matrix.costBasis !== 'call_share') return common;
  const { models, trials } = matrix;
  const width = models.length;
  const learned = [...fold.fit, ...fold.tune];
  const quality = models.map((_, m) => mean(learned.map((row) => means.score[row * width + m]!)));
  const ranked = [...quality.keys()].sort((a, b) => quality[a]! - quality[b]! || a - b);
  const shares = new Float64Array(width);
  ranked.forEach((m, rank) => {
    shares[m] = width < 2 ? 0 : rank / (width - 1);
  });
  const share = (known: number, m: number): number => (Number.isNaN(known) ? known : shares[m]!);
  return {
    ...common,
    matrix: {
      ...matrix,
      cost: matrix.cost.map((known, cell) => share(known, Math.floor(cell / trials) % width)),
    },
    means: { ...means, cost: means.cost.map((known, cell) => share(known, cell % width)) },
  };
}
