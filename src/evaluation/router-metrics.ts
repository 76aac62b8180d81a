import { type CostQuality, mean, upperHull } from '../statistics/index.js';
import type { Estimate, RouterMetrics } from './comparison.js';
import {
  type Anchors,
  averageGapRecovered,
  averageOverCost,
  costToRecover,
  hullAverage,
} from './curves.js';
import type { Contender, FittedFold } from './fit-fold.js';
import type { Selection } from './selection.js';
import type { Procedure, SampleView, TestSample } from './test-sample.js';

const UNDEFINED: Estimate = { mean: null, low: null, high: null };

/**
 * The metrics of one router, with bootstrap intervals.
 * AIQ is taken fold by fold, as its vertices are chosen on each fold's tune part, and averaged by
 * rows; a curve that starts dearer than the cheapest hull model starts at that model instead.
 * @param dial the router's dial points over all folds
 * @param vertices each fold's contenders between which AIQ's vertices are chosen
 * @param keeping each fold's cheapest contender that keeps the reference's quality on tune; null where none does
 */
export function routerMetrics(
  router: string,
  dial: readonly Procedure[],
  vertices: readonly (readonly Contender[])[],
  keeping: readonly (Contender | null)[],
  folds: readonly FittedFold[],
  selections: readonly Selection[],
  sample: TestSample,
): RouterMetrics {
  const weak = folds.map(({ always, hull }) => always[hull[0]!]!);
  const strong = folds.map(({ always, hull }) => always[hull.at(-1)!]!);
  const chosen = folds.map((fold, f) => tuneVertices(vertices[f]!, fold.always[fold.hull[0]!]!));
  const range: readonly [number, number] = [
    mean(folds.map(({ costRange }) => costRange[0])),
    mean(folds.map(({ costRange }) => costRange[1])),
  ];
  const points = (view: SampleView): CostQuality[] => dial.map((one) => view.at(one));
  const anchors = (view: SampleView): Anchors => ({ weak: view.at(weak), strong: view.at(strong) });
  const overFolds = (view: SampleView, scale: 'linear' | 'log'): number => {
    let total = 0;
    let rows = 0;
    folds.forEach(({ costRange }, fold) => {
      if (view.rows(fold) === 0) return;
      const line = chosen[fold]!.map((contender) => view.inFold(contender, fold));
      total += view.rows(fold) * averageOverCost(line, costRange, scale);
      rows += view.rows(fold);
    });
    return total / rows;
  };
  const gap = sample.estimate((view) => {
    const { weak: low, strong: high } = anchors(view);
    return high.quality - low.quality;
  });
  const gapIsClear =
    gap.mean !== null &&
    gap.low !== null &&
    gap.high !== null &&
    gap.mean > (gap.high - gap.low) / 2;
  const ofGap = (statistic: (points: CostQuality[], anchors: Anchors) => number): Estimate =>
    gapIsClear ? sample.estimate((view) => statistic(points(view), anchors(view))) : UNDEFINED;
  return {
    router,
    aiq: sample.estimate((view) => overFolds(view, 'linear')),
    aiqLog: sample.estimate((view) => overFolds(view, 'log')),
    aiqPaper: sample.estimate((view) => hullAverage([view.at(weak), ...points(view)], range)),
    apgr: ofGap(averageGapRecovered),
    cpt50: ofGap((curve, ends) => costToRecover(curve, ends, 0.5)),
    cpt80: ofGap((curve, ends) => costToRecover(curve, ends, 0.8)),
    costSave: costSaved(keeping, selections, sample),
  };
}

/** A fold where no setting kept the reference's quality on tune stays with the reference. */
function costSaved(
  keeping: readonly (Contender | null)[],
  selections: readonly Selection[],
  sample: TestSample,
): Estimate {
  if (keeping.every((contender) => contender === null)) return UNDEFINED;
  const reference = selections.map((selection) => selection.reference);
  const procedure = keeping.map((contender, fold) => contender ?? reference[fold]!);
  return sample.estimate((view) => 1 - view.at(procedure).cost / view.at(reference).cost);
}

function tuneVertices(contenders: readonly Contender[], cheapest: Contender): Contender[] {
  const points = contenders.map(({ tuneCost, tuneQuality }) => ({
    cost: tuneCost,
    quality: tuneQuality,
  }));
  const chosen = upperHull(points).map((i) => contenders[i]!);
  const first = chosen[0];
  return first === undefined || first.tuneCost > cheapest.tuneCost ? [cheapest, ...chosen] : chosen;
}
