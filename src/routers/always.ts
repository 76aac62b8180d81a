import { z } from 'zod';
import type { Policy, PolicyDocument } from '../policies/index.js';
import { checkedParameters } from './policy-document.js';
import type { Router } from './router.js';
import { fixedChoicePolicy } from './single-call-policy.js';

const alwaysPolicy = (document: PolicyDocument): Policy =>
  fixedChoicePolicy(document, {
    choose: () => 0,
    explain: () => [`always ${document.models[0]}`],
  });

/** The baselines: one policy a model, whatever the prompt. Its dial is the model's name. */
export const always: Router = {
  id: 'always',
  summary: 'One model for every prompt',
  source: 'baseline',
  fit: (fit) =>
    fit.models.map((model) =>
      alwaysPolicy({ router: 'always', dial: model, models: [model], parameters: {} }),
    ),
  fromDocument(document) {
    checkedParameters(z.strictObject({}), document);
    return alwaysPolicy(document);
  },
};
