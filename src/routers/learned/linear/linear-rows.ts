import type { LinearDesign } from './linear-design.js';

/** Outputs computed together, in registers. */
const LANE = 4;

/** Room for the outputs of a column: coefficients are laid out in whole lanes, the last padded with zeros. */
export const laneWidth = (outputs: number): number => Math.ceil(outputs / LANE) * LANE;

/**
 * Overwrites `out` with a row of the design times the coefficients.
 * @param coefficients columns × width, row-major: sparse, dense, the constant
 * @param width a `laneWidth`; `out` is as long
 */
export function multiplyRow(
  design: LinearDesign,
  row: number,
  coefficients: Float64Array,
  width: number,
  out: Float64Array,
): void {
  const { starts, indices, values, block, sparse, dense } = design;
  const start = starts[row]!;
  const end = starts[row + 1]!;
  const constant = (sparse + dense) * width;
  for (let lane = 0; lane < width; lane += LANE) {
    let a = coefficients[constant + lane]!;
    let b = coefficients[constant + lane + 1]!;
    let c = coefficients[constant + lane + 2]!;
    let d = coefficients[constant + lane + 3]!;
    for (let at = start; at < end; at++) {
      const value = values[at]!;
      const base = indices[at]! * width + lane;
      a += value * coefficients[base]!;
      b += value * coefficients[base + 1]!;
      c += value * coefficients[base + 2]!;
      d += value * coefficients[base + 3]!;
    }
    for (let column = 0, at = row * dense; column < dense; column++, at++) {
      const value = block[at]!;
      const base = (sparse + column) * width + lane;
      a += value * coefficients[base]!;
      b += value * coefficients[base + 1]!;
      c += value * coefficients[base + 2]!;
      d += value * coefficients[base + 3]!;
    }
    out[lane] = a;
    out[lane + 1] = b;
    out[lane + 2] = c;
    out[lane + 3] = d;
  }
}

/**
 * Adds a row of the design, times each of `by`, to `sum`.
 * @param width a `laneWidth`; `by` is as long
 * @param sum columns × width, row-major
 */
export function addRow(
  design: LinearDesign,
  row: number,
  by: Float64Array,
  width: number,
  sum: Float64Array,
): void {
  const { starts, indices, values, block, sparse, dense } = design;
  const start = starts[row]!;
  const end = starts[row + 1]!;
  const constant = (sparse + dense) * width;
  for (let lane = 0; lane < width; lane += LANE) {
    const a = by[lane]!;
    const b = by[lane + 1]!;
    const c = by[lane + 2]!;
    const d = by[lane + 3]!;
    for (let at = start; at < end; at++) {
      const value = values[at]!;
      const base = indices[at]! * width + lane;
      sum[base]! += value * a;
      sum[base + 1]! += value * b;
      sum[base + 2]! += value * c;
      sum[base + 3]! += value * d;
    }
    for (let column = 0, at = row * dense; column < dense; column++, at++) {
      const value = block[at]!;
      const base = (sparse + column) * width + lane;
      sum[base]! += value * a;
      sum[base + 1]! += value * b;
      sum[base + 2]! += value * c;
      sum[base + 3]! += value * d;
    }
    sum[constant + lane]! += a;
    sum[constant + lane + 1]! += b;
    sum[constant + lane + 2]! += c;
    sum[constant + lane + 3]! += d;
  }
}
