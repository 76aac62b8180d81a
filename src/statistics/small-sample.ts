import { normalCdf, normalQuantile } from './normal.js';
import { studentTCdf, studentTQuantile } from './student-t.js';

/**
 * How many groups of one size would say as much as these (Kish 1965; Carter, Schnepel and
 * Steigerwald 2017 for means of groups): few large ones among many small count for little more than
 * themselves. The number of groups where all are of one size; 0 for no rows.
 * @param groups group index of each row
 */
export function effectiveGroups(groups: ArrayLike<number>): number {
  const sizes = new Map<number, number>();
  for (let row = 0; row < groups.length; row++) {
    sizes.set(groups[row]!, (sizes.get(groups[row]!) ?? 0) + 1);
  }
  return effectiveNumber(sizes.values());
}

/** The same from the groups' sizes. */
export function effectiveNumber(sizes: Iterable<number>): number {
  let rows = 0;
  let squares = 0;
  for (const size of sizes) {
    rows += size;
    squares += size * size;
  }
  return rows === 0 ? 0 : (rows * rows) / squares;
}

/**
 * Percentile intervals are too narrow for few groups: resamples spread by √((G − 1) / G) too little,
 * and their tails are the normal's where Student's t would be due. The level to ask for instead, so
 * that the interval of a mean would be about that of t (Hesterberg 2015, "What Teachers Should Know
 * About the Bootstrap", the expanded percentile interval).
 * @param level two-sided, in (0, 1)
 * @param groups above 1; the effective number where sizes differ
 */
export function expandedLevel(level: number, groups: number): number {
  const reach = studentTQuantile((1 + level) / 2, groups - 1);
  return 1 - 2 * normalCdf(-Math.sqrt(groups / (groups - 1)) * reach);
}

/** The one-sided p-value that goes with it: what a share of resamples beyond a threshold amounts to. */
export function expandedTail(share: number, groups: number): number {
  if (Number.isNaN(share)) return Number.NaN;
  return studentTCdf(Math.sqrt((groups - 1) / groups) * normalQuantile(share), groups - 1);
}
