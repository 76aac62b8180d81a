import type { Features } from '../features/index.js';
import { decided, keepAnswer, type Policy, type PolicyDocument } from '../policies/index.js';
import type { Rng } from '../statistics/index.js';
import { policyId } from './policy-document.js';

export interface Choice {
  /** Index into the document's models. */
  readonly model: number;
  readonly propensity: number;
  /** Called only when someone reads the reasons. */
  readonly explain: () => readonly string[];
}

/** A policy that calls the model it chooses, once, and keeps its answer. */
export function singleCallPolicy(
  document: PolicyDocument,
  choose: (features: Features, rng: Rng, learned: unknown) => Choice,
  extra: Pick<Policy, 'initialState' | 'learn'> & {
    readonly needsDomain?: boolean;
    readonly needsSignals?: readonly string[];
  } = {},
): Policy {
  const { needsDomain, needsSignals = [], ...learning } = extra;
  return {
    id: policyId(document),
    router: document.router,
    dial: document.dial,
    models: document.models,
    needs: {
      domain: needsDomain ?? false,
      answers: false,
      ...(needsSignals.length === 0 ? {} : { signals: needsSignals }),
    },
    decide(state, features, rng) {
      if (state.calls.length > 0) return keepAnswer;
      const { model, propensity, explain } = choose(features, rng, state.learned);
      return decided({ kind: 'call', model }, propensity, explain);
    },
    ...learning,
    toDocument: () => document,
  };
}
