export {
  buildRoutingTable,
  type ComparedWith,
  type LandedAt,
  type RoutingTableParts,
} from './build-routing-table.js';
export { decideWithTable, type TableDecision } from './decide-with-table.js';
export { parseRoutingTable, policyOfTable, routerFileOf } from './parse-routing-table.js';
export type { RoutingTable, RoutingTableStore, SignalDefinition } from './routing-table.js';
export { serializeRoutingTable } from './serialize-routing-table.js';
export { signalsOfTable } from './signal-definitions.js';
export { targets, writeTarget } from './targets/index.js';
export type { ExportedTable, ExportTarget } from './targets/target.js';
export { type TunedParts, tunedRoutingTable } from './tuned-routing-table.js';
