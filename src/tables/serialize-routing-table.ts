import { canonicalJson } from '../hash.js';
import type { RoutingTable } from './routing-table.js';

const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object';

/** Two spaces a level; lists of plain values stay on one line, or weights would fill the screen. */
function indented(value: unknown, margin: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${margin}  `;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return JSON.stringify(value);
    const items = value.map((item) => `${deeper}${indented(item, deeper)}`);
    return `[\n${items.join(',\n')}\n${margin}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${deeper}${JSON.stringify(key)}: ${indented(member, deeper)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${margin}}`;
}

/** The table as the text of its file: keys sorted, so that equal tables have equal bytes. */
export function serializeRoutingTable(table: RoutingTable): string {
  return `${indented(JSON.parse(canonicalJson(table)), '')}\n`;
}
