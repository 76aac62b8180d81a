import { z } from 'zod';
import type { Feedback, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { packedFloats, packFloats, unpackFloats } from '../packed-numbers.js';
import { policyId, written } from '../policy-document.js';
import { type BudgetPacer, paced, pacerSchema, restingPacer } from './budget-pacer.js';
import { CONTEXT_SIZE, contextOf } from './context.js';
import { freshArm, keepPrior, type LinearArm, triangle, withObservation } from './linear-arm.js';

/** What a linear bandit has learned, one arm a model. Plain data. */
export interface LinearState {
  readonly version: 1;
  /** Requests learned from. */
  readonly arrivals: number;
  readonly arms: readonly LinearArm[];
  /** Absent where there is no budget. */
  readonly pacer?: BudgetPacer | undefined;
}

/** How a state learns. */
export interface Learning {
  /** Share of what is known that still counts one request later, in (0, 1]. */
  readonly discount: number;
  /** A before the first call is this times the identity. */
  readonly ridge: number;
  /** Cost a request that the pacer holds; absent where there is none. */
  readonly budget?: number | undefined;
}

/** Knowledge of a model that was not called for long is discounted no more than this at once. */
const LEAST_KEPT = 1 / 20;

export const emptyState = (models: number, { ridge, budget }: Learning): LinearState => ({
  version: 1,
  arrivals: 0,
  arms: Array.from({ length: models }, () => freshArm(CONTEXT_SIZE, ridge)),
  ...(budget === undefined ? {} : { pacer: restingPacer(budget) }),
});

/** Share of what is known of an arm that still counts: discount^Δt, but no less than a twentieth. */
export const kept = (arm: LinearArm, arrivals: number, discount: number): number =>
  discount === 1 ? 1 : Math.max(LEAST_KEPT, discount ** (arrivals - arm.at));

/** The state after one more call; the one before stays as it was. NaN is no observation. */
export function learned(state: LinearState, feedback: Feedback, how: Learning): LinearState {
  const { model, score, cost } = feedback;
  const arrivals = state.arrivals + 1;
  const arm = state.arms[model]!;
  const share = kept(arm, arrivals, how.discount);
  const after = {
    ...(Number.isNaN(score) ? arm : scored(arm, feedback, share, arrivals, how)),
    ...(Number.isNaN(cost) ? {} : costed(arm, cost, share)),
  };
  const { pacer } = state;
  return {
    version: 1,
    arrivals,
    arms: state.arms.with(model, after),
    ...(pacer === undefined || how.budget === undefined
      ? {}
      : { pacer: paced(pacer, how.budget, cost) }),
  };
}

function scored(
  arm: LinearArm,
  { features, score }: Feedback,
  share: number,
  arrivals: number,
  { discount, ridge }: Learning,
): LinearArm {
  const { weights, inverse } = withObservation(arm, contextOf(features), score, share);
  if (discount < 1) keepPrior(weights, inverse, ridge);
  return { ...arm, weights, inverse, at: arrivals, scores: arm.scores + 1 };
}

function costed(arm: LinearArm, cost: number, share: number): Pick<LinearArm, 'costs' | 'cost'> {
  const costs = share * arm.costs + 1;
  return { costs, cost: arm.cost + (cost - arm.cost) / costs };
}

const count = z.number().min(0);
const armSchema = z.strictObject({
  weights: packedFloats,
  inverse: packedFloats,
  at: count,
  scores: count,
  costs: count,
  cost: count,
});

/** A state as a document holds it: numbers packed in single precision. */
export const linearStateSchema = z.strictObject({
  version: z.literal(1),
  arrivals: count,
  arms: z.array(armSchema).max(1000),
  pacer: pacerSchema.optional(),
});
export type WrittenState = z.output<typeof linearStateSchema>;

export const writtenState = ({ arms, ...state }: LinearState): WrittenState => ({
  ...state,
  arms: arms.map((arm) => ({
    ...arm,
    weights: packFloats(arm.weights),
    inverse: packFloats(arm.inverse),
    costs: written(arm.costs),
    cost: written(arm.cost),
  })),
});

/** @throws UserError where the numbers of an arm are not as many as a context calls for, or none */
export function readState({ arms, ...state }: WrittenState, document: PolicyDocument): LinearState {
  const refuse = (path: string, expected: string, got: string | number): never => {
    throw new UserError(
      `Policy "${policyId(document)}": \`parameters.state.${path}\`: expected ${expected}, got ${got}`,
    );
  };
  const models = document.models.length;
  if (arms.length !== models) refuse('arms', `one for each of ${models} models`, arms.length);
  const numbers = (packed: string, length: number, path: string): number[] => {
    const values = Array.from(unpackFloats(packed));
    if (values.length !== length) refuse(path, `${length} packed numbers`, values.length);
    if (!values.every(Number.isFinite)) refuse(path, 'finite numbers', 'others among them');
    return values;
  };
  return {
    ...state,
    arms: arms.map((arm, model) => ({
      ...arm,
      weights: numbers(arm.weights, CONTEXT_SIZE, `arms[${model}].weights`),
      inverse: numbers(arm.inverse, triangle(CONTEXT_SIZE), `arms[${model}].inverse`),
    })),
  };
}
