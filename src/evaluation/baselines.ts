import { type CostQuality, mean, upperHull } from '../statistics/index.js';
import type { CommonPrompts } from './common-prompts.js';
import { type Landing, landChoice, landMixture } from './landing.js';
import type { Fold } from './splits.js';

/** Something that needs no router, landed on tune and test. */
export interface Baseline {
  readonly router: string;
  readonly dial: string;
  readonly tune: Landing;
  readonly test: Landing;
}

export interface Baselines {
  readonly hull: readonly number[];
  readonly costRange: readonly [number, number];
  readonly always: readonly Baseline[];
  readonly others: readonly Baseline[];
}

/**
 * The baselines that are always shown, computed in expectation: each model always, a uniform draw,
 * the random mixture along the hull of models (fixed on fit and tune together), and the oracle.
 */
export function fitBaselines(common: CommonPrompts, fold: Fold, dials: number): Baselines {
  const { means, matrix } = common;
  const { models } = matrix;
  const width = models.length;
  const on = (rows: Int32Array, model: number, values: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => values[row * width + model]!);
  const learned = Int32Array.from([...fold.fit, ...fold.tune]);
  const points = models.map((_, m) => ({
    cost: mean(on(learned, m, means.cost)),
    quality: mean(on(learned, m, means.score)),
  }));
  const hull = upperHull(points);
  const choosing = (router: string, dial: string, choose: (row: number) => number): Baseline => ({
    router,
    dial,
    tune: landChoice(means, width, fold.tune, choose),
    test: landChoice(means, width, fold.test, choose),
  });
  const mixing = (router: string, dial: string, weights: ArrayLike<number>): Baseline => ({
    router,
    dial,
    tune: landMixture(means, weights, fold.tune),
    test: landMixture(means, weights, fold.test),
  });
  const cheapest = points.reduce((best, p, m) => (p.cost < points[best]!.cost ? m : best), 0);
  const others = [
    mixing('random', 'uniform', new Float64Array(width).fill(1 / width)),
    choosing('oracle', 'ex-post', (row) => oracleChoice(common, row, cheapest)),
  ];
  if (hull.length > 1) {
    const count = Math.max(2, dials);
    for (let i = 0; i < count; i++) {
      const position = i / (count - 1);
      const weights = mixtureWeights(points, hull, position);
      others.push(mixing('mixture', String(Math.round(position * 10_000) / 10_000), weights));
    }
  }
  return {
    hull,
    costRange: [points[hull[0]!]!.cost, points[hull.at(-1)!]!.cost],
    always: models.map((model, m) => choosing('always', model, () => m)),
    others,
  };
}

/** Cheapest among the highest-scoring models of this prompt; the cheapest model where all score 0. */
function oracleChoice({ means, matrix }: CommonPrompts, row: number, cheapest: number): number {
  const width = matrix.models.length;
  const at = row * width;
  let best = cheapest;
  for (let m = 0; m < width; m++) {
    const score = means.score[at + m]!;
    const champion = means.score[at + best]!;
    if (
      score > champion ||
      (score === champion && score > 0 && means.cost[at + m]! < means.cost[at + best]!)
    ) {
      best = m;
    }
  }
  return best;
}

/** Weights by model at a position between the cheapest (0) and the dearest (1) hull model by mean cost. */
function mixtureWeights(
  points: readonly CostQuality[],
  hull: readonly number[],
  position: number,
): Float64Array {
  const weights = new Float64Array(points.length);
  const costs = hull.map((m) => points[m]!.cost);
  const cost = costs[0]! + position * (costs.at(-1)! - costs[0]!);
  const upper = Math.max(
    1,
    costs.findIndex((one) => one >= cost),
  );
  const share = (cost - costs[upper - 1]!) / (costs[upper]! - costs[upper - 1]!);
  const bounded = Math.min(1, Math.max(0, share));
  weights[hull[upper - 1]!] = 1 - bounded;
  weights[hull[upper]!] = bounded;
  return weights;
}
