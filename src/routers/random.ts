import { z } from 'zod';
import type { Policy, PolicyDocument } from '../policies/index.js';
import { checkedParameters } from './policy-document.js';
import type { Router } from './router.js';
import { singleCallPolicy } from './single-call-policy.js';

const randomPolicy = (document: PolicyDocument): Policy =>
  singleCallPolicy(document, (_, rng) => ({
    model: rng.below(document.models.length),
    propensity: 1 / document.models.length,
    explain: () => [`drawn from ${document.models.length} models, all alike`],
  }));

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
