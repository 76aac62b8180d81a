import { quantileSorted, sortedNumbers } from '../statistics/index.js';
import { written } from './policy-document.js';

/** Above any score in [0, 1]: nothing reaches it. */
export const UNREACHABLE = 2;

/** `count` settings evenly from 0 to 1, at least both ends. */
export function dialSettings(count: number): number[] {
  const settings = Math.max(2, Math.floor(count));
  return Array.from({ length: settings }, (_, at) => at / (settings - 1));
}

/**
 * Thresholds by quantiles: which score a given share of the values reaches or exceeds.
 * @param values in [0, 1]; NaN is left out
 * @returns a function from a share in [0, 1] to its threshold: `UNREACHABLE` for 0, 0 for 1
 */
export function thresholdsOf(values: ArrayLike<number>): (share: number) => number {
  const sorted = sortedNumbers(values);
  return (share) => {
    if (share <= 0) return UNREACHABLE;
    if (share >= 1 || sorted.length === 0) return 0;
    return written(quantileSorted(sorted, 1 - share));
  };
}
