export type { RoutingTable, RoutingTableStore } from './routing-table.js';
