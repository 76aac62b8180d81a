import { quantileSorted, sortedNumbers } from './quantile.js';
import { createRng } from './random.js';

export interface BootstrapInput {
  /** One array of values by row for each series; all of one length. */
  readonly series: readonly ArrayLike<number>[];
  /** Group index of each row, from 0. Rows of a group are drawn together. */
  readonly groups: ArrayLike<number>;
  /** Part of each row, from 0, for statistics that are put together from parts; a group may reach into several and is drawn whole all the same. Absent: one part. */
  readonly parts?: ArrayLike<number>;
  readonly resamples: number;
  readonly seed: number;
}

/** Sums over resampled groups: of every series, in every part, in every resample. */
export interface BootstrapSums {
  readonly resamples: number;
  readonly series: number;
  readonly parts: number;
  /** Resample b, part p, series s at `(b * parts + p) * series + s`. */
  readonly sums: Float64Array;
  /** Rows drawn: resample b, part p at `b * parts + p`. */
  readonly rows: Float64Array;
}

/**
 * Bootstrap over groups (Efron 1979; whole groups drawn with replacement), one resample shared by
 * all series so that their differences stay paired. Each resample has a stream of its own, so
 * resample b is the same whatever else is computed.
 */
export function bootstrapSums(input: BootstrapInput): BootstrapSums {
  const { resamples, seed } = input;
  const width = input.series.length;
  const { totals, sizes, groupOf, partOf, groups: count, parts } = sumByCell(input);
  const sums = new Float64Array(resamples * parts * width);
  const rows = new Float64Array(resamples * parts);
  const drawn = new Uint32Array(count);
  for (let b = 0; b < resamples; b++) {
    const rng = createRng(seed, 'bootstrap', b);
    drawn.fill(0);
    for (let i = 0; i < count; i++) {
      const group = rng.below(count);
      drawn[group] = drawn[group]! + 1;
    }
    for (let cell = 0; cell < sizes.length; cell++) {
      const times = drawn[groupOf[cell]!]!;
      if (times === 0) continue;
      const part = b * parts + partOf[cell]!;
      rows[part] = rows[part]! + times * sizes[cell]!;
      const from = cell * width;
      const to = part * width;
      for (let s = 0; s < width; s++) sums[to + s] = sums[to + s]! + times * totals[from + s]!;
    }
  }
  return { resamples, series: width, parts, sums, rows };
}

/** Mean of one series in each resample, over all parts; NaN where no row was drawn. */
export function resampledMeans(of: BootstrapSums, series: number): Float64Array {
  return Float64Array.from({ length: of.resamples }, (_, b) => {
    let total = 0;
    let rows = 0;
    for (let p = 0; p < of.parts; p++) {
      total += of.sums[(b * of.parts + p) * of.series + series]!;
      rows += of.rows[b * of.parts + p]!;
    }
    return total / rows;
  });
}

/** Percentile interval of a resampled statistic, two-sided. Null where more than 5 % of it is undefined. */
export function percentileInterval(
  statistic: ArrayLike<number>,
  level = 0.95,
): { low: number; high: number } | null {
  const sorted = sortedNumbers(statistic);
  if (sorted.length === 0 || sorted.length < 0.95 * statistic.length) return null;
  return {
    low: quantileSorted(sorted, (1 - level) / 2),
    high: quantileSorted(sorted, (1 + level) / 2),
  };
}

/** Series summed within cells (what a group has in a part), as cells × series, so that a resample is one weighted sum of rows. */
function sumByCell({ series, groups, parts }: BootstrapInput): {
  totals: Float64Array;
  sizes: Float64Array;
  groupOf: Int32Array;
  partOf: Int32Array;
  groups: number;
  parts: number;
} {
  const rows = groups.length;
  const partCount = Array.from({ length: rows }, (_, row) => parts?.[row] ?? 0).reduce(
    (most, part) => Math.max(most, part + 1),
    1,
  );
  const dense = new Map<number, number>();
  const cells = new Map<number, number>();
  const groupOf: number[] = [];
  const partOf: number[] = [];
  const cellOf = Int32Array.from({ length: rows }, (_, row) => {
    const group = dense.get(groups[row]!) ?? dense.size;
    dense.set(groups[row]!, group);
    const part = parts?.[row] ?? 0;
    const known = cells.get(group * partCount + part);
    if (known !== undefined) return known;
    cells.set(group * partCount + part, groupOf.length);
    partOf.push(part);
    return groupOf.push(group) - 1;
  });
  const width = series.length;
  const totals = new Float64Array(groupOf.length * width);
  const sizes = new Float64Array(groupOf.length);
  for (const cell of cellOf) sizes[cell]!++;
  series.forEach((values, s) => {
    for (let row = 0; row < rows; row++) {
      const at = cellOf[row]! * width + s;
      totals[at] = totals[at]! + values[row]!;
    }
  });
  return {
    totals,
    sizes,
    groupOf: Int32Array.from(groupOf),
    partOf: Int32Array.from(partOf),
    groups: dense.size,
    parts: partCount,
  };
}
