import { didYouMean } from '../did-you-mean.js';
import type { Upstream } from '../models/index.js';
import { UserError } from '../user-error.js';
import { modelFinder } from './model-finder.js';
import { Refusal } from './refusal.js';

/** The name by which a request leaves the choice to the routing table. */
export const AUTO = 'auto';

export interface ModelNames {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Name → `provider/name`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Whether a routing table is loaded. */
  readonly routed: boolean;
}

export interface ModelResolver {
  /** What a request may name, `auto` first where a routing table is loaded. */
  readonly names: readonly string[];
  /**
   * The model that a name stands for: an id, an alias, or an id without its provider where only one
   * model has it. Null for `auto`.
   * @throws Refusal 404 that suggests what was meant
   */
  resolve(name: string): Upstream | null;
}

/** Names shown in a refusal. */
const MOST_LISTED = 20;

/** @throws UserError for an alias of a model that is not served, or one that hides a model */
export function createModelResolver({ upstreams, aliases, routed }: ModelNames): ModelResolver {
  const find = modelFinder(upstreams, aliases);
  for (const [alias, id] of Object.entries(aliases)) {
    const upstream = upstreams.get(id);
    if (upstream === undefined) {
      throw new UserError(
        `Alias "${alias}": no model "${id}" is served${didYouMean(id, upstreams.keys())}`,
      );
    }
    if (alias === AUTO || upstreams.has(alias)) {
      throw new UserError(`Alias "${alias}" hides what that name already means; choose another`);
    }
  }
  const names = [...(routed ? [AUTO] : []), ...upstreams.keys(), ...Object.keys(aliases)];

  return {
    names,
    resolve(name) {
      if (name === AUTO && routed) return null;
      // Without a table nothing decides, whatever a model is called.
      const upstream = name === AUTO ? undefined : find(name);
      if (upstream) return upstream;
      throw notFound(name, names, upstream === null);
    },
  };
}

function notFound(name: string, names: readonly string[], ambiguous: boolean): Refusal {
  const listed = names.slice(0, MOST_LISTED).join(', ');
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const why =
    name === AUTO
      ? 'needs a routing table, and none is loaded; name a model'
      : ambiguous
        ? 'is a name of several models; write its provider, too'
        : `is not served here${didYouMean(name, names)}`;
  return new Refusal('model_not_found', {
    status: 404,
    message: `The model "${name.slice(0, 100)}" ${why}. Models: ${listed}${more}.`,
    code: 'model_not_found',
  });
}
