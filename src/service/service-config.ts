import type { ModelSpec } from '../models/index.js';

/** A model as the configuration of the service names it. */
export interface ServedModel extends ModelSpec {
  /** Asked in this order when it fails before anything was shown. */
  readonly fallbacks: readonly string[];
}

export interface TenantConfig {
  readonly id: string;
  /** SHA-256 of its bearer keys, 64 hex digits each: the keys themselves stand nowhere. */
  readonly keyHashes: readonly string[];
  readonly admin: boolean;
  /** US dollars; null for no cap. Days and months are UTC. */
  readonly dailyUsd: number | null;
  readonly monthlyUsd: number | null;
  /** Share of a cap from which answers carry a warning. */
  readonly softShare: number;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** What `switchyard serve` runs: a configuration file read, checked and completed with defaults. */
export interface ServiceConfig {
  readonly host: string;
  readonly port: number;
  /** Names in the Host header that are answered besides the loopback ones and the host bound to. */
  readonly allowedHosts: readonly string[];
  /** Path of the routing table; null for none, then every request must name a model. */
  readonly table: string | null;
  readonly models: readonly ServedModel[];
  /** Names that callers may use for a model: alias → `provider/name`. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly cache: {
    readonly enabled: boolean;
    readonly ttlSeconds: number;
    readonly maxEntries: number;
    readonly maxMegabytes: number;
  };
  readonly limits: {
    readonly bodyBytes: number;
    readonly messages: number;
    /** Asked of models where the caller names no limit of its own. */
    readonly defaultMaxTokens: number;
    /** The most that a caller may ask for. */
    readonly maxTokens: number;
    /** Milliseconds for a request to arrive whole. */
    readonly requestMs: number;
    /** Attempts at one model before its fallbacks, at least 1. */
    readonly attempts: number;
  };
  readonly tenants: readonly TenantConfig[];
  readonly storePrompts: boolean;
  /** Path of the ledger's DuckDB file. */
  readonly ledger: string;
  /** Null for no snapshots. */
  readonly snapshots: { readonly folder: string; readonly everyMinutes: number } | null;
  /** What simulated models know and draw from. */
  readonly simulated: { readonly dataset: string | null; readonly seed: number };
  /** How much is logged; absent where the file does not say. */
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
}
