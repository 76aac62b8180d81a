import type { HybridCache } from '../../caches/index.js';
import type { ModelPricing } from '../../costs/index.js';
import type { DriftMonitor } from '../drift/drift-monitor.js';
import type { Learning } from '../learning/open-learning.js';
import type { ServiceLedger } from '../ledger.js';
import type { Gateway } from '../pipeline.js';
import type { SemanticCacheConfig } from '../service-config.js';
import type { OptimisationReports } from '../suggestions/suggestion.js';
import type { Tenants } from '../tenants.js';
import type { ServiceMetrics } from './metrics.js';

/** A model as it is listed and estimated. */
export interface ListedModel {
  /** `provider/name`. */
  readonly id: string;
  /** Further names that a request may use for it. */
  readonly aliases: readonly string[];
  readonly pricing: ModelPricing;
  readonly simulated: boolean;
}

/** The routing table that answers `auto`. */
export interface LoadedTable {
  readonly name: string;
  readonly sha256: string;
  /** `router@dial`. */
  readonly policy: string;
}

export interface ServerLimits {
  readonly bodyBytes: number;
  /** Of all requests under way together; more is refused with 503. @default 256 MB, or two bodies if that is more */
  readonly allBodiesBytes?: number;
  readonly messages: number;
  /** Milliseconds for a request to arrive whole. */
  readonly requestMs: number;
  /** Tokens of an answer where the caller names no limit, and the most there are. */
  readonly defaultMaxTokens: number;
  readonly maxTokens: number;
  /** Milliseconds that requests under way have when the service closes. @default 10_000 */
  readonly drainMs?: number;
}

export interface ServerOptions {
  readonly gateway: Gateway;
  /** What reports are read from; whoever opened it closes it. */
  readonly ledger: ServiceLedger;
  readonly tenants: Tenants;
  /** Null where nothing is cached. */
  readonly cache: HybridCache | null;
  /** By what the cache takes requests for similar; absent where only the very same are answered from it. */
  readonly semantic?: Pick<SemanticCacheConfig, 'threshold' | 'calibration'>;
  /** What is learned from traffic; absent where nothing is. */
  readonly learning?: Learning;
  /** What is suggested in the cost report; absent for nothing. */
  readonly suggestions?: OptimisationReports;
  /** Holds live traffic against what the table expects; absent without a table. */
  readonly drift?: Pick<DriftMonitor, 'report'>;
  /** The gateway must write to the ledger that its `observe` gave. */
  readonly metrics: ServiceMetrics;
  readonly models: readonly ListedModel[];
  /** Null where every request must name its model. */
  readonly table: LoadedTable | null;
  /** Of this program. */
  readonly version: string;
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Names in the Host header that are answered besides the loopback ones and `host`. */
  readonly allowedHosts: readonly string[];
  readonly limits: ServerLimits;
  /** One JSON object a line; nothing is logged where this is absent. */
  readonly log?: {
    readonly level: 'error' | 'warn' | 'info' | 'debug';
    readonly destination: { write(line: string): void };
  };
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** The service on the network. */
export interface ServiceServer {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, answers what is under way (cut off once its time is up), refuses what
   * else comes on kept connections with 503 and closes those that stay idle for a moment, and waits
   * for the gateway. The second call waits, too.
   */
  close(): Promise<void>;
}
