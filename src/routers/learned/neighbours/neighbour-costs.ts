import { z } from 'zod';
import type { Features } from '../../../features/index.js';
import { clusterBounds, clusterMean } from '../../../statistics/index.js';
import { packedFloatsOrMissing, packFloats, unpackFloats } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { type CostDocument, forecastCosts } from '../cost-by-length.js';
import type { HeldOut } from './held-out-neighbours.js';
import type { Neighbours } from './most-similar.js';
import { NeighbourMoments } from './neighbour-moments.js';

const NEIGHBOURS = [10, 50, 200];
const SHRINKAGES = [1, 10, 100];
const ALPHA = 0.05;

export const neighbourCostsSchema = z.strictObject({
  neighbours: z.int().min(1),
  /** Similarity that the cost by length counts for, in sum, beside that of the neighbours. */
  shrinkage: z.number().min(0),
  /** Rows × models: what a prompt cost beyond the cost by its length. */
  deviations: packedFloatsOrMissing,
});
export type NeighbourCosts = z.output<typeof neighbourCostsSchema>;

/**
 * Learns how far neighbours' costs, beyond what their lengths account for, tell of a request's.
 * Null where, on held-out prompts, that is no surer than length alone.
 */
export function learnNeighbourCosts(
  data: RouterData,
  byLength: CostDocument,
  heldOut: readonly HeldOut[],
): NeighbourCosts | null {
  const models = data.models.length;
  const expected = new Float64Array(models);
  const deviations = new Float64Array(data.cost.length);
  const squares = new Float64Array(models);
  data.features.forEach((features, row) => {
    forecastCosts(byLength, features, expected);
    for (let model = 0; model < models; model++) {
      const cell = row * models + model;
      deviations[cell] = data.cost[cell]! - expected[model]!;
      squares[model]! += Number.isNaN(deviations[cell]) ? 0 : deviations[cell]! ** 2;
    }
  });
  if (squares.every((value) => value === 0)) return null;
  const groups = heldOut.map(({ row }) => data.groups[row]!);
  let best: NeighbourCosts | null = null;
  let bestGain = 0;
  for (const neighbours of NEIGHBOURS) {
    for (const shrinkage of SHRINKAGES) {
      const gain = clusterMean(gains(heldOut, deviations, squares, neighbours, shrinkage), groups);
      if (gain.mean > bestGain && clusterBounds(gain, ALPHA).low > 0) {
        bestGain = gain.mean;
        best = { neighbours, shrinkage, deviations: '' };
      }
    }
  }
  return best === null ? null : { ...best, deviations: packFloats(deviations) };
}

/** By how much each held-out prompt's squared error falls, as a share of that of length alone, by model. */
function gains(
  heldOut: readonly HeldOut[],
  deviations: Float64Array,
  squares: Float64Array,
  count: number,
  shrinkage: number,
): Float64Array {
  const models = squares.length;
  const moments = new NeighbourMoments(models);
  return Float64Array.from(heldOut, ({ row, neighbours }) => {
    moments.take(neighbours, deviations, count, true);
    let gain = 0;
    for (let model = 0; model < models; model++) {
      const truth = deviations[row * models + model]!;
      if (Number.isNaN(truth) || squares[model] === 0) continue;
      const forecast = moments.shrunk(model, shrinkage);
      gain += (forecast * (2 * truth - forecast)) / squares[model]!;
    }
    return gain;
  });
}

/** Adds to costs by length what neighbours tell; never below the least that was paid. */
export class NeighbourCostForecast {
  readonly #byLength: CostDocument;
  readonly #learned: NeighbourCosts | null;
  readonly #deviations: Float64Array;
  readonly #moments: NeighbourMoments;

  constructor(byLength: CostDocument, learned: NeighbourCosts | null) {
    this.#byLength = byLength;
    this.#learned = learned;
    this.#deviations = Float64Array.from(unpackFloats(learned?.deviations ?? ''));
    this.#moments = new NeighbourMoments(byLength.length);
  }

  /** How many costs it holds, rows × models. */
  get cells(): number {
    return this.#deviations.length;
  }

  into(out: Float64Array, features: Features, neighbours: Neighbours | null): void {
    forecastCosts(this.#byLength, features, out);
    const learned = this.#learned;
    if (learned === null || neighbours === null) return;
    const moments = this.#moments.take(neighbours, this.#deviations, learned.neighbours, true);
    for (let model = 0; model < out.length; model++) {
      const least = this.#byLength[model]?.least ?? 0;
      out[model] = Math.max(least, out[model]! + moments.shrunk(model, learned.shrinkage));
    }
  }
}
