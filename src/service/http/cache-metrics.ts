import { Counter, Histogram, type Registry } from 'prom-client';
import type { GuardName, HybridCache } from '../../caches/index.js';
import type { GatewayEvent } from '../gateway-event.js';
import type { Operation } from '../operation.js';

/** Seconds: computed here in some hundredths, asked of an endpoint in tenths; given up after half of one. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1];

/** What is counted of the cache. */
export interface CacheMetrics {
  operation(operation: Pick<Operation, 'cache' | 'similarity'>): void;
  event(event: GatewayEvent): void;
  /** Adds what the semantic cache counts itself; once. */
  watch(cache: Pick<HybridCache, 'refused'>): void;
}

export function createCacheMetrics(registry: Registry): CacheMetrics {
  const registers = [registry];
  const hits = new Counter({
    name: 'switchyard_cache_hits_total',
    help: 'Answers from the cache: to the very same request (exact), or to one in other words (semantic).',
    labelNames: ['kind'] as const,
    registers,
  });
  const embeddings = new Histogram({
    name: 'switchyard_cache_embedding_seconds',
    help: 'Waits for the embedding of a request that the exact cache had no answer to, by whether it came.',
    labelNames: ['embedded'] as const,
    buckets: BUCKETS,
    registers,
  });
  return {
    operation({ cache, similarity }) {
      if (cache === 'hit') hits.inc({ kind: similarity === null ? 'exact' : 'semantic' });
    },
    event(event) {
      if (event.kind !== 'looked_for_similar') return;
      embeddings.observe({ embedded: String(event.embedded) }, event.ms / 1000);
    },
    watch(cache) {
      if (cache.refused() === null) return;
      new Counter({
        name: 'switchyard_cache_refused_total',
        help: 'Lookups that found a similar enough request and no answer, by the guard that refused the most similar.',
        labelNames: ['guard'] as const,
        registers,
        collect() {
          this.reset();
          for (const [guard, count] of Object.entries(cache.refused() ?? {})) {
            this.inc({ guard: guard as GuardName }, count);
          }
        },
      });
    },
  };
}
