import type { Rng } from '../statistics/index.js';
import type { FallbackChains } from './fallback-chains.js';
import type { GatewayOptions } from './gateway-options.js';
import type { GuardedLedger } from './guarded-ledger.js';
import type { ModelHealth } from './model-health.js';
import type { ModelResolver } from './resolve-model.js';
import type { TableModels } from './table-models.js';

/** What every request passes through. */
export interface Stages extends GatewayOptions {
  readonly ledger: GuardedLedger;
  readonly resolver: ModelResolver;
  readonly health: ModelHealth;
  readonly tableModels: TableModels;
  readonly chains: FallbackChains;
  /** For the jitter of waits. */
  readonly random: Rng;
}
