import type { Policy, PolicyDocument } from '../policies/index.js';
import { UserError } from '../user-error.js';
import { always } from './always.js';
import { CascadeRouter } from './cascades/cascade.js';
import { complexity } from './heuristics/complexity.js';
import { rules } from './heuristics/rules.js';
import { mixture } from './mixture.js';
import { AdaptiveRouter } from './online/adaptive.js';
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
  ].map((router) => [router.id, router]),
);

export const routerIds: readonly string[] = [...routers.keys()];

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
