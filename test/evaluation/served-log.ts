import type { ServedOperation } from '../../src/evaluation/index.js';
import type { Policy } from '../../src/policies/index.js';
import { routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { sampleOutcomes } from '../routers/sample-outcomes.js';

/** A ridge policy at one of five settings of its dial, from all weight on cost to none. */
export function fittedRidge(setting: number): Policy {
  const options = { seed: 1, dials: 5, settings: {} };
  const policies = routers
    .get('ridge')!
    .fit(sampleOutcomes(150, 1).data, sampleOutcomes(60, 2).data, options);
  if ('leftOut' in policies) throw new Error(policies.leftOut);
  return policies[setting]!;
}

export const othersOf = (
  policy: Policy,
  operations: readonly ServedOperation[],
): readonly Policy[] =>
  routers.get('ridge')!.redial!(
    policy.toDocument(),
    operations.map(({ features }) => features),
    9,
  );

/** What a service notes that runs a policy, strays to cheaper models, and has a sample judged. */
export function servedLogOf(
  policy: Policy,
  {
    operations,
    explore = 0.3,
    judged = 0.5,
  }: { readonly operations: number; readonly explore?: number; readonly judged?: number },
): readonly ServedOperation[] {
  const { data } = sampleOutcomes(operations, 5);
  const models = policy.models.length;
  const rng = createRng('served log');
  return data.features.map((features, row) => {
    const chosen = policy.choose!(features);
    const probabilities = policy.models.map((_, model) =>
      model > chosen ? 0 : explore / (chosen + 1) + (model === chosen ? 1 - explore : 0),
    );
    const called = rng.next() < explore ? rng.below(chosen + 1) : chosen;
    const isJudged = rng.next() < judged;
    return {
      promptHash: features.text,
      features,
      called,
      probabilities,
      costUsd: data.cost[row * models + called]!,
      score: isJudged ? data.score[row * models + called]! : Number.NaN,
      chance: isJudged ? judged : Number.NaN,
    };
  });
}
