import { quantileSorted, sortedNumbers, upperHull } from '../statistics/index.js';
import { written } from './policy-document.js';

/** Beside this weight no quality in [0, 1] counts: the model that is cheapest by forecast. */
export const COST_ALONE = 1e6;

/** What each model is expected to give on one request. Arrays by model. */
interface Expectation {
  readonly quality: ArrayLike<number>;
  readonly cost: ArrayLike<number>;
}

/** Highest quality − price · cost; of equals the cheaper, then the earlier. */
export function bestValue({ quality, cost }: Expectation, price: number): number {
  let best = 0;
  for (let model = 1; model < quality.length; model++) {
    const gain = quality[model]! - quality[best]! - price * (cost[model]! - cost[best]!);
    if (gain > 0 || (gain === 0 && cost[model]! < cost[best]!)) best = model;
  }
  return best;
}

/** The same of numbers that hold the quality of each model, then the cost of each. */
export function bestNumber(numbers: readonly number[], price: number): number {
  const models = numbers.length / 2;
  let best = 0;
  for (let model = 1; model < models; model++) {
    const dearer = numbers[models + model]! - numbers[models + best]!;
    const gain = numbers[model]! - numbers[best]! - price * dearer;
    if (gain > 0 || (gain === 0 && dearer < 0)) best = model;
  }
  return best;
}

/**
 * Cost weights at which the choice for some request turns, one a request and turn, ascending: the
 * slopes of the hull of what its models are expected to give.
 * @param costScale the cost that a weight speaks of
 */
export function turningWeights(
  expectations: readonly Expectation[],
  costScale: number,
): Float64Array {
  const turns: number[] = [];
  for (const { quality, cost } of expectations) {
    const points = Array.from(quality, (value, model) => ({
      quality: value,
      cost: cost[model]! / costScale,
    }));
    const hull = upperHull(points);
    for (let at = 1; at < hull.length; at++) {
      const cheap = points[hull[at - 1]!]!;
      const dear = points[hull[at]!]!;
      turns.push((dear.quality - cheap.quality) / (dear.cost - cheap.cost));
    }
  }
  return sortedNumbers(turns);
}

/** From all weight on cost (dial 0) to none (dial 1), by quantiles of the turning weights between. */
export function costWeightAt(dial: number, turning: Float64Array): number {
  if (dial === 0) return COST_ALONE;
  return dial === 1 || turning.length === 0 ? 0 : written(quantileSorted(turning, 1 - dial));
}
