import { ExactCache, HybridCache, SemanticCache } from '../caches/index.js';
import { Budget, toUsd } from '../costs/index.js';
import { batchedSource, type SignalSource, type SignalSpec } from '../features/index.js';
import { SERVICE_RUN, type ServiceConfig } from '../service/index.js';
import type { Io } from './io.js';
import type { ServiceLog } from './service-log.js';
import { openSignalSource } from './signals.js';

export interface ServiceCache {
  /** Null where nothing is cached. */
  readonly cache: HybridCache | null;
  /** What tells similar requests; null where only the same are answered from the cache. */
  readonly embeddings: SignalSource | null;
}

/** A source as requests of the service share it: read together where they come together, by whoever is tenant. */
export async function openServiceSource(
  spec: SignalSpec,
  { envFile, log }: { readonly envFile: string[] | undefined; readonly log: ServiceLog },
  io: Io,
): Promise<SignalSource> {
  const source = await openSignalSource(
    spec,
    {
      envFile,
      // The gateway reserves for the tenant that asks.
      gate: new Budget(null),
      runId: SERVICE_RUN,
      prompts: [],
      // Someone waits for the answer.
      maxAttempts: 2,
      inBackground: true,
      onAbandoned: (usage) => {
        const known = usage.flatMap(({ cost }) => cost ?? []);
        const cost_usd = toUsd(known.reduce((sum, cost) => sum + cost, 0));
        log('warn', 'a signal was paid for and its reader had left', {
          signal: spec.model,
          cost_usd,
        });
      },
    },
    io,
  );
  return spec.kind === 'embedding' ? batchedSource(source) : source;
}

/** Of the megabytes of the cache, those that answers to similar requests may take. */
const SEMANTIC_SHARE = 1 / 2;

/** Makes the cache as it is configured, empty. */
export async function openServiceCache(
  { enabled, ttlSeconds, maxEntries, maxMegabytes, semantic }: ServiceConfig['cache'],
  opening: { readonly envFile: string[] | undefined; readonly log: ServiceLog },
  io: Io,
): Promise<ServiceCache> {
  if (!enabled) return { cache: null, embeddings: null };
  const now = (): number => io.now().getTime();
  const bytes = maxMegabytes * 1e6;
  const exact = (maxBytes: number): ExactCache =>
    new ExactCache({ maxEntries, maxBytes, ttlMs: ttlSeconds * 1000, now });
  if (semantic === undefined) {
    return { cache: new HybridCache(exact(bytes), null), embeddings: null };
  }
  const similar = new SemanticCache({
    threshold: semantic.threshold,
    maxEntries: semantic.maxEntries,
    maxBytes: bytes * SEMANTIC_SHARE,
    ttlMs: semantic.ttlSeconds * 1000,
    now,
  });
  return {
    cache: new HybridCache(exact(bytes * (1 - SEMANTIC_SHARE)), similar),
    embeddings: await openServiceSource(semantic.embeddings, opening, io),
  };
}
