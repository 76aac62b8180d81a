/**
 * Quantile by linear interpolation between order statistics (Hyndman and Fan's type 7).
 * @param sorted ascending, without NaN
 * @param probability in [0, 1]
 * @returns NaN for no values
 */
export function quantileSorted(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = Math.min(Math.max(probability, 0), 1) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low === high ? low : low + (high - low) * (position - below);
}

/** Quantile of values in any order; NaN values are left out. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileSorted(sortedNumbers(values), probability);
}

/** A sorted copy without the NaN values. */
export function sortedNumbers(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
}
