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
  /** Probability of this model: 1 but for a draw. Worked out when asked for. */
  readonly propensity: () => number;
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
  const price = (how.costWeight + (state.pacer?.penalty ?? 0)) / how.costScale;
  const most = highestCost(state, cost, how);
  let model = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (let m = 0; m < models; m++) {
    let explored = 0;
    if (how.exploration > 0) {
      const arm = state.arms[m]!;
      const share = kept(arm, state.arrivals, how.discount);
      deviation[m] = how.exploration * Math.sqrt(variance(arm, context) / share);
      explored = deviation[m]! * (how.exploring === 'draw' ? rng.normal() : 1);
    }
    if (cost[m]! > most) continue;
    const index = quality[m]! - price * cost[m]! + explored;
    if (model === -1 || index > best || (index === best && cost[m]! < cost[model]!)) {
      model = m;
      best = index;
    }
  }
  const propensity = (): number => {
    if (how.exploring === 'bound' || how.exploration === 0) return 1;
    const open = Array.from(cost.keys()).filter((m) => cost[m]! <= most);
    return probabilityOfLargest(
      open.map((m) => quality[m]! - price * cost[m]!),
      open.map((m) => deviation[m]!),
      open.indexOf(model),
    );
  };
  return { model, deviation, propensity };
}

/** What the pacer lets a call cost; never less than the cheapest does. */
function highestCost({ pacer }: LinearState, cost: Float64Array, { budget }: Choosing): number {
  if (pacer === undefined || budget === undefined) return Number.POSITIVE_INFINITY;
  let dearest = 0;
  let cheapest = Number.POSITIVE_INFINITY;
  for (let m = 0; m < cost.length; m++) {
    dearest = Math.max(dearest, cost[m]!);
    cheapest = Math.min(cheapest, cost[m]!);
  }
  return Math.max(cheapest, ceiling(pacer, budget, dearest));
}
