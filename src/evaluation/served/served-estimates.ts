import type { Policy } from '../../policies/index.js';
import {
  createRng,
  type LoggedChoices,
  type LoggedValues,
  type OffPolicyDifference,
  type OffPolicyEstimate,
  offPolicyDifference,
  offPolicyMean,
  sum,
} from '../../statistics/index.js';
import { UserError } from '../../user-error.js';
import type { ServedOperation } from './served-operation.js';

/** Operations as estimates read them. */
export interface ServedLog {
  readonly choices: LoggedChoices;
  readonly quality: LoggedValues;
  /** In US dollars; each is observed, so its chance is 1. */
  readonly cost: LoggedValues;
}

/** How a policy would have done on logged operations, and how much better than another. */
export interface ServedEstimate {
  readonly quality: OffPolicyEstimate;
  readonly qualityChange: OffPolicyDifference;
  readonly costUsd: OffPolicyEstimate;
  readonly costUsdChange: OffPolicyDifference;
}

/**
 * @param policy whose forecasts estimates lean on, where it makes any. Its costs may be in another
 * basis than dollars: they are scaled to what was paid.
 */
export function servedLog(operations: readonly ServedOperation[], policy: Policy): ServedLog {
  const models = policy.models.length;
  const groups = new Map<string, number>();
  const cells = (of: (operation: ServedOperation) => ArrayLike<number>): Float64Array => {
    const all = new Float64Array(operations.length * models);
    operations.forEach((operation, row) => {
      all.set(of(operation), row * models);
    });
    return all;
  };
  const column = (of: (operation: ServedOperation) => number): Float64Array =>
    Float64Array.from(operations, of);
  const choices = {
    models,
    probabilities: cells(({ probabilities }) => probabilities),
    called: Int32Array.from(operations, ({ called }) => called),
    groups: Int32Array.from(operations, ({ promptHash }) => {
      const group = groups.get(promptHash) ?? groups.size;
      groups.set(promptHash, group);
      return group;
    }),
  };
  const cost = column(({ costUsd }) => costUsd);
  const foretells = policy.forecast !== undefined;
  const forecasts = (of: 'quality' | 'cost') =>
    cells(({ features }) => policy.forecast!(features)[of]);
  return {
    choices,
    quality: {
      value: column(({ score }) => score),
      chance: column(({ chance }) => chance),
      forecast: foretells ? forecasts('quality') : null,
    },
    cost: {
      value: cost,
      chance: new Float64Array(operations.length).fill(1),
      forecast: foretells ? scaledTo(cost, forecasts('cost'), choices) : null,
    },
  };
}

/** Forecasts times what was paid over what was foretold of the calls made. */
function scaledTo(
  paid: Float64Array,
  forecasts: Float64Array,
  { models, called }: LoggedChoices,
): Float64Array {
  const known = Array.from(paid.keys()).filter((row) => !Number.isNaN(paid[row]!));
  const foretold = sum(known.map((row) => forecasts[row * models + called[row]!]!));
  const ratio = foretold > 0 ? sum(known.map((row) => paid[row]!)) / foretold : 0;
  return forecasts.map((forecast) => forecast * ratio);
}

/**
 * With what probability a policy would call each model, operations × models.
 * @throws UserError for a policy that draws lots and does not tell how likely
 */
export function policyProbabilities(
  policy: Policy,
  operations: readonly ServedOperation[],
): Float64Array {
  const models = policy.models.length;
  const all = new Float64Array(operations.length * models);
  const rng = createRng('served', policy.id);
  const state = { calls: [], learned: policy.initialState?.() ?? null };
  operations.forEach(({ features }, row) => {
    if (policy.choose !== undefined) {
      all[row * models + policy.choose(features)] = 1;
      return;
    }
    const { step, probabilities, propensity } = policy.decide(state, features, rng);
    if (probabilities !== undefined) all.set(probabilities, row * models);
    else if (step.kind === 'call' && propensity === 1) all[row * models + step.model] = 1;
    else {
      throw new UserError(
        `The policy "${policy.id}" draws lots without telling how likely each model is, so that nothing can be told of its other settings`,
      );
    }
  });
  return all;
}

export function servedEstimate(
  { choices, quality, cost }: ServedLog,
  target: Float64Array,
  present: Float64Array,
): ServedEstimate {
  return {
    quality: offPolicyMean(choices, quality, target),
    qualityChange: offPolicyDifference(choices, quality, target, present),
    costUsd: offPolicyMean(choices, cost, target),
    costUsdChange: offPolicyDifference(choices, cost, target, present),
  };
}
