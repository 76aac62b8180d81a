import type { ExperimentPrice } from '../costs/index.js';
import type { PolicyDocument } from '../policies/index.js';

/** A signal that a policy decides by, as whoever runs it obtains it. */
export interface SignalDefinition {
  readonly id: string;
  readonly kind: 'embedding' | 'complexity';
  /** `provider/name`, or `local`. */
  readonly model: string;
  readonly base_url: string | null;
  readonly api_key_env: string | null;
  readonly price: ExperimentPrice | null;
  /** Of what is asked and how a reply is read. */
  readonly version: string;
}

/** A policy exported with its provenance. Data only: it can be read anywhere and run by the same code. */
export interface RoutingTable {
  readonly format: 'switchyard-routing-table';
  readonly format_version: 1;
  readonly name: string;
  readonly created_at: string;
  /** True if it was fitted on simulated outcomes: a demonstration, never evidence. */
  readonly simulated: boolean;
  readonly policy: PolicyDocument & { readonly id: string };
  /** Of a router in a user's own file: where that is, relative to the table, and what it must hold. */
  readonly router_file?: { readonly path: string; readonly sha256: string } | undefined;
  /** What it needs of whoever runs it. */
  readonly needs: {
    readonly domain: boolean;
    readonly answers: boolean;
    /** Ids of the signals that every request must carry; absent for none. */
    readonly signals?: readonly string[] | undefined;
  };
  /** Where those signals come from; absent for none. */
  readonly signals?: readonly SignalDefinition[] | undefined;
  /** What the comparison found for it; null fields where undefined. */
  readonly expected: {
    readonly quality: {
      readonly mean: number | null;
      readonly low: number | null;
      readonly high: number | null;
    };
    readonly cost_usd_per_1k: {
      readonly mean: number | null;
      readonly low: number | null;
      readonly high: number | null;
    };
    readonly shares: Readonly<Record<string, number>>;
    /** What the numbers describe: this very policy on held-out prompts, or the procedure that made it. */
    readonly describes: 'policy' | 'procedure';
  };
  readonly provenance: {
    readonly run: string;
    readonly data_hash: string;
    readonly seed: number;
    readonly split_seed: number;
    readonly fitted_on: 'fit' | 'everything';
    readonly prompts: number;
    readonly judge: string;
    readonly code_version: string;
    readonly verdict: string;
    readonly warnings: readonly string[];
  };
}

/** Where exported tables are noted. */
export interface RoutingTableStore {
  /** Adds a table under its content hash; adding the same again does nothing. */
  addRoutingTable(table: RoutingTable, sha256: string, path: string): Promise<void>;
}
