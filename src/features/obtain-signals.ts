import { fromUsd, toUsd } from '../costs/index.js';
import { UserError } from '../user-error.js';
import type { Signal } from './features.js';
import type { RoutingRequest } from './request.js';
import { requestHash } from './request-text.js';
import type { SignalSource } from './signal-source.js';
import type { SignalStore, StoredSignal } from './signal-store.js';

/** The signals of some requests that are stored, and the requests that have none yet. */
export interface KnownSignals {
  readonly id: string;
  /** By request hash. */
  readonly known: ReadonlyMap<string, Signal>;
  /** One of each text. */
  readonly missing: readonly RoutingRequest[];
}

export async function knownSignals(
  id: string,
  requests: readonly RoutingRequest[],
  store: SignalStore,
): Promise<KnownSignals> {
  const byHash = new Map(requests.map((request) => [requestHash(request), request]));
  const stored = await store.readSignals(id, [...byHash.keys()]);
  return {
    id,
    known: new Map([...stored].map(([hash, one]) => [hash, signalOf(one)])),
    missing: [...byHash].flatMap(([hash, request]) => (stored.has(hash) ? [] : [request])),
  };
}

export interface ObtainOptions {
  /** No further read begins once it is aborted; what is under way is stored. */
  readonly stop: AbortSignal;
  /** Cuts off what is under way. */
  readonly abort: AbortSignal;
  /** Told after each batch that is stored. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Reads what is missing, batch by batch, each stored before it counts. Stops at the first failure,
 * once what was under way is stored.
 * @returns all signals by request hash; fewer than asked for where it was stopped
 * @throws UserError with the failure of the source; what was paid for is stored
 */
export async function obtainSignals(
  source: SignalSource,
  { known, missing }: KnownSignals,
  store: SignalStore,
  { stop, abort, onProgress }: ObtainOptions,
): Promise<ReadonlyMap<string, Signal>> {
  const obtained = new Map(known);
  let next = 0;
  let done = 0;
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    while (next < missing.length && failures.length === 0 && !stop.aborted) {
      const batch = missing.slice(next, next + source.batchSize);
      next += batch.length;
      const read = await source.read(batch, abort);
      if ('failure' in read) {
        await store.addSignals(source.id, [], read.usage);
        throw new UserError(`The signal "${source.id}" cannot be obtained: ${read.failure}`, {
          exitCode: 1,
        });
      }
      const rows = batch.map((request, at) => storedOf(request, read.signals[at]!));
      await store.addSignals(source.id, rows, read.usage);
      for (const row of rows) obtained.set(row.requestHash, signalOf(row));
      done += batch.length;
      onProgress?.(done, missing.length);
    }
  };
  const workers = Array.from({ length: source.concurrency }, () =>
    work().catch((failure: unknown) => void failures.push(failure)),
  );
  await Promise.all(workers);
  if (failures.length > 0 && !stop.aborted) throw failures[0];
  return obtained;
}

function signalOf({ values, cost, latencyMs }: StoredSignal): Signal {
  return { values, cost: toUsd(cost), latency: latencyMs ?? Number.NaN };
}

function storedOf(request: RoutingRequest, { values, cost, latency }: Signal): StoredSignal {
  return {
    requestHash: requestHash(request),
    values,
    cost: fromUsd(cost),
    latencyMs: Number.isNaN(latency) ? null : latency,
  };
}
