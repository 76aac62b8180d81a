import { quantileSorted, sortedNumbers } from './quantile.js';
import { createRng } from './random.js';
import { type SeriesChanges, seriesChanges } from './series-changes.js';

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
  /** Series s, part p, resample b at `(s * parts + p) * resamples + b`. */
  readonly sums: Float64Array;
  /** Rows drawn: part p, resample b at `p * resamples + b`. */
  readonly rows: Float64Array;
}

/** Resamples that are summed at a time: so many sums stay in registers. */
const BLOCK = 8;

/**
 * Bootstrap over groups (Efron 1979; whole groups drawn with replacement), one resample shared by
 * all series so that their differences stay paired. Each resample has a stream of its own, so
 * resample b is the same whatever else is computed. A series with a NaN in it is NaN in every resample.
 */
export function bootstrapSums(input: BootstrapInput): BootstrapSums {
  const { resamples, seed, series } = input;
  const cells = gatherCells(input);
  const { partStarts, groupOf, sizes, groups } = cells;
  const parts = partStarts.length - 1;
  const changes = seriesChanges(series.length, (s) => cells.totals(series[s]!), partStarts);
  const sums = new Float64Array(series.length * parts * resamples);
  const rows = new Float64Array(parts * resamples);
  const drawn = new Float64Array(groups * BLOCK);
  const weights = new Float64Array(groupOf.length * BLOCK);
  for (let from = 0; from < resamples; from += BLOCK) {
    const count = Math.min(BLOCK, resamples - from);
    drawn.fill(0);
    for (let j = 0; j < count; j++) {
      const rng = createRng(seed, 'bootstrap', from + j);
      for (let i = 0; i < groups; i++) {
        const at = rng.below(groups) * BLOCK + j;
        drawn[at] = drawn[at]! + 1;
      }
    }
    for (let cell = 0; cell < groupOf.length; cell++) {
      const group = groupOf[cell]! * BLOCK;
      for (let j = 0; j < BLOCK; j++) weights[cell * BLOCK + j] = drawn[group + j]!;
    }
    for (let part = 0; part < parts; part++) {
      for (let cell = partStarts[part]!; cell < partStarts[part + 1]!; cell++) {
        for (let j = 0; j < count; j++) {
          rows[part * resamples + from + j]! += weights[cell * BLOCK + j]! * sizes[cell]!;
        }
      }
    }
    addChanges(changes, weights, { sums, parts, resamples, from, count });
  }
  return { resamples, series: series.length, parts, sums, rows };
}

/** The weighted sums of every series and part in one block of resamples. */
function addChanges(
  { base, starts, cells, changes }: SeriesChanges,
  weights: Float64Array,
  to: {
    readonly sums: Float64Array;
    readonly parts: number;
    readonly resamples: number;
    readonly from: number;
    readonly count: number;
  },
): void {
  const { sums, parts, resamples, from, count } = to;
  const block = new Float64Array(BLOCK);
  for (let s = 0; s < base.length; s++) {
    for (let part = 0; part < parts; part++) {
      const at = s * parts + part;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      let g = 0;
      let h = 0;
      const end = starts[at + 1]!;
      for (let i = starts[at]!; i < end; i++) {
        const cell = cells[i]! * BLOCK;
        const change = changes[i]!;
        a += change * weights[cell]!;
        b += change * weights[cell + 1]!;
        c += change * weights[cell + 2]!;
        d += change * weights[cell + 3]!;
        e += change * weights[cell + 4]!;
        f += change * weights[cell + 5]!;
        g += change * weights[cell + 6]!;
        h += change * weights[cell + 7]!;
      }
      block[0] = a;
      block[1] = b;
      block[2] = c;
      block[3] = d;
      block[4] = e;
      block[5] = f;
      block[6] = g;
      block[7] = h;
      const own = at * resamples + from;
      const other = (base[s]! * parts + part) * resamples + from;
      for (let j = 0; j < count; j++) {
        sums[own + j] = base[s]! < 0 ? block[j]! : sums[other + j]! + block[j]!;
      }
    }
  }
}

/** Mean of one series in each resample, over all parts; NaN where no row was drawn. */
export function resampledMeans(of: BootstrapSums, series: number): Float64Array {
  return Float64Array.from({ length: of.resamples }, (_, b) => {
    let total = 0;
    let rows = 0;
    for (let p = 0; p < of.parts; p++) {
      total += of.sums[(series * of.parts + p) * of.resamples + b]!;
      rows += of.rows[p * of.resamples + b]!;
    }
    return total / rows;
  });
}

/**
 * Percentile interval of a resampled statistic, two-sided: the values at ranks p · (B + 1), so that
 * as many would lie beyond as are meant to (Davison and Hinkley 1997, section 5.3.1).
 * Null where more than 5 % of it is undefined.
 */
export function percentileInterval(
  statistic: ArrayLike<number>,
  level = 0.95,
): { low: number; high: number } | null {
  const sorted = sortedNumbers(statistic);
  if (sorted.length === 0 || sorted.length < 0.95 * statistic.length) return null;
  const at = (probability: number): number =>
    quantileSorted(sorted, (probability * (sorted.length + 1) - 1) / (sorted.length - 1));
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/** What each group has in each part, part by part, so that a resample is one weighted sum of cells. */
interface Cells {
  /** Cells of part p are from `partStarts[p]` up to the next start. */
  readonly partStarts: Int32Array;
  /** Of each cell: its group, numbered in order of first appearance, and its rows. */
  readonly groupOf: Int32Array;
  readonly sizes: Float64Array;
  readonly groups: number;
  /** A series summed within cells. */
  totals(values: ArrayLike<number>): Float64Array;
}

function gatherCells({ groups, parts }: BootstrapInput): Cells {
  const rows = groups.length;
  let partCount = 1;
  for (let row = 0; row < rows; row++) partCount = Math.max(partCount, (parts?.[row] ?? 0) + 1);
  const dense = new Map<number, number>();
  const cells = new Map<number, number>();
  const met: { group: number; part: number }[] = [];
  const metBy = Int32Array.from({ length: rows }, (_, row) => {
    const group = dense.get(groups[row]!) ?? dense.size;
    dense.set(groups[row]!, group);
    const part = parts?.[row] ?? 0;
    const known = cells.get(group * partCount + part);
    if (known !== undefined) return known;
    cells.set(group * partCount + part, met.length);
    return met.push({ group, part }) - 1;
  });
  const order = Int32Array.from(met, (_, cell) => cell).sort(
    (a, b) => met[a]!.part - met[b]!.part || a - b,
  );
  const place = new Int32Array(met.length);
  order.forEach((cell, at) => {
    place[cell] = at;
  });
  const cellOf = metBy.map((cell) => place[cell]!);
  const partStarts = new Int32Array(partCount + 1);
  for (const { part } of met) partStarts[part + 1]!++;
  for (let part = 0; part < partCount; part++) partStarts[part + 1]! += partStarts[part]!;
  const sizes = new Float64Array(met.length);
  for (const cell of cellOf) sizes[cell]!++;
  return {
    partStarts,
    groupOf: Int32Array.from(order, (cell) => met[cell]!.group),
    sizes,
    groups: dense.size,
    totals(values) {
      const totals = new Float64Array(met.length);
      for (let row = 0; row < rows; row++) totals[cellOf[row]!]! += values[row]!;
      return totals;
    },
  };
}
