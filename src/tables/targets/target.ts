import type { RoutingTable } from '../routing-table.js';

export interface ExportedTable {
  /** Text of the main file. */
  readonly content: string;
  /** Further files that stand beside it. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/** A form that a routing table can be written in. One file each, one line in the registry. */
export interface ExportTarget {
  readonly id: string;
  /** One line: who reads it. */
  readonly summary: string;
  /** @throws UserError where the target cannot express the policy */
  write(table: RoutingTable): ExportedTable;
}
