import { z } from 'zod';
import {
  type Decision,
  type Forecast,
  keepAnswer,
  type Policy,
  type PolicyDocument,
  type Step,
} from '../../policies/index.js';
import { policyId } from '../policy-document.js';
import { contextOf } from './context.js';
import { expectedQuality } from './linear-arm.js';
import { type Chosen, choose, type Exploring } from './linear-choice.js';
import {
  expectedCosts,
  type LinearState,
  learned,
  linearStateSchema,
  readState,
} from './linear-state.js';

/** What a linear bandit's policy is written down as. */
export const linearParametersSchema = z.strictObject({
  /** Quality given up for one `cost_scale`. */
  cost_weight: z.number().min(0).max(1e12),
  /** The dearest model's mean cost. */
  cost_scale: z.number().positive(),
  /** Deviations of the expected quality to explore by while serving. */
  exploration: z.number().min(0).max(100),
  discount: z.number().gt(0).max(1),
  ridge: z.number().positive(),
  budget: z.number().positive().optional(),
  state: linearStateSchema,
});
export type LinearParameters = z.output<typeof linearParametersSchema>;

/** A contextual bandit that calls one model, and learns from what it gave where it is told. */
export function linearPolicy(
  document: PolicyDocument,
  exploring: Exploring,
  parameters: LinearParameters,
  fitted: LinearState = readState(parameters.state, document),
): Policy {
  const { cost_weight, cost_scale, exploration, discount, ridge, budget } = parameters;
  const learning = { discount, ridge, budget };
  const choosing = {
    exploring,
    exploration,
    costWeight: cost_weight,
    costScale: cost_scale,
    discount,
    budget,
  };
  const explain = (chosen: Chosen, { pacer }: LinearState): readonly string[] => {
    const { model, quality, cost, deviation } = chosen;
    return [
      `expects quality ${quality[model]!.toFixed(3)} of ${document.models[model]} at ${((100 * cost[model]!) / cost_scale).toFixed(1)} % of the dearest model's mean cost`,
      exploration === 0
        ? 'does not explore'
        : `explores: uncertain by ${deviation[model]!.toFixed(3)}`,
      `weighs cost ${cost_weight} against quality 1`,
      ...(pacer === undefined
        ? []
        : [`holds a budget: ${pacer.penalty.toFixed(3)} more weight on cost`]),
    ];
  };
  /** The state is only ever the policy's own, or one that `learn` made of it. */
  const stateOf = (state: unknown): LinearState =>
    state === null ? fitted : (state as LinearState);
  return {
    id: policyId(document),
    router: document.router,
    dial: document.dial,
    models: document.models,
    needs: { domain: false, answers: false },
    decide(episode, features, rng) {
      if (episode.calls.length > 0) return keepAnswer;
      const state = stateOf(episode.learned);
      const chosen = choose(state, contextOf(features), choosing, rng);
      return new BanditDecision(chosen, () => explain(chosen, state));
    },
    forecast: (features) => forecast(fitted, contextOf(features)),
    initialState: () => fitted,
    learn: (state, feedback) => learned(stateOf(state), feedback, learning),
    toDocument: () => document,
  };
}

/** What a state expects of each model, quality brought into [0, 1]. */
export function forecast(state: LinearState, context: Float64Array): Forecast {
  const quality = Float64Array.from(state.arms, (arm) =>
    Math.min(1, Math.max(0, expectedQuality(arm, context))),
  );
  return { quality, cost: expectedCosts(state) };
}

/** Its propensity takes an integral, which replay never asks for. */
class BanditDecision implements Decision {
  readonly step: Step;
  readonly #chosen: Chosen;
  readonly #explain: () => readonly string[];

  constructor(chosen: Chosen, explain: () => readonly string[]) {
    this.step = { kind: 'call', model: chosen.model };
    this.#chosen = chosen;
    this.#explain = explain;
  }

  get propensity(): number {
    return this.#chosen.propensity();
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }
}
