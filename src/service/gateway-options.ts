import type { HybridCache } from '../caches/index.js';
import type { Compressor } from '../compression/index.js';
import type { SignalSource } from '../features/index.js';
import type { Clock, Upstream } from '../models/index.js';
import type { GatewayEvent } from './gateway-event.js';
import type { AnswerListener } from './learning/answered-operation.js';
import type { ServiceExploration } from './learning/explored-table.js';
import type { ServiceLedger } from './ledger.js';
import type { TokenLimits } from './request-limits.js';
import type { LiveTable } from './route-live.js';
import type { TenantGate } from './tenants.js';

export interface GatewayOptions {
  /** By id. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Name → `provider/name`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** By id: what is asked in its place, in this order, when it fails before anything was shown. */
  readonly fallbacks: Readonly<Record<string, readonly string[]>>;
  /** Null where every request must name a model. */
  readonly table: LiveTable | null;
  /** By id; those that the table's policy needs. */
  readonly signals: ReadonlyMap<string, SignalSource>;
  readonly cache: HybridCache | null;
  /** What tells requests that ask the same in other words; null where only the very same are answered from the cache. */
  readonly embeddings: SignalSource | null;
  /** Lossless; null for none. */
  readonly compressor: Compressor | null;
  readonly ledger: Pick<ServiceLedger, 'record'>;
  readonly tenants: TenantGate;
  readonly limits: TokenLimits & {
    /** Attempts at one model before its fallbacks, at least 1. */
    readonly attempts: number;
  };
  readonly clock: Clock;
  /** For policies that draw lots and for the jitter of waits. */
  readonly seed: number;
  readonly storePrompts: boolean;
  /** How the table's policy explores; not at all where this is absent. */
  readonly exploration?: ServiceExploration;
  /** Told of every answer that the ledger holds; nobody is where this is absent. */
  readonly learning?: AnswerListener;
  /** Told of what happens inside; never of what a prompt or an answer says. */
  readonly onEvent?: (event: GatewayEvent) => void;
}
