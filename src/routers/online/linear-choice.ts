import { certainties } from '../../policies/index.js';
import type { Rng } from '../../statistics/index.js';
import { probabilityOfLargest } from './best-of-normals.js';
import { ceiling } from './budget-pacer.js';
import { variance } from './linear-arm.js';
import type { Expected } from './linear-expectations.js';
import { kept, type LinearState } from './linear-state.js';

/** `bound`: adds to each model's value as many deviations as told. `draw`: a normal draw of as many. */
export type Exploring = 'bound' | 'draw';

/** How a choice among models is made. */
export interface Choosing {
  readonly exploring: Exploring;
  /** Deviations of the expected quality; 0 takes it as it is. */
  readonly exploration: number;
  /** Quality given up for one `costScale`. */
  readonly costWeight: number;
  /** In the cost basis; above 0. */
  readonly costScale: number;
  readonly discount: number;
  readonly budget?: number | undefined;
}

export interface Chosen {
  readonly model: number;
  /** Deviation of the expected quality by model, times the exploration; 0 without. */
  readonly deviation: Float64Array;
  /** Of drawing each model; 1 for this one but for a draw. Worked out once, when asked for. */
  readonly probabilities: () => readonly number[];
}

/**
 * The model of the highest θᵀx + exploration · √(xᵀA⁻¹x / γ^Δt) − (cost weight + penalty) · cost,
 * where the deviation is multiplied by a standard normal for Thompson sampling: θᵀx of
 * θ ~ N(A⁻¹b, σ²A⁻¹) is normal, and arms are independent. Models above the budget's ceiling are
 * passed over. Of equals the cheaper, then the earlier.
 */
export function choose(
  state: LinearState,
  { quality, cost }: Expected,
  context: Float64Array,
  how: Choosing,
  rng: Rng,
): Chosen {
  const models = state.arms.length;
  const deviation = new Float64Array(models);
  const price = priceOf(state, how);
  const most = highestCost(state, cost, how);
  let model: number;
  if (how.exploration === 0) model = bestIndex(quality, cost, price, most);
  else {
    const hopeful = new Float64Array(models);
    for (let m = 0; m < models; m++) {
      const arm = state.arms[m]!;
      const share = kept(arm, state.arrivals, how.discount);
      deviation[m] = how.exploration * Math.sqrt(variance(arm, context) / share);
      const explored = deviation[m]! * (how.exploring === 'draw' ? rng.normal() : 1);
      hopeful[m] = quality[m]! - price * cost[m]! + explored;
    }
    model = bestIndex(hopeful, cost, 0, most);
  }
  let known: readonly number[] | null = null;
  const probabilities = (): readonly number[] => {
    if (how.exploring === 'bound' || how.exploration === 0) return certainties(models)[model]!;
    known ??= drawProbabilities(
      quality.map((value, m) => (cost[m]! <= most ? value - price * cost[m]! : Number.NaN)),
      deviation,
    );
    return known;
  };
  return { model, deviation, probabilities };
}

/** Of drawing the largest; 0 for a value that is NaN, which is not drawn at all. */
function drawProbabilities(value: Float64Array, deviation: Float64Array): readonly number[] {
  const open = Array.from(value.keys()).filter((m) => !Number.isNaN(value[m]!));
  const means = open.map((m) => value[m]!);
  const deviations = open.map((m) => deviation[m]!);
  const chances = open.map((_, at) => probabilityOfLargest(means, deviations, at));
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const probabilities = Array.from(value, () => 0);
  open.forEach((m, at) => {
    probabilities[m] = chances[at]! / total;
  });
  return probabilities;
}

/** The model that `choose` takes where nothing is explored. */
export function chooseExpected(
  state: LinearState,
  { quality, cost }: Expected,
  how: Omit<Choosing, 'exploration' | 'exploring'>,
): number {
  return bestIndex(quality, cost, priceOf(state, how), highestCost(state, cost, how));
}

/** Highest value − price · cost of those that cost no more than `most`; of equals the cheaper, then the earlier. */
function bestIndex(value: Float64Array, cost: Float64Array, price: number, most: number): number {
  let model = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (let m = 0; m < cost.length; m++) {
    if (cost[m]! > most) continue;
    const index = value[m]! - price * cost[m]!;
    if (model === -1 || index > best || (index === best && cost[m]! < cost[model]!)) {
      model = m;
      best = index;
    }
  }
  return model;
}

const priceOf = (
  { pacer }: LinearState,
  { costWeight, costScale }: Pick<Choosing, 'costWeight' | 'costScale'>,
): number => (costWeight + (pacer?.penalty ?? 0)) / costScale;

/** What the pacer lets a call cost; never less than the cheapest does. */
function highestCost(
  { pacer }: LinearState,
  cost: Float64Array,
  { budget }: Pick<Choosing, 'budget'>,
): number {
  if (pacer === undefined || budget === undefined) return Number.POSITIVE_INFINITY;
  let dearest = 0;
  let cheapest = Number.POSITIVE_INFINITY;
  for (let m = 0; m < cost.length; m++) {
    dearest = Math.max(dearest, cost[m]!);
    cheapest = Math.min(cheapest, cost[m]!);
  }
  return Math.max(cheapest, ceiling(pacer, budget, dearest));
}
