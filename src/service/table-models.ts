import type { Upstream } from '../models/index.js';
import { UserError } from '../user-error.js';
import { modelFinder } from './model-finder.js';
import type { LiveTable } from './route-live.js';

/** The models that a routing table calls, by the names that it calls them by. */
export type TableModels = ReadonlyMap<string, Upstream>;

export interface TableModelOptions {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Name → `provider/name`. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly table: LiveTable | null;
}

/**
 * The models of a routing table. Its names are read as a request's are, since a table that was fitted
 * on recorded data can know its models without their providers.
 * @throws UserError for one that is not served
 */
export function tableModels({ table, upstreams, aliases }: TableModelOptions): TableModels {
  const found = new Map<string, Upstream>();
  if (table === null) return found;
  const find = modelFinder(upstreams, aliases);
  for (const name of table.policy.models) {
    const upstream = find(name);
    if (upstream) found.set(name, upstream);
  }
  const absent = table.policy.models.find((name) => !found.has(name));
  if (absent !== undefined) {
    throw new UserError(
      `The routing table "${table.table.name}" calls "${absent}", which is not served; add it to the models, or make it an alias of one (served: ${[...upstreams.keys()].join(', ')})`,
    );
  }
  return found;
}
