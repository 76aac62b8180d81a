import type { Features } from '../features/index.js';
import {
  certainties,
  decided,
  keepAnswer,
  type Policy,
  type PolicyDocument,
} from '../policies/index.js';
import type { Rng } from '../statistics/index.js';
import { policyId } from './policy-document.js';

export interface Choice {
  /** Index into the document's models. */
  readonly model: number;
  readonly propensity: number;
  /** Of calling each model. */
  readonly probabilities: readonly number[];
  /** Called only when someone reads the reasons. */
  readonly explain: () => readonly string[];
}

/** What a single-call policy may have besides its choice. */
export interface SingleCallExtra
  extends Pick<Policy, 'initialState' | 'learn' | 'experience' | 'forecast'> {
  readonly needsDomain?: boolean | undefined;
  readonly needsSignals?: readonly string[] | undefined;
}

/** A policy that calls the model it draws, once, and keeps its answer. */
export function singleCallPolicy(
  document: PolicyDocument,
  draw: (features: Features, rng: Rng, learned: unknown) => Choice,
  extra: SingleCallExtra = {},
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
      const choice = draw(features, rng, state.learned);
      const { model, propensity, explain, probabilities } = choice;
      return decided({ kind: 'call', model }, propensity, explain, probabilities);
    },
    ...learning,
    toDocument: () => document,
  };
}

/** One that leaves nothing to chance: the same model for the same request. */
export interface FixedChoice {
  /** Index into the document's models. */
  choose(features: Features): number;
  /** Why it is that model. */
  explain(features: Features, model: number): readonly string[];
}

/** A policy that calls the model it chooses, once, and keeps its answer. */
export function fixedChoicePolicy(
  document: PolicyDocument,
  { choose, explain }: FixedChoice,
  extra: Omit<SingleCallExtra, 'initialState' | 'learn' | 'experience'> = {},
): Policy {
  const certain = certainties(document.models.length);
  const draw = (features: Features): Choice => {
    const model = choose(features);
    return {
      model,
      propensity: 1,
      probabilities: certain[model]!,
      explain: () => explain(features, model),
    };
  };
  return { ...singleCallPolicy(document, draw, extra), choose };
}
