/** Rows like a request, the most similar first; of equally similar rows the earlier first. */
export interface Neighbours {
  readonly rows: Int32Array;
  /** Above 0. */
  readonly similarity: Float64Array;
}

/** Rows are told apart in the low digits of a sorting key. */
export const MOST_ROWS = 2 ** 21;
/** One row in so many is looked at to see what is worth putting in order. */
const STRIDE = 8;
const BINS = 2048;

const histogram = new Int32Array(BINS);
let keys = new Float64Array(0);

/**
 * The `limit` rows of largest value above 0. A sample foretells how large they are at least, and
 * what reaches that is put in order; where fewer than `limit` do, the mark is lowered. Exact, and
 * linear in the rows with no branch that is hard to foretell.
 * @param values by row, whole numbers below 2^30, at most `MOST_ROWS` of them
 * @param unit what a value of similarity 1 is
 */
export function mostSimilar(values: Int32Array, limit: number, unit: number): Neighbours {
  if (keys.length < values.length) keys = new Float64Array(values.length);
  let least = markOf(values, limit, unit);
  let count = collect(values, least);
  while (count < limit && least > 1) {
    least >>= 1;
    count = collect(values, least);
  }
  const sorted = keys.subarray(0, count).sort();
  const rows = new Int32Array(Math.min(limit, count));
  const similarity = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const key = sorted[count - 1 - at]!;
    const value = Math.ceil(key / MOST_ROWS);
    rows[at] = value * MOST_ROWS - key;
    similarity[at] = value / unit;
  }
  return { rows, similarity };
}

/** What somewhat more than `limit` rows should reach, at least 1. */
function markOf(values: Int32Array, limit: number, unit: number): number {
  const shift = Math.max(0, 32 - Math.clz32(unit) - Math.log2(BINS));
  histogram.fill(0);
  for (let row = 0; row < values.length; row += STRIDE) {
    histogram[Math.min(BINS - 1, Math.max(0, values[row]!) >> shift)]!++;
  }
  const enough = (1.25 * limit) / STRIDE;
  let bin = BINS - 1;
  let above = histogram[bin]!;
  while (above < enough && bin > 0) above += histogram[--bin]!;
  return Math.max(1, bin << shift);
}

/** Keys of the rows of at least this value, of which larger means more similar, then earlier. */
function collect(values: Int32Array, least: number): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (values[row]! >= least) keys[count++] = values[row]! * MOST_ROWS - row;
  }
  return count;
}
