import { UserError } from '../user-error.js';
import { certainties, decided } from './decision.js';
import type { Decision, Policy } from './policy.js';

/** How a policy strays from its own choice, to learn what the others would have given. */
export interface Exploration {
  /** Probability with which the model is drawn in place of the one chosen, in [0, 1]. */
  readonly share: number;
  /** For each of the policy's models those that may then be drawn, as indices, itself among them. */
  readonly eligible: readonly (readonly number[])[];
}

/**
 * A policy that calls one model, and with a small probability another than it chose: ε-greedy around
 * any choice, drawn or not. With probability `share` the model is drawn uniformly among those that
 * may stand in for the one chosen; the decision tells the exact probability of each, in which the
 * policy's own are mixed. A policy that draws without telling how likely cannot be mixed, and is left
 * to its choice. Written down it is the policy within: exploring is the business of whoever serves it.
 * After Langford & Zhang, "The Epoch-Greedy Algorithm for Contextual Multi-armed Bandits", NIPS 2007.
 * @throws UserError where the policy reads answers, as it may call several models
 */
export function exploring(policy: Policy, { share, eligible }: Exploration): Policy {
  if (share === 0) return policy;
  const { models, needs } = policy;
  if (needs.answers || policy.verify !== undefined) {
    throw new UserError(
      `The policy "${policy.id}" reads answers and may call several models, so that no single one can be drawn in place of its choice: leave out explore, or export a policy that calls one model`,
    );
  }
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`Expected \`share\` to be in [0, 1], got ${share}`);
  }
  const odd = models.findIndex((_, model) => !eligible[model]?.includes(model));
  if (odd !== -1) throw new TypeError(`Expected model ${odd} to be among its own eligible ones`);
  const certain = certainties(models.length);
  return {
    ...withinOf(policy),
    decide(state, features, rng) {
      const decision = policy.decide(state, features, rng);
      const { step } = decision;
      if (step.kind !== 'call' || state.calls.length > 0) return decision;
      const own = probabilitiesOf(decision, certain[step.model]);
      if (own === null) return decision;
      const probabilities = mixed(own, share, eligible);
      const among = eligible[step.model]!;
      const strays = rng.next() < share;
      const model = strays ? among[rng.below(among.length)]! : step.model;
      return decided(
        { kind: 'call', model },
        probabilities[model]!,
        () =>
          strays
            ? [`explores: drawn from ${among.length} in place of ${models[step.model]}`]
            : decision.reasons,
        probabilities,
      );
    },
  };
}

/** All but the choice, without `choose`, as it draws now. A policy may be an object of a class. */
function withinOf(policy: Policy): Omit<Policy, 'decide' | 'choose' | 'verify'> {
  const { id, router, dial, models, needs } = policy;
  return {
    id,
    router,
    dial,
    models,
    needs,
    ...(policy.forecast && { forecast: policy.forecast.bind(policy) }),
    ...(policy.initialState && { initialState: policy.initialState.bind(policy) }),
    ...(policy.learn && { learn: policy.learn.bind(policy) }),
    ...(policy.experience && { experience: policy.experience.bind(policy) }),
    toDocument: () => policy.toDocument(),
  };
}

/** Of calling each model; null where the policy draws and does not tell. */
function probabilitiesOf(
  { probabilities, propensity }: Decision,
  certain: readonly number[] | undefined,
): readonly number[] | null {
  return probabilities ?? (propensity === 1 ? (certain ?? null) : null);
}

function mixed(
  own: readonly number[],
  share: number,
  eligible: Exploration['eligible'],
): readonly number[] {
  const probabilities = own.map((probability) => (1 - share) * probability);
  own.forEach((probability, model) => {
    if (probability === 0) return;
    const among = eligible[model]!;
    for (const other of among) probabilities[other]! += (share * probability) / among.length;
  });
  return probabilities;
}
