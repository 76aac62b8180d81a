import { expectedQuality } from './linear-arm.js';
import type { LinearState } from './linear-state.js';

/** What each model is expected to give. Arrays by model. */
export interface Expected {
  /** A linear guess: near [0, 1], not held to it. */
  readonly quality: Float64Array;
  /** In the cost basis. */
  readonly cost: Float64Array;
}

/** Mean cost by model; of a model whose cost is not known the mean of the others, 0 where none is. */
export function expectedCosts({ arms }: LinearState): Float64Array {
  let total = 0;
  let known = 0;
  for (const { costs, cost } of arms) {
    if (costs === 0) continue;
    total += cost;
    known++;
  }
  const costs = new Float64Array(arms.length);
  for (let model = 0; model < arms.length; model++) {
    const arm = arms[model]!;
    costs[model] = arm.costs > 0 ? arm.cost : known === 0 ? 0 : total / known;
  }
  return costs;
}

export function expectedOf(state: LinearState, context: Float64Array): Expected {
  const quality = new Float64Array(state.arms.length);
  for (let model = 0; model < quality.length; model++) {
    quality[model] = expectedQuality(state.arms[model]!, context);
  }
  return { quality, cost: expectedCosts(state) };
}

const laidOut = new WeakMap<LinearState, (context: Float64Array) => Expected>();

/**
 * The same for a state that stays: its numbers laid out once, as it is asked about every request.
 * Policies of one state share what was last expected.
 */
export function fixedExpectations(state: LinearState): (context: Float64Array) => Expected {
  const known = laidOut.get(state);
  if (known !== undefined) return known;
  const size = state.arms[0]?.weights.length ?? 0;
  const weights = Float64Array.from(state.arms.flatMap((arm) => arm.weights));
  const cost = expectedCosts(state);
  let last: Float64Array | null = null;
  let expected: Expected = { quality: new Float64Array(cost.length), cost };
  const expectations = (context: Float64Array): Expected => {
    if (context === last) return expected;
    const quality = new Float64Array(cost.length);
    for (let model = 0, from = 0; model < quality.length; model++, from += size) {
      let total = 0;
      for (let at = 0; at < size; at++) total += weights[from + at]! * context[at]!;
      quality[model] = total;
    }
    last = context;
    expected = { quality, cost };
    return expected;
  };
  laidOut.set(state, expectations);
  return expectations;
}
