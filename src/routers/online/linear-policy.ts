import { z } from 'zod';
import type { Features } from '../../features/index.js';
import {
  type Decision,
  keepAnswer,
  type Policy,
  type PolicyDocument,
  type Step,
} from '../../policies/index.js';
import { policyId } from '../policy-document.js';
import { contextOf } from './context.js';
import { type Chosen, choose, chooseExpected, type Exploring } from './linear-choice.js';
import { type Expected, expectedOf, fixedExpectations } from './linear-expectations.js';
import { type LinearState, learned, linearStateSchema, readState } from './linear-state.js';

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
  const expectedAtFirst = fixedExpectations(fitted);
  const explain = (
    { model, deviation }: Chosen,
    expected: Expected,
    { pacer }: LinearState,
  ): readonly string[] => {
    const quality = Math.min(1, Math.max(0, expected.quality[model]!)).toFixed(3);
    const share = ((100 * expected.cost[model]!) / cost_scale).toFixed(1);
    return [
      `expects quality ${quality} of ${document.models[model]} at ${share} % of the dearest model's mean cost`,
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
      const context = contextOf(features);
      const expected = state === fitted ? expectedAtFirst(context) : expectedOf(state, context);
      const chosen = choose(state, expected, context, choosing, rng);
      return new BanditDecision(chosen, () => explain(chosen, expected, state));
    },
    ...(exploration > 0
      ? {}
      : {
          choose: (features: Features) =>
            chooseExpected(fitted, expectedAtFirst(contextOf(features)), choosing),
        }),
    forecast(features) {
      const { quality, cost } = expectedAtFirst(contextOf(features));
      return { quality: quality.map((value) => Math.min(1, Math.max(0, value))), cost };
    },
    initialState: () => fitted,
    learn: (state, feedback) => learned(stateOf(state), feedback, learning),
    experience: (state) =>
      stateOf(state).arms.map(({ scores, costs, cost }) => ({
        scores,
        quality: null,
        cost: costs === 0 ? null : cost,
      })),
    toDocument: () => document,
  };
}

/** Its probabilities take integrals, which replay never asks for. */
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
    return this.probabilities[this.#chosen.model]!;
  }

  get probabilities(): readonly number[] {
    return this.#chosen.probabilities();
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }
}
