/**
 * Vectors of columns × width numbers, row-major, one column of which are the outputs side by side;
 * `width` is a `laneWidth`. Four outputs go together, in registers.
 */

/** Overwrites `out` with the inner product of two vectors, by output. */
export function innerProducts(
  a: Float64Array,
  b: Float64Array,
  width: number,
  out: Float64Array,
): void {
  for (let lane = 0; lane < width; lane += 4) {
    let p = 0;
    let q = 0;
    let r = 0;
    let s = 0;
    for (let at = lane; at < a.length; at += width) {
      p += a[at]! * b[at]!;
      q += a[at + 1]! * b[at + 1]!;
      r += a[at + 2]! * b[at + 2]!;
      s += a[at + 3]! * b[at + 3]!;
    }
    out[lane] = p;
    out[lane + 1] = q;
    out[lane + 2] = r;
    out[lane + 3] = s;
  }
}

/** Adds to a vector another one times `by`, a number for each output. */
export function addTimes(
  sum: Float64Array,
  by: Float64Array,
  vector: Float64Array,
  width: number,
): void {
  for (let lane = 0; lane < width; lane += 4) {
    const p = by[lane]!;
    const q = by[lane + 1]!;
    const r = by[lane + 2]!;
    const s = by[lane + 3]!;
    for (let at = lane; at < sum.length; at += width) {
      sum[at]! += p * vector[at]!;
      sum[at + 1]! += q * vector[at + 1]!;
      sum[at + 2]! += r * vector[at + 2]!;
      sum[at + 3]! += s * vector[at + 3]!;
    }
  }
}

/** Multiplies a vector by `by`, a number for each output, and adds another one. */
export function timesPlus(
  vector: Float64Array,
  by: Float64Array,
  other: Float64Array,
  width: number,
): void {
  for (let lane = 0; lane < width; lane += 4) {
    const p = by[lane]!;
    const q = by[lane + 1]!;
    const r = by[lane + 2]!;
    const s = by[lane + 3]!;
    for (let at = lane; at < vector.length; at += width) {
      vector[at] = other[at]! + p * vector[at]!;
      vector[at + 1] = other[at + 1]! + q * vector[at + 1]!;
      vector[at + 2] = other[at + 2]! + r * vector[at + 2]!;
      vector[at + 3] = other[at + 3]! + s * vector[at + 3]!;
    }
  }
}
