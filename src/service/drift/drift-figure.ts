import type { SequenceBounds } from '../../statistics/index.js';
import type { DriftInterval } from './expected-share.js';
import type { WindowedMean } from './windowed-mean.js';

/** One figure of the live traffic beside what the routing table expects. */
export interface DriftFigure {
  /** Null where the table says nothing of it. */
  readonly expected: DriftInterval | null;
  /** Null before anything was seen. Low and high hold at every moment at once. */
  readonly live: DriftInterval | null;
  /** Values that `live` rests on. */
  readonly n: number;
  /** `outside`: the live interval lies wholly outside of the expected one. `unknown`: nothing is expected. */
  readonly status: 'within' | 'outside' | 'too_few' | 'unknown';
}

/** Values before silence means that all is well. */
const LEAST = 100;

/**
 * A window that lies outside speaks at once; else the one that was full before it speaks until it is
 * half full itself, so that an alarm does not end because a new window knows little yet.
 */
export function driftFigure(expected: DriftInterval | null, live: WindowedMean): DriftFigure {
  const current = live.current();
  if (current === null) {
    return { expected, live: null, n: 0, status: expected === null ? 'unknown' : 'too_few' };
  }
  const outside = (bounds: SequenceBounds): boolean =>
    expected !== null && (bounds.low > expected.high || bounds.high < expected.low);
  const { n, mean, low, high } = outside(current) ? current : (live.former() ?? current);
  const seen = { expected, live: { mean, low, high }, n };
  if (expected === null) return { ...seen, status: 'unknown' };
  if (outside({ n, mean, low, high })) return { ...seen, status: 'outside' };
  return { ...seen, status: n < LEAST ? 'too_few' : 'within' };
}
