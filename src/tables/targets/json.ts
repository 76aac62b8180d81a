import { serializeRoutingTable } from '../serialize-routing-table.js';
import type { ExportTarget } from './target.js';

/** Our own form, complete: the only one that carries every policy without loss. */
export const json: ExportTarget = {
  id: 'json',
  summary: 'The routing table itself, as read by "route"',
  write: (table) => ({ content: serializeRoutingTable(table), files: [] }),
};
