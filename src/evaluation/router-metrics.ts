import { Curve, mean, upperHull } from '../statistics/index.js';
import type { Estimate, RouterMetrics } from './comparison.js';
import { type Anchors, averageGapRecovered, averageOverCost, costToRecover } from './curves.js';
import type { Contender, FittedFold } from './fit-fold.js';
import type { Selection } from './selection.js';
import type { Draws, MeanDraws, Procedure, TestSample } from './test-sample.js';

const UNDEFINED: Estimate = { mean: null, low: null, high: null };

/** The metrics of one router, and what differences between routers are taken from. */
export interface MeasuredRouter {
  readonly metrics: RouterMetrics;
  readonly aiq: Draws;
  /** Null where the quality gap is within its own half-width. */
  readonly apgr: Draws | null;
  /** AIQ on tune, folds averaged by rows. */
  readonly tuneAiq: number;
}

export interface MetricsInput {
  readonly router: string;
  /** The router's dial points over all folds. */
  readonly dial: readonly Procedure[];
  /** Each fold's contenders between which AIQ's vertices are chosen. */
  readonly vertices: readonly (readonly Contender[])[];
  /** Each fold's cheapest contender that keeps the reference's quality on tune; null where none does. */
  readonly keeping: readonly (Contender | null)[];
}

/**
 * The metrics of one router, with bootstrap intervals.
 * AIQ is taken fold by fold, as its vertices are chosen on each fold's tune part, and averaged by
 * rows; a curve that starts dearer than the cheapest hull model starts at that model instead.
 */
export function routerMetrics(
  { router, dial, vertices, keeping }: MetricsInput,
  folds: readonly FittedFold[],
  selections: readonly Selection[],
  sample: TestSample,
): MeasuredRouter {
  const chosen = folds.map((fold, f) => tuneVertices(vertices[f]!, fold.always[fold.hull[0]!]!));
  const range: readonly [number, number] = [
    mean(folds.map(({ costRange }) => costRange[0])),
    mean(folds.map(({ costRange }) => costRange[1])),
  ];
  const weak = sample.means(folds.map(({ always, hull }) => always[hull[0]!]!));
  const strong = sample.means(folds.map(({ always, hull }) => always[hull.at(-1)!]!));
  const points = dial.map((one) => sample.means(one));
  const aiq = overFolds(chosen, folds, sample, 'linear');
  const hull = new Curve(points.length + 1);
  const aiqPaper = sample.draw((at) => {
    fill(hull, [weak, ...points], at);
    hull.keepHull();
    return averageOverCost(hull, range, 'linear');
  });
  const gap = sample.estimate(sample.draw((at) => strong.quality[at]! - weak.quality[at]!));
  const gapIsClear =
    gap.mean !== null &&
    gap.low !== null &&
    gap.high !== null &&
    gap.mean > (gap.high - gap.low) / 2;
  const whole = new Curve(points.length + 2);
  const between = [weak, ...points, strong];
  const ofGap = (statistic: (curve: Curve, anchors: Anchors) => number): Draws | null =>
    gapIsClear
      ? sample.draw((at) => {
          fill(whole, between, at);
          return statistic(whole, {
            weak: { cost: weak.cost[at]!, quality: weak.quality[at]! },
            strong: { cost: strong.cost[at]!, quality: strong.quality[at]! },
          });
        })
      : null;
  const estimate = (draws: Draws | null): Estimate =>
    draws === null ? UNDEFINED : sample.estimate(draws);
  const apgr = ofGap(averageGapRecovered);
  const metrics = {
    router,
    prompts: sample.rows,
    groups: sample.groupCount,
    aiq: estimate(aiq),
    aiqLog: estimate(overFolds(chosen, folds, sample, 'log')),
    aiqPaper: estimate(aiqPaper),
    apgr: estimate(apgr),
    cpt50: estimate(ofGap((curve, ends) => costToRecover(curve, ends, 0.5))),
    cpt80: estimate(ofGap((curve, ends) => costToRecover(curve, ends, 0.8))),
    costSave: costSaved(keeping, selections, sample),
  };
  return { metrics, aiq, apgr, tuneAiq: onTune(chosen, folds) };
}

function fill(curve: Curve, points: readonly MeanDraws[], at: number): void {
  curve.clear();
  for (const { cost, quality } of points) curve.add(cost[at]!, quality[at]!);
}

function overFolds(
  chosen: readonly (readonly Contender[])[],
  folds: readonly FittedFold[],
  sample: TestSample,
  scale: 'linear' | 'log',
): Draws {
  const parts = chosen.map((contenders, fold) => ({
    rows: sample.rowsInFold(fold),
    points: contenders.map((contender) => sample.meansInFold(contender, fold)),
    curve: new Curve(contenders.length),
    range: folds[fold]!.costRange,
  }));
  return sample.draw((at) => {
    let total = 0;
    let drawn = 0;
    for (const { rows, points, curve, range } of parts) {
      if (rows[at] === 0) continue;
      fill(curve, points, at);
      total += rows[at]! * averageOverCost(curve, range, scale);
      drawn += rows[at]!;
    }
    return total / drawn;
  });
}

function onTune(chosen: readonly (readonly Contender[])[], folds: readonly FittedFold[]): number {
  let total = 0;
  let rows = 0;
  chosen.forEach((contenders, f) => {
    const { costRange, fold } = folds[f]!;
    const curve = new Curve(contenders.length);
    for (const { tuneCost, tuneQuality } of contenders) curve.add(tuneCost, tuneQuality);
    total += fold.tune.length * averageOverCost(curve, costRange, 'linear');
    rows += fold.tune.length;
  });
  return total / rows;
}

/** A fold where no setting kept the reference's quality on tune stays with the reference. */
function costSaved(
  keeping: readonly (Contender | null)[],
  selections: readonly Selection[],
  sample: TestSample,
): Estimate {
  if (keeping.every((contender) => contender === null)) return UNDEFINED;
  const reference = selections.map((selection) => selection.reference);
  const kept = sample.means(keeping.map((contender, fold) => contender ?? reference[fold]!));
  const whole = sample.means(reference);
  return sample.estimate(sample.draw((at) => 1 - kept.cost[at]! / whole.cost[at]!));
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
