import type { CacheCalibration } from '../caches/index.js';
import type { SignalSpec } from '../features/index.js';
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

/** Answers repeated to requests that ask the same in other words. */
export interface SemanticCacheConfig {
  /** Where embeddings come from. */
  readonly embeddings: SignalSpec;
  /** Cosine from which two requests may share an answer. */
  readonly threshold: number;
  /** The calibration by which the threshold, or a lower one, was found safe; null where it knowingly goes without. */
  readonly calibration: CacheCalibration | null;
  readonly ttlSeconds: number;
  readonly maxEntries: number;
}

/** What is learned from live traffic. */
export interface LearningConfig {
  /** Whether a policy that learns goes on learning from feedback; else its state stays as exported. */
  readonly adapt: boolean;
  /** Share of routed requests whose model is drawn among the eligible, in [0, 1]. */
  readonly explore: number;
  /** Whether dearer models than the one chosen are eligible, too. */
  readonly exploreDearer: boolean;
  /** A judge asked about a random sample of routed answers; null for none. */
  readonly judge: {
    readonly model: ModelSpec;
    /** Name of the rubric. */
    readonly rubric: string;
    /** Probability with which a routed answer is judged, in (0, 1]. */
    readonly share: number;
  } | null;
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
    /** Absent where only the same request, word for word, may be answered from the cache. */
    readonly semantic?: SemanticCacheConfig;
  };
  /** Absent where nothing is learned from live traffic. */
  readonly learning?: LearningConfig;
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
