import { Curve, expandedTail } from '../statistics/index.js';
import type { FittedFold } from './fit-fold.js';
import type { Draws, Procedure, TestSample } from './test-sample.js';

/**
 * How much better the procedure is than the random mixture of models that costs the same: on each
 * fold, the hull's models (fixed on fit and tune) at their means in the sample drawn, the weight
 * solved for the procedure's cost in that sample and clamped at both ends; folds averaged by rows.
 */
export function gainOverMixture(
  sample: TestSample,
  procedure: Procedure,
  folds: readonly FittedFold[],
): Draws {
  const own = sample.means(procedure);
  const parts = folds.map(({ hull, always }, fold) => ({
    rows: sample.rowsInFold(fold),
    cost: sample.meansInFold(procedure[fold]!, fold).cost,
    models: hull.map((m) => sample.meansInFold(always[m]!, fold)),
    line: new Curve(hull.length),
  }));
  return sample.draw((at) => {
    let total = 0;
    let drawn = 0;
    for (const { rows, cost, models, line } of parts) {
      if (rows[at] === 0) continue;
      line.clear();
      for (const model of models) line.add(model.cost[at]!, model.quality[at]!);
      total += rows[at]! * line.at(cost[at]!);
      drawn += rows[at]!;
    }
    return own.quality[at]! - total / drawn;
  });
}

/** One-sided bootstrap p-value of "no gain": the share of resamples at or below 0, never itself 0, made larger for few groups. */
export function bootstrapPValue(draws: Draws, groups: number): number {
  let known = 0;
  let without = 0;
  for (let at = 1; at < draws.length; at++) {
    if (Number.isNaN(draws[at]!)) continue;
    known++;
    if (draws[at]! <= 0) without++;
  }
  return known === 0 || !(groups > 1)
    ? Number.NaN
    : expandedTail((1 + without) / (2 + known), groups);
}
