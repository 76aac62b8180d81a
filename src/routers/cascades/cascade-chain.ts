import { type CostQuality, mean, paretoFrontier } from '../../statistics/index.js';
import { thresholdsOf } from '../dial.js';
import type { ModelMeans } from '../model-means.js';
import type { RouterData } from '../router.js';

/** Shares of answers accepted that are tried with each chain. */
const SHARES = Array.from({ length: 17 }, (_, at) => at / 16);

/** A chain of models, and how many of their answers are to be kept. */
export interface CascadeSetting {
  /** Positions among the candidates, in calling order. */
  readonly chain: readonly number[];
  /** Share of the answers, those of the last model aside, that are confident enough. */
  readonly acceptedShare: number;
}

/** Subsets of 0 … `size` − 1 with `least` to `most` members, each ascending. */
function chainsOf(size: number, least: number, most: number): number[][] {
  const grow = (chain: readonly number[]): number[][] => {
    const longer = Array.from({ length: size }, (_, next) => next)
      .filter((next) => next > (chain.at(-1) ?? -1))
      .flatMap((next) => (chain.length < most ? grow([...chain, next]) : []));
    return chain.length >= least ? [[...chain], ...longer] : longer;
  };
  return grow([]);
}

/** Mean cost and quality of a chain at one threshold, over the prompts where it was measured. */
function tryChain(
  data: RouterData,
  candidates: readonly ModelMeans[],
  confidence: Float64Array,
  chain: readonly number[],
  threshold: number,
): CostQuality {
  const costs: number[] = [];
  const qualities: number[] = [];
  data.features.forEach((_, row) => {
    let cost = 0;
    for (const [at, position] of chain.entries()) {
      const cell = row * data.models.length + candidates[position]!.index;
      cost += data.cost[cell]!;
      const trust = confidence[row * candidates.length + position]!;
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

/** Threshold by share for a chain: quantiles of the confidences that could end it early. */
export function chainThreshold(
  confidence: Float64Array,
  candidates: number,
  chain: readonly number[],
): (acceptedShare: number) => number {
  const early = new Set(chain.slice(0, -1));
  return thresholdsOf(confidence.filter((_, cell) => early.has(cell % candidates)));
}

/**
 * Which chains of the candidates, at which share of answers accepted, are worth their cost on these
 * data: the frontier over all of them, cheapest first (FrugalGPT's search, as an enumeration).
 * @param candidates by cost, at least two
 * @param confidence by prompt and candidate, row-major, out of fold
 * @param longest most models in a chain
 */
export function worthwhileSettings(
  data: RouterData,
  candidates: readonly ModelMeans[],
  confidence: Float64Array,
  longest: number,
): CascadeSetting[] {
  const settings = chainsOf(candidates.length, 2, longest).flatMap((chain) =>
    SHARES.map((acceptedShare) => ({ chain, acceptedShare })),
  );
  const thresholds = new Map<readonly number[], (share: number) => number>();
  const points = settings.map(({ chain, acceptedShare }) => {
    const threshold = thresholds.get(chain) ?? chainThreshold(confidence, candidates.length, chain);
    thresholds.set(chain, threshold);
    return tryChain(data, candidates, confidence, chain, threshold(acceptedShare));
  });
  return paretoFrontier(points).map((at) => settings[at]!);
}
