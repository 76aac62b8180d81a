import type { Policy, PolicyDocument } from '../policies/index.js';
import { UserError } from '../user-error.js';
import { always } from './always.js';
import { CascadeRouter } from './cascades/cascade.js';
import { cascadeRouting } from './cascades/cascade-routing.js';
import { complexity } from './heuristics/complexity.js';
import { rules } from './heuristics/rules.js';
import { carrot } from './learned/carrot.js';
import { cluster, clusterMethod } from './learned/cluster.js';
import { knn, knnMethod } from './learned/knn.js';
import { logistic, logisticMethod } from './learned/logistic.js';
import { perDomain } from './learned/per-domain.js';
import { predictedTwin, withPredictedDomain } from './learned/predicted-domain.js';
import { predictingRouter } from './learned/predicting-router.js';
import { ridge, ridgeMethod } from './learned/ridge.js';
import { shrinkage, shrinkageMethod } from './learned/shrinkage.js';
import { stackOf } from './learned/stack.js';
import { mixture } from './mixture.js';
import { AdaptiveRouter } from './online/adaptive.js';
import { linucb } from './online/linucb.js';
import { thompson } from './online/thompson.js';
import { checked, policyDocumentSchema } from './policy-document.js';
import { random } from './random.js';
import type { Router } from './router.js';

/** One line each. */
const all: readonly Router[] = [
  always,
  random,
  mixture,
  perDomain,
  rules,
  complexity,
  cluster,
  shrinkage,
  knn,
  ridge,
  logistic,
  carrot,
  predictingRouter(
    stackOf([shrinkageMethod, ridgeMethod, logisticMethod, knnMethod, clusterMethod]),
  ),
  new CascadeRouter(),
  cascadeRouting(ridgeMethod),
  new AdaptiveRouter(),
  thompson,
  linucb,
];

/** Every router there is, by id; one that may read the declared domain is followed by its twin. */
export const routers: ReadonlyMap<string, Router> = new Map(
  all
    .flatMap((router) =>
      router.usesDomain || router.readsDomain ? [router, withPredictedDomain(router)] : [router],
    )
    .map((router) => [router.id, router]),
);

export const routerIds: readonly string[] = [...routers.keys()];

/** Stand in every comparison whether asked for or not. */
export const baselineIds: readonly string[] = [always, random, mixture, perDomain].map(
  ({ id }) => id,
);

/** What a comparison tries where nobody says: all but baselines, and twins, which come with their router. */
export const defaultRouterIds: readonly string[] = routerIds.filter(
  (id) => !baselineIds.includes(id) && !routerIds.some((other) => predictedTwin(other) === id),
);

/**
 * Rebuilds a policy from plain data: it decides as the one that was written down.
 * @throws UserError quoting the path in the document that is wrong
 */
export function policyFromDocument(document: PolicyDocument): Policy {
  const known = checked(policyDocumentSchema, document, '', 'Policy');
  const router = routers.get(known.router);
  if (router === undefined) {
    throw new UserError(
      `Policy: \`router\`: there is no router ${JSON.stringify(known.router)}: choose from ${routerIds.join(', ')}`,
    );
  }
  return router.fromDocument(known);
}
