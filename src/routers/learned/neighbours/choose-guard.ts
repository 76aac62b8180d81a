import { clusterBounds, clusterMean } from '../../../statistics/index.js';
import { type Deviations, type Guard, supported } from './guarded-forecast.js';
import type { HeldOut } from './held-out-neighbours.js';
import { NeighbourMoments } from './neighbour-moments.js';

const NEIGHBOURS = [5, 10, 25, 50, 100, 200];
const SHRINKAGES = [0.3, 1, 3, 10, 30];
const GUARDS = [0, 0.5, 1];
/** Steps in which the least similarity is sought. */
const STEPS = 10;
/** One-sided, that the gain over the overall means is chance, for the best of `STEPS` looks at it. */
const ALPHA = 0.05 / STEPS;

export interface ChosenGuard extends Guard {
  /** Less like its nearest neighbour than this, a request gets the overall means. */
  readonly least_similarity: number;
}

/**
 * Chooses how far to heed neighbours by the squared error of paired deviations on held-out prompts:
 * first the guard of the least error, then the similarity below which it did not help. Where what
 * is then gained on the overall means could be chance, neighbours are not to be heeded at all: null.
 * @param groups of all rows
 * @param wanted what a person has set
 */
export function chooseGuard(
  heldOut: readonly HeldOut[],
  deviations: Deviations,
  groups: Int32Array,
  wanted: { readonly neighbours?: number | undefined; readonly guard?: number | undefined },
): ChosenGuard | null {
  const counts = wanted.neighbours === undefined ? NEIGHBOURS : [wanted.neighbours];
  const guards = wanted.guard === undefined ? GUARDS : [wanted.guard];
  const candidates = SHRINKAGES.flatMap((shrinkage) =>
    guards.map((guard) => ({ shrinkage, guard })),
  );
  let best: Guard = { neighbours: counts[0]!, ...candidates[0]! };
  let bestGain = Number.NEGATIVE_INFINITY;
  for (const neighbours of counts) {
    const options = candidates.map((one) => ({ neighbours, ...one }));
    gainsOf(heldOut, deviations, options).forEach((gains, at) => {
      const gain = gains.reduce((sum, value) => sum + value, 0);
      if (gain > bestGain) {
        bestGain = gain;
        best = options[at]!;
      }
    });
  }
  const [gains] = gainsOf(heldOut, deviations, [best]);
  const least = leastUseful(heldOut, gains!, groups);
  return least === null ? null : { ...best, least_similarity: least };
}

/** Of each guard: by how much the error of each held-out prompt is less than that of the overall means. */
function gainsOf(
  heldOut: readonly HeldOut[],
  { apart, spread }: Deviations,
  guards: readonly Guard[],
): Float64Array[] {
  const models = spread.length;
  const moments = new NeighbourMoments(models);
  const gains = guards.map(() => new Float64Array(heldOut.length));
  heldOut.forEach(({ row, neighbours }, at) => {
    moments.take(neighbours, apart, guards[0]!.neighbours, true);
    for (let model = 0; model < models; model++) {
      const truth = apart[row * models + model]!;
      if (Number.isNaN(truth)) continue;
      guards.forEach((guard, which) => {
        const forecast = supported(moments, model, spread[model]!, guard);
        gains[which]![at]! += forecast * (2 * truth - forecast);
      });
    }
  });
  return gains;
}

/** The similarity from which on the gain is largest in sum; null where that could be chance. */
function leastUseful(
  heldOut: readonly HeldOut[],
  gains: Float64Array,
  groups: Int32Array,
): number | null {
  const likeness = heldOut.map(({ neighbours }) => neighbours.similarity[0] ?? 0);
  const order = heldOut.map((_, at) => at).sort((a, b) => likeness[b]! - likeness[a]! || a - b);
  let sum = 0;
  let most = 0;
  let kept = 0;
  order.forEach((at, rank) => {
    sum += gains[at]!;
    const step = Math.floor(((rank + 1) * STEPS) / order.length);
    const before = Math.floor((rank * STEPS) / order.length);
    if (step > before && sum > most) {
      most = sum;
      kept = rank + 1;
    }
  });
  if (kept === 0) return null;
  const heeded = new Float64Array(heldOut.length);
  for (const at of order.slice(0, kept)) heeded[at] = gains[at]!;
  const groupOf = heldOut.map(({ row }) => groups[row]!);
  const { low } = clusterBounds(clusterMean(heeded, groupOf), ALPHA);
  if (!(low > 0)) return null;
  return kept === order.length ? 0 : likeness[order[kept - 1]!]!;
}
