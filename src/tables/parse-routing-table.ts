import type { Policy } from '../policies/index.js';
import { policyFromDocument } from '../routers/index.js';
import { UserError } from '../user-error.js';
import type { RoutingTable } from './routing-table.js';
import { routingTableSchema } from './routing-table-schema.js';

const policies = new WeakMap<RoutingTable, Policy>();

/**
 * The policy a table holds, ready to decide.
 * @throws UserError quoting the path in the table that is wrong
 */
export function policyOfTable(table: RoutingTable): Policy {
  const known = policies.get(table);
  if (known !== undefined) return known;
  const { router, dial, models, parameters } = table.policy;
  const policy = policyFromDocument({ router, dial, models, parameters });
  policies.set(table, policy);
  return policy;
}

/**
 * Reads a routing table and checks all of it, its policy's parameters included.
 * @param file name of the file, for messages
 * @throws UserError quoting file, path in the document and what was expected
 */
export function parseRoutingTable(text: string, file: string): RoutingTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new UserError(`${file}: not a routing table, as it is no JSON: ${why}`, { cause });
  }
  const parsed = routingTableSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.path.map(String).join('.');
    throw new UserError(
      `${file}: not a routing table of this program: ${path === '' ? '' : `\`${path}\`: `}${issue.message}; export it again with "switchyard export"`,
    );
  }
  const table = parsed.data;
  try {
    const { id, needs } = policyOfTable(table);
    if (id !== table.policy.id) {
      throw new UserError(
        `\`policy.id\`: expected "${id}", got ${JSON.stringify(table.policy.id)}`,
      );
    }
    if (needs.domain !== table.needs.domain || needs.answers !== table.needs.answers) {
      throw new UserError(
        `\`needs\`: expected ${JSON.stringify(needs)}, got ${JSON.stringify(table.needs)}`,
      );
    }
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(`${file}: ${cause.message}`, { cause });
  }
  return table;
}
