import { z } from 'zod';
import type { Policy, PolicyDocument } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { checkedParameters, policyDocumentSchema, policyId } from '../policy-document.js';
import type { Router } from '../router.js';
import {
  DomainClassifier,
  domainClassifierOf,
  domainClassifierSchema,
} from './domains/domain-classifier.js';

const parametersSchema = z.strictObject({
  classifier: domainClassifierSchema,
  policy: policyDocumentSchema,
});

/** The id of a router's twin that reads a predicted domain in place of the declared one. */
export const predictedTwin = (id: string): string => `${id}-predicted`;

/**
 * A router's twin for where requests declare no domain. It learns from declared domains and decides by
 * those that a classifier, fitted on the same prompts, tells from the text; its dial is spread on tune
 * as told, too.
 */
export function withPredictedDomain(router: Router): Router {
  const id = predictedTwin(router.id);
  return {
    id,
    summary: `${router.id}, by a domain told from the text`,
    source: router.source,
    kin: 'forecasts',
    ...(router.settings === undefined ? {} : { settings: router.settings }),
    ...(router.readsEmbeddings === undefined ? {} : { readsEmbeddings: router.readsEmbeddings }),
    ...(router.members === undefined ? {} : { members: router.members }),
    fit(fit, tune, options) {
      const classifier = domainClassifierOf(fit);
      if ('leftOut' in classifier) return classifier;
      const features = tune.features.map((one) => classifier.relabel(one));
      const policies = router.fit(fit, { ...tune, features }, options);
      if ('leftOut' in policies) return policies;
      return policies.map((policy) =>
        relabelling(documentOf(policy, classifier), policy, classifier),
      );
    },
    ...(router.redial === undefined
      ? {}
      : {
          redial(document, requests, dials) {
            const { classifier, policy } = read(document);
            const features = requests.map((one) => classifier.relabel(one));
            return router.redial!(policy, features, dials).map((turned) =>
              relabelling(documentOf(turned, classifier), turned, classifier),
            );
          },
        }),
    fromDocument(document) {
      const { classifier, policy } = read(document);
      return relabelling(document, router.fromDocument(policy), classifier);
    },
  };
  function read(document: PolicyDocument) {
    const { classifier, policy } = checkedParameters(parametersSchema, document);
    const { dial, models } = document;
    const same = policy.dial === dial && JSON.stringify(policy.models) === JSON.stringify(models);
    if (policy.router !== router.id || !same) {
      throw new UserError(
        `Policy "${policyId(document)}": \`parameters.policy\`: expected "${router.id}@${dial}" of the same models, got "${policyId(policy)}"`,
      );
    }
    return { classifier: new DomainClassifier(classifier), policy };
  }
  function documentOf(policy: Policy, classifier: DomainClassifier): PolicyDocument {
    const { dial, models } = policy;
    const parameters = { classifier: classifier.toDocument(), policy: policy.toDocument() };
    return { router: id, dial, models, parameters };
  }
}

/** The policy, deciding on each request as if it declared the domain that the classifier tells. */
function relabelling(
  document: PolicyDocument,
  policy: Policy,
  classifier: DomainClassifier,
): Policy {
  const { choose, verify, forecast, learn } = policy;
  return {
    ...policy,
    id: policyId(document),
    router: document.router,
    needs: { ...policy.needs, domain: false },
    decide: (state, features, rng) => policy.decide(state, classifier.relabel(features), rng),
    ...(choose === undefined
      ? {}
      : { choose: (features) => choose.call(policy, classifier.relabel(features)) }),
    ...(verify === undefined
      ? {}
      : {
          verify: (features, model, text) =>
            verify.call(policy, classifier.relabel(features), model, text),
        }),
    ...(forecast === undefined
      ? {}
      : { forecast: (features) => forecast.call(policy, classifier.relabel(features)) }),
    ...(learn === undefined
      ? {}
      : {
          learn: (learned, feedback) =>
            learn.call(policy, learned, {
              ...feedback,
              features: classifier.relabel(feedback.features),
            }),
        }),
    toDocument: () => document,
  };
}
