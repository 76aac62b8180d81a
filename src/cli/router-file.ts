import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Policy, PolicyDocument } from '../policies/index.js';
import type { Router } from '../routers/index.js';
import { UserError } from '../user-error.js';

/** A router of a user's own, with what tells its version. */
export interface LoadedRouter {
  readonly router: Router;
  /** Absolute. */
  readonly path: string;
  /** Of the file itself; what it imports is not in it. */
  readonly sha256: string;
}

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Whether a router is named by the path of its file. Ids have neither slashes nor dots. */
export function isRouterFile(reference: string): boolean {
  return /[/\\.]/.test(reference);
}

/**
 * Loads the default export of a JavaScript module as a router, and checks what it is and what it
 * gives: a mistake in a user's file is told in one line that names file and field.
 * @param path absolute
 * @param shown the path as the user knows it, for messages
 * @throws UserError
 */
export async function loadRouterFile(path: string, shown: string): Promise<LoadedRouter> {
  const { sha256 } = await import('../hash.js');
  const { routers } = await import('../routers/index.js');
  const content = await readFile(path).catch((cause: unknown) => {
    throw new UserError(`The router file "${shown}" cannot be read: ${reasonOf(cause)}`, { cause });
  });
  const digest = sha256(content);
  const url = pathToFileURL(path);
  // Another content is another module, though this process has loaded the file before.
  url.searchParams.set('sha256', digest);
  const module: unknown = await import(url.href).catch((cause: unknown) => {
    throw new UserError(`The router file "${shown}" cannot be loaded: ${reasonOf(cause)}`, {
      cause,
    });
  });
  const exported = Reflect.get(Object(module), 'default');
  if (typeof exported !== 'object' || exported === null) {
    throw new UserError(
      `The router file "${shown}" has no router: export one as default (export default { id, summary, source, fit, fromDocument })`,
    );
  }
  for (const field of ['id', 'summary', 'source']) {
    const value: unknown = Reflect.get(exported, field);
    if (typeof value !== 'string' || value.trim() === '')
      wrong(shown, `\`${field}\``, 'a text', value);
  }
  for (const field of ['fit', 'fromDocument']) {
    const value: unknown = Reflect.get(exported, field);
    if (typeof value !== 'function') wrong(shown, `\`${field}\``, 'a function', value);
  }
  const router = exported as Router;
  if (!ID.test(router.id)) {
    wrong(shown, '`id`', 'lower-case letters, digits and "-", at most 64', router.id);
  }
  if (routers.has(router.id) || ['oracle', 'best', 'chosen'].includes(router.id)) {
    throw new UserError(
      `The router file "${shown}": \`id\` is "${router.id}", which is taken: choose another`,
    );
  }
  if (router.settings !== undefined && typeof router.settings.safeParse !== 'function') {
    wrong(shown, '`settings`', 'a Zod schema', router.settings);
  }
  return { router: guarded(router, shown), path, sha256: digest };
}

/** The router, with what goes wrong inside of it told as the file's mistake. */
function guarded(router: Router, shown: string): Router {
  const attempt = <Result>(what: string, run: () => Result): Result => {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError(`The router file "${shown}": ${what}: ${reasonOf(cause)}`, { cause });
    }
  };
  const policyOf = (given: Policy, place: string): Policy => {
    checkPolicy(given, router.id, place, shown);
    const { verify, forecast, initialState, learn } = given;
    return {
      id: given.id,
      router: given.router,
      dial: given.dial,
      models: given.models,
      needs: given.needs,
      decide: (state, features, rng) =>
        attempt(`\`decide\` of policy "${given.id}"`, () => given.decide(state, features, rng)),
      ...(verify && { verify: verify.bind(given) }),
      ...(forecast && { forecast: forecast.bind(given) }),
      ...(initialState && { initialState: initialState.bind(given) }),
      ...(learn && { learn: learn.bind(given) }),
      toDocument: () => attempt(`\`toDocument\` of policy "${given.id}"`, () => given.toDocument()),
    };
  };
  return {
    id: router.id,
    summary: router.summary,
    source: router.source,
    ...(router.settings === undefined ? {} : { settings: router.settings }),
    ...(router.usesDomain === undefined ? {} : { usesDomain: router.usesDomain }),
    fit(fit, tune, options) {
      const fitted = attempt('`fit`', () => router.fit(fit, tune, options));
      if (Array.isArray(fitted)) {
        return fitted.map((policy: Policy, i) => policyOf(policy, `policy ${i + 1} of \`fit\``));
      }
      const reason: unknown = Reflect.get(Object(fitted), 'leftOut');
      if (typeof reason === 'string') return { leftOut: reason };
      return wrong(
        shown,
        'what `fit` returns',
        'a list of policies or { leftOut: reason }',
        fitted,
      );
    },
    fromDocument(document: PolicyDocument) {
      const policy = attempt('`fromDocument`', () => router.fromDocument(document));
      return policyOf(policy, 'the policy of `fromDocument`');
    },
  };
}

function checkPolicy(policy: Policy, router: string, place: string, shown: string): void {
  if (typeof policy !== 'object' || policy === null) wrong(shown, place, 'an object', policy);
  const { id, dial, models, needs } = policy;
  const check = (field: string, holds: boolean, expected: string, value: unknown): void => {
    if (!holds) wrong(shown, `\`${field}\` of ${place}`, expected, value);
  };
  check('router', policy.router === router, `"${router}"`, policy.router);
  check('dial', typeof dial === 'string' && dial !== '', 'a text', dial);
  check('id', id === `${router}@${dial}`, `"${router}@${dial}"`, id);
  check('models', Array.isArray(models) && models.length > 0, 'a list of models', models);
  const stated = typeof needs?.domain === 'boolean' && typeof needs.answers === 'boolean';
  check('needs', stated, '{ domain: boolean, answers: boolean }', needs);
  for (const field of ['decide', 'toDocument'] as const) {
    check(field, typeof policy[field] === 'function', 'a function', policy[field]);
  }
}

function wrong(shown: string, place: string, expected: string, value: unknown): never {
  const found = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing');
  throw new UserError(
    `The router file "${shown}": ${place} must be ${expected}, got ${found.slice(0, 60)}`,
  );
}

function reasonOf(cause: unknown): string {
  const { code, message } = Object(cause) as { code?: unknown; message?: unknown };
  if (code === 'ENOENT') return 'there is no such file';
  return String(typeof message === 'string' ? message : cause).replaceAll(/\s+/g, ' ');
}
