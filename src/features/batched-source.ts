import { setMaxListeners } from 'node:events';
import type { RoutingRequest } from './request.js';
import { shareUsage } from './share-usage.js';
import type { SignalBatch, SignalSource } from './signal-source.js';

/** A request that waits to be read. */
interface Waiting {
  readonly request: RoutingRequest;
  readonly abort: AbortSignal;
  readonly resolve: (batch: SignalBatch) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The source, with requests that come at the same time read together: those of one turn of the event
 * loop, and those that came while as many reads as the source takes were under way. Nothing waits for
 * company otherwise. Each reader is given its own signals and its share of the usage, by what its
 * request costs at worst, so that nobody pays more than was set aside for it where the whole does not;
 * shares add up exactly. A read that is refused as wrong is made again in halves, as one request that
 * an endpoint does not take is no fault of the others. One is cut off once nobody waits for it any more.
 */
export function batchedSource(source: SignalSource): SignalSource {
  const waiting = new Set<Waiting>();
  let underWay = 0;
  let planned = false;

  const plan = (): void => {
    if (planned || waiting.size === 0 || underWay >= source.concurrency) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      while (waiting.size > 0 && underWay < source.concurrency) {
        const batch = takeFirst(waiting, source.batchSize);
        underWay++;
        void readTogether(source, batch).finally(() => {
          underWay--;
          plan();
        });
      }
    });
  };

  const readOne = (request: RoutingRequest, abort: AbortSignal): Promise<SignalBatch> =>
    new Promise((resolve, reject) => {
      if (abort.aborted) {
        resolve(LEFT);
        return;
      }
      const one: Waiting = { request, abort, resolve, reject };
      waiting.add(one);
      // Nothing was asked for it yet, so it need not wait for its turn to be told so.
      const leave = (): void => {
        if (waiting.delete(one)) resolve(LEFT);
      };
      // One signal may stand for many requests.
      setMaxListeners(0, abort);
      abort.addEventListener('abort', leave, { once: true });
      plan();
    });

  return {
    ...source,
    worstCost: (requests) => source.worstCost(requests),
    async read(requests, abort) {
      const read = await Promise.all(requests.map((request) => readOne(request, abort)));
      const usage = read.flatMap((one) => one.usage);
      const failed = read.find((one) => 'failure' in one);
      if (failed !== undefined && 'failure' in failed) return { usage, failure: failed.failure };
      return { usage, signals: read.flatMap((one) => ('signals' in one ? one.signals : [])) };
    },
  };
}

/** Takes out those that wait longest. */
function takeFirst(waiting: Set<Waiting>, most: number): Waiting[] {
  const taken: Waiting[] = [];
  for (const one of waiting) {
    if (taken.length === most) break;
    taken.push(one);
    waiting.delete(one);
  }
  return taken;
}

const LEFT: SignalBatch = { usage: [], failure: 'nobody waits for it any more' };

async function readTogether(source: SignalSource, all: readonly Waiting[]): Promise<void> {
  // Half of a batch that was refused may have left since.
  const batch = all.filter(({ abort }) => !abort.aborted);
  for (const { abort, resolve } of all) if (abort.aborted) resolve(LEFT);
  if (batch.length === 0) return;
  const cut = new AbortController();
  const leave = (): void => {
    if (batch.every(({ abort }) => abort.aborted)) cut.abort();
  };
  for (const { abort } of batch) {
    abort.addEventListener('abort', leave, { once: true });
  }
  try {
    const requests = batch.map(({ request }) => request);
    const read = await source.read(requests, cut.signal);
    if ('failure' in read && read.refused === true && batch.length > 1 && read.usage.length === 0) {
      const half = Math.ceil(batch.length / 2);
      await readTogether(source, batch.slice(0, half));
      await readTogether(source, batch.slice(half));
      return;
    }
    const weights = requests.map((request) => source.worstCost([request]));
    const shares = shareUsage(read.usage, weights);
    for (const [at, { resolve }] of batch.entries()) {
      const usage = shares[at]!;
      resolve(
        'failure' in read
          ? { usage, failure: read.failure }
          : { usage, signals: [read.signals[at]!] },
      );
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  } finally {
    for (const { abort } of batch) abort.removeEventListener('abort', leave);
  }
}
