import type { Policy, PolicyDocument } from '../policies/index.js';
import { UserError } from '../user-error.js';
import { always } from './always.js';
import { CascadeRouter } from './cascades/cascade.js';
import { complexity } from './heuristics/complexity.js';
import { rules } from './heuristics/rules.js';
import { mixture } from './mixture.js';
import { AdaptiveRouter } from './online/adaptive.js';
import { linucb } from './online/linucb.js';
import { thompson } from './online/thompson.js';
import { perDomain } from './per-domain.js';
import { checked, policyDocumentSchema } from './policy-document.js';
import { random } from './random.js';
import type { Router } from './router.js';

/** Every router there is, by id: one line each. */
export const routers: ReadonlyMap<string, Router> = new Map(
  [
    always,
    random,
    mixture,
    perDomain,
    rules,
    complexity,
    new CascadeRouter(),
    new AdaptiveRouter(),
    thompson,
    linucb,
  ].map((router) => [router.id, router]),
);

export const routerIds: readonly string[] = [...routers.keys()];

/** Stand in every comparison whether asked for or not. */
export const baselineIds: readonly string[] = [always, random, mixture, perDomain].map(
  ({ id }) => id,
);

/** The id of a router's twin that reads a predicted domain in place of the declared one. */
export const predictedTwin = (id: string): string => `${id}-predicted`;

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
