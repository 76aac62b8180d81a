import type { Policy } from '../policies/index.js';
import {
  policyFromDocument,
  predictedTwin,
  type Router,
  withPredictedDomain,
} from '../routers/index.js';
import { UserError } from '../user-error.js';
import type { RoutingTable } from './routing-table.js';
import { routingTableSchema } from './routing-table-schema.js';
import { checkDefinitions } from './signal-definitions.js';

const policies = new WeakMap<RoutingTable, Policy>();

/**
 * The policy a table holds, ready to decide.
 * @param own the router of the table's `router_file`, where it has one and was not parsed with it
 * @throws UserError quoting the path in the table that is wrong
 */
export function policyOfTable(table: RoutingTable, own?: Router): Policy {
  const known = policies.get(table);
  if (known !== undefined) return known;
  const { router, dial, models, parameters } = table.policy;
  const document = { router, dial, models, parameters };
  const policy =
    table.router_file === undefined
      ? policyFromDocument(document)
      : ownRouter(router, table.router_file.path, own).fromDocument(document);
  policies.set(table, policy);
  return policy;
}

/**
 * The router file that a table in a text needs; null where its router is one of the program's own.
 * @throws UserError as `parseRoutingTable`, but for what only the router can tell
 */
export function routerFileOf(text: string, file: string): RoutingTable['router_file'] | null {
  return parseShape(text, file).router_file ?? null;
}

/**
 * Reads a routing table and checks all of it, its policy's parameters included.
 * @param file name of the file, for messages
 * @param own the router of the table's `router_file`, where it has one
 * @throws UserError quoting file, path in the document and what was expected
 */
export function parseRoutingTable(text: string, file: string, own?: Router): RoutingTable {
  const table = parseShape(text, file);
  try {
    const { id, needs } = policyOfTable(table, own);
    if (id !== table.policy.id) {
      throw new UserError(
        `\`policy.id\`: expected "${id}", got ${JSON.stringify(table.policy.id)}`,
      );
    }
    const { domain, answers, signals = [] } = table.needs;
    const sameSignals = JSON.stringify(signals) === JSON.stringify(needs.signals ?? []);
    if (needs.domain !== domain || needs.answers !== answers || !sameSignals) {
      throw new UserError(
        `\`needs\`: expected ${JSON.stringify(needs)}, got ${JSON.stringify(table.needs)}`,
      );
    }
    checkDefinitions(table);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(`${file}: ${cause.message}`, { cause });
  }
  return table;
}

/** The router of a user's own that a policy names: that of the file, or its twin. */
function ownRouter(id: string, path: string, own: Router | undefined): Router {
  if (own === undefined) {
    throw new UserError(
      `its router "${id}" is in the file "${path}", which must be loaded with it`,
    );
  }
  if (own.id === id) return own;
  if (predictedTwin(own.id) === id) return withPredictedDomain(own);
  throw new UserError(
    `its router "${id}" is to be in the file "${path}", which holds the router "${own.id}"`,
  );
}

function parseShape(text: string, file: string): RoutingTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new UserError(`${file}: not a routing table, as it is no JSON: ${why}`, { cause });
  }
  const parsed = routingTableSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String).join('.');
  throw new UserError(
    `${file}: not a routing table of this program: ${path === '' ? '' : `\`${path}\`: `}${issue.message}; export it again with "switchyard export"`,
  );
}
