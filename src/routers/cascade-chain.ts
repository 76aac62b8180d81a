import { type CostQuality, interpolate, mean, upperHull } from '../statistics/index.js';
import { thresholdsOf } from './dial.js';
import type { ModelSummary } from './model-summary.js';
import type { RouterData } from './router.js';

const SHARES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
const COSTS_READ = 32;

/** Ordered subsets of `count` items. */
function subsets<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    subsets(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]),
  );
}

/** Mean cost and quality of a chain at one threshold, over the prompts where all of it was measured. */
function tryChain(
  data: RouterData,
  hull: readonly ModelSummary[],
  confidence: Float64Array,
  chain: readonly number[],
  threshold: number,
): CostQuality {
  const costs: number[] = [];
  const qualities: number[] = [];
  data.features.forEach((_, row) => {
    let cost = 0;
    for (const [at, position] of chain.entries()) {
      const cell = row * data.models.length + hull[position]!.index;
      cost += data.cost[cell]!;
      const trust = confidence[row * hull.length + position]!;
      if (at < chain.length - 1 && !(trust >= threshold)) continue;
      const quality = data.score[cell]!;
      if (!Number.isNaN(quality) && !Number.isNaN(cost)) {
        costs.push(cost);
        qualities.push(quality);
      }
      break;
    }
  });
  return { cost: mean(costs), quality: mean(qualities) };
}

/**
 * Which models of the hull to chain: from the cheapest to the dearest, with at most `longest - 2`
 * between. Chosen on fit by the mean quality over the hull's range of costs, with out-of-fold
 * confidences, so that a model which only adds cost is skipped.
 * @param confidence by prompt and hull model, row-major, out of fold
 * @returns positions in the hull, ascending
 */
export function chooseChain(
  data: RouterData,
  hull: readonly ModelSummary[],
  confidence: Float64Array,
  longest: number,
): number[] {
  const last = hull.length - 1;
  const between = Array.from({ length: last - 1 }, (_, at) => at + 1);
  const counts = Array.from(
    { length: Math.max(0, Math.min(longest - 2, between.length)) + 1 },
    (_, count) => count,
  );
  const chains = counts.flatMap((count) =>
    subsets(between, count).map((middle) => [0, ...middle, last]),
  );
  const threshold = thresholdsOf(confidence);
  const [low, high] = [hull[0]!.cost, hull[last]!.cost];
  const area = (chain: readonly number[]): number => {
    const points = SHARES.map((share) =>
      tryChain(data, hull, confidence, chain, threshold(1 - share)),
    );
    const line = upperHull(points).map((at) => points[at]!);
    return mean(
      Array.from({ length: COSTS_READ }, (_, at) =>
        interpolate(line, low + ((at + 0.5) / COSTS_READ) * (high - low)),
      ),
    );
  };
  let best = chains[0]!;
  let bestArea = area(best);
  for (const chain of chains.slice(1)) {
    const reached = area(chain);
    if (reached > bestArea) {
      best = chain;
      bestArea = reached;
    }
  }
  return best;
}
