import { interpolate } from '../statistics/index.js';
import type { FittedFold } from './fit-fold.js';
import type { Procedure, SampleView } from './test-sample.js';

/**
 * Quality of the random mixture of models at the procedure's own cost: on each fold, the hull's
 * models (fixed on fit and tune) at their means in this sample, the weight solved for the cost in
 * this sample and clamped at both ends; folds averaged by rows.
 */
export function mixtureQuality(
  view: SampleView,
  procedure: Procedure,
  folds: readonly FittedFold[],
): number {
  let total = 0;
  let rows = 0;
  folds.forEach(({ hull, always }, fold) => {
    const drawn = view.rows(fold);
    if (drawn === 0) return;
    const line = hull
      .map((m) => view.inFold(always[m]!, fold))
      .sort((a, b) => a.cost - b.cost || a.quality - b.quality);
    total += drawn * interpolate(line, view.inFold(procedure[fold]!, fold).cost);
    rows += drawn;
  });
  return total / rows;
}

/** How much better the procedure is than the random mixture of models that costs the same. */
export function gainOverMixture(
  view: SampleView,
  procedure: Procedure,
  folds: readonly FittedFold[],
): number {
  return view.at(procedure).quality - mixtureQuality(view, procedure, folds);
}

/** One-sided bootstrap p-value of "no gain": the share of resamples at or below 0, never itself 0. */
export function bootstrapPValue(resampled: Float64Array): number {
  const known = resampled.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return Number.NaN;
  return (1 + known.filter((value) => value <= 0).length) / (1 + known.length);
}
