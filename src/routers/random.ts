import { z } from 'zod';
import type { Policy, PolicyDocument } from '../policies/index.js';
import { checkedParameters } from './policy-document.js';
import type { Router } from './router.js';
import { singleCallPolicy } from './single-call-policy.js';

function randomPolicy(document: PolicyDocument): Policy {
  const models = document.models.length;
  const probabilities = Array.from({ length: models }, () => 1 / models);
  return singleCallPolicy(document, (_, rng) => ({
    model: rng.below(models),
    propensity: 1 / models,
    probabilities,
    explain: () => [`drawn from ${models} models, all alike`],
  }));
}

/** A draw among all models, good and bad alike. */
export const random: Router = {
  id: 'random',
  summary: 'Any model, with equal probability',
  source: 'baseline',
  fit: (fit) => [
    randomPolicy({ router: 'random', dial: 'uniform', models: fit.models, parameters: {} }),
  ],
  fromDocument(document) {
    checkedParameters(z.strictObject({}), document);
    return randomPolicy(document);
  },
};
