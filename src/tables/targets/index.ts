import { UserError } from '../../user-error.js';
import type { RoutingTable } from '../routing-table.js';
import { json } from './json.js';
import type { ExportedTable, ExportTarget } from './target.js';

/** Every export target there is, by id. */
export const targets: ReadonlyMap<string, ExportTarget> = new Map(
  [json].map((target) => [target.id, target]),
);

/** @throws UserError for a target that does not exist, or that cannot express the policy */
export function writeTarget(id: string, table: RoutingTable): ExportedTable {
  const target = targets.get(id);
  if (target !== undefined) return target.write(table);
  throw new UserError(
    `There is no export target ${JSON.stringify(id)}: choose from ${[...targets.keys()].join(', ')}`,
  );
}
