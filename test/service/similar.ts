import { ExactCache, HybridCache, SemanticCache } from '../../src/caches/index.js';
import type { UsageRecord } from '../../src/costs/index.js';
import type { SignalBatch, SignalSource } from '../../src/features/index.js';
import type { Clock } from '../../src/models/index.js';

/** A cache that answers similar requests, too, and is empty. */
export function semanticCache(
  { threshold = 0.9 }: { readonly threshold?: number } = {},
  bounds: Partial<ConstructorParameters<typeof ExactCache>[0]> = {},
): HybridCache {
  const all = { maxEntries: 1_000, maxBytes: 1e6, ttlMs: 60_000, now: Date.now, ...bounds };
  return new HybridCache(new ExactCache(all), new SemanticCache({ ...all, threshold }));
}

export interface ScriptedEmbeddings extends SignalSource {
  /** The texts of each read. */
  readonly reads: readonly (readonly string[])[];
  readonly aborts: readonly AbortSignal[];
}

/** Every text is the same by default, so that all else decides. */
export function scriptedEmbeddings(
  read: (text: string, abort: AbortSignal) => SignalBatch | Promise<SignalBatch> = () =>
    embedded([1, 0]),
  worst = 0,
): ScriptedEmbeddings {
  const reads: string[][] = [];
  const aborts: AbortSignal[] = [];
  return {
    id: 'embedding:scripted:1',
    simulated: false,
    batchSize: 1,
    concurrency: 4,
    reads,
    aborts,
    worstCost: (requests) => worst * requests.length,
    async read(requests, abort) {
      const texts = requests.map(({ messages }) => messages.at(-1)!.content);
      reads.push(texts);
      aborts.push(abort);
      return read(texts[0]!, abort);
    },
  };
}

export const embedded = (
  values: readonly number[],
  usage: readonly UsageRecord[] = [],
): SignalBatch => ({
  usage,
  signals: [{ values: Float32Array.from(values), cost: 0, latency: 1 }],
});

/** An attempt at embedding one text. */
export function billed(cost: number | null, further: Partial<UsageRecord> = {}): UsageRecord {
  return {
    operationId: 'whoever was first',
    attempt: 1,
    runId: 'service',
    purpose: 'embedding',
    origin: 'live',
    model: 'lab/embedder',
    usage: { input: 5, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    cost,
    estimated: false,
    pricing: null,
    error: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    latencyMs: 1,
    ...further,
  };
}

/** Time that passes when the test says so: every sleep lasts until it is cut off or its time has come. */
export function heldClock(): Clock & { readonly pass: (ms: number) => void } {
  let now = Date.now();
  const sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleeping.delete(sleeper);
            resolve();
          },
        };
        sleeping.add(sleeper);
        if (signal.aborted) sleeper.wake();
        else signal.addEventListener('abort', sleeper.wake, { once: true });
      }),
    pass(ms) {
      now += ms;
      for (const sleeper of [...sleeping]) if (sleeper.until <= now) sleeper.wake();
    },
  };
}
