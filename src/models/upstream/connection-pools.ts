import { type Dispatcher, Pool } from 'undici';

interface SharedPool {
  readonly pool: Pool;
  users: number;
}

const pools = new Map<string, SharedPool>();

/** The connections to one origin, in the hands of one user among several. */
export interface PoolLease {
  readonly dispatcher: Dispatcher;
  /** The last user's return lets idle connections go and waits for what is under way. */
  giveBack(): Promise<void>;
}

/**
 * The kept-alive connections to an origin, shared by all who ask for it. There are as many as
 * requests are under way, each with one at a time: limits are their callers' business.
 * Idle connections keep no process alive.
 */
export function leasePool(origin: string): PoolLease {
  const shared = pools.get(origin) ?? { pool: openPool(origin), users: 0 };
  pools.set(origin, shared);
  shared.users++;
  let isBack = false;
  return {
    dispatcher: shared.pool,
    async giveBack() {
      if (isBack) return;
      isBack = true;
      shared.users--;
      if (shared.users > 0) return;
      pools.delete(origin);
      await shared.pool.close();
    },
  };
}

function openPool(origin: string): Pool {
  // An attempt keeps its own time, over the whole of the answer.
  return new Pool(origin, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
}
