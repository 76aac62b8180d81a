import type { SignalSource } from '../../features/index.js';
import type { Upstream } from '../../models/index.js';
import type { LiveTable } from '../route-live.js';
import type { ServiceConfig } from '../service-config.js';
import { type TableModels, tableModels } from '../table-models.js';

/** What of the running service its suggestions depend on. */
export interface SuggestionSettings {
  readonly storePrompts: boolean;
  readonly cache: { readonly enabled: boolean; readonly ttlSeconds: number };
  /** As exported: whatever it learned or explores since is left aside. Null without a table. */
  readonly routing: {
    readonly table: LiveTable;
    readonly models: TableModels;
    /** By id, at least those that the policy needs. */
    readonly signals: ReadonlyMap<string, SignalSource>;
  } | null;
  /** Null where no calibrated threshold is configured. */
  readonly semantic: {
    readonly embeddings: SignalSource;
    readonly threshold: number;
    /** The bound on false hits that the threshold was calibrated for, a share. */
    readonly mostFalseHits: number;
    readonly ttlSeconds: number;
    readonly maxEntries: number;
  } | null;
}

export interface RunningService {
  readonly config: Pick<ServiceConfig, 'aliases' | 'cache' | 'storePrompts'>;
  /** As it was exported; null without one. */
  readonly table: LiveTable | null;
  readonly signals: ReadonlyMap<string, SignalSource>;
  /** By id. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Those of `cache.semantic`; null without. */
  readonly embeddings: SignalSource | null;
}

/** @throws UserError for a table that calls what is not served */
export function suggestionSettings({
  config: { aliases, cache, storePrompts },
  table,
  signals,
  upstreams,
  embeddings,
}: RunningService): SuggestionSettings {
  const { semantic } = cache;
  const calibration = semantic?.calibration ?? null;
  return {
    storePrompts,
    cache,
    routing:
      table === null
        ? null
        : { table, signals, models: tableModels({ table, upstreams, aliases }) },
    semantic:
      semantic === undefined || calibration === null || embeddings === null
        ? null
        : {
            embeddings,
            threshold: semantic.threshold,
            mostFalseHits: calibration.max_false_hits,
            ttlSeconds: semantic.ttlSeconds,
            maxEntries: semantic.maxEntries,
          },
  };
}
