import type { Rng } from '../statistics/index.js';

const FIRST_CEILING_MS = 500;
const LAST_CEILING_MS = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds: "full jitter", uniform between 0 and a
 * ceiling that doubles with each attempt (500 ms, 1 s, 2 s, … at most 30 s), and never less than the
 * provider asked for. Waiters that a rate limit refused together do not come back together.
 * @param attempt the one that failed; counts from 1
 * @see M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export function backoffMs(attempt: number, retryAfterMs: number | null, random: Rng): number {
  const ceiling = Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** (attempt - 1));
  const jittered = random.next() * ceiling;
  // Those asked to wait the same time are spread beyond it, as they may not come before it.
  return retryAfterMs === null ? jittered : retryAfterMs + random.next() * FIRST_CEILING_MS;
}
