import { createRng, normalQuantile } from '../../statistics/index.js';

/** Points of the quasi-random sequence; each counts with its mirror image, so that means are exact. */
const POINTS = 64;
/** Most variables whose maximum is asked for. */
export const MOST_VARIABLES = 8;

/** The one root above 1 of x^(d + 1) = x + 1: the golden ratio of d dimensions. */
function goldenRatio(dimensions: number): number {
  let ratio = 2;
  for (let step = 0; step < 60; step++) ratio = (1 + ratio) ** (1 / (dimensions + 1));
  return ratio;
}

const tables = new Map<number, Float64Array>();

/**
 * Standard normals, points × dimensions: an additive recurrence (Roberts, "The Unreasonable
 * Effectiveness of Quasirandom Sequences", 2018), shifted once by a seeded draw, through the normal
 * quantile. Always the same.
 */
function normals(dimensions: number): Float64Array {
  const known = tables.get(dimensions);
  if (known !== undefined) return known;
  const ratio = goldenRatio(dimensions);
  const rng = createRng('expected-maximum', dimensions);
  const shift = Array.from({ length: dimensions }, () => rng.next());
  const table = Float64Array.from({ length: POINTS * dimensions }, (_, at) => {
    const dimension = at % dimensions;
    const point = Math.floor(at / dimensions) + 1;
    const position = shift[dimension]! + point * ratio ** -(dimension + 1);
    return normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, position % 1)));
  });
  whiten(table, dimensions);
  tables.set(dimensions, table);
  return table;
}

/** Gives columns unit variance around 0 and no correlation (Gram-Schmidt), as few points have not by themselves. */
function whiten(table: Float64Array, columns: number): void {
  const inner = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < POINTS; row++)
      sum += table[row * columns + a]! * table[row * columns + b]!;
    return sum / POINTS;
  };
  for (let column = 0; column < columns; column++) {
    for (let before = 0; before < column; before++) {
      const share = inner(column, before);
      for (let row = 0; row < POINTS; row++) {
        table[row * columns + column]! -= share * table[row * columns + before]!;
      }
    }
    const scale = 1 / Math.sqrt(inner(column, column));
    for (let row = 0; row < POINTS; row++) table[row * columns + column]! *= scale;
  }
}

/** Lower triangle, row-major in full; a variable that others determine, or that is fixed, adds nothing. */
function cholesky(covariance: ArrayLike<number>, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = covariance[row * size + column]!;
      for (let k = 0; k < column; k++) rest -= lower[row * size + k]! * lower[column * size + k]!;
      const pivot = lower[column * size + column]!;
      if (row === column) lower[row * size + row] = rest > 1e-12 ? Math.sqrt(rest) : 0;
      else lower[row * size + column] = pivot === 0 ? 0 : rest / pivot;
    }
  }
  return lower;
}

/**
 * Draws of jointly normal errors around 0, points × variables.
 * @param covariance size × size, row-major
 */
export function errorDraws(covariance: ArrayLike<number>, size: number): Float64Array {
  const lower = cholesky(covariance, size);
  const standard = normals(size);
  const draws = new Float64Array(POINTS * size);
  for (let point = 0; point < POINTS; point++) {
    for (let row = 0; row < size; row++) {
      let value = 0;
      for (let k = 0; k <= row; k++) value += lower[row * size + k]! * standard[point * size + k]!;
      draws[point * size + row] = value;
    }
  }
  return draws;
}

/**
 * E[max] of normal variables, by quasi-Monte Carlo.
 * @param means of the variables, in the order of the draws
 * @param draws see `errorDraws`
 */
export function expectedMaximum(means: ArrayLike<number>, draws: Float64Array): number {
  const size = means.length;
  if (size === 1) return means[0]!;
  let total = 0;
  for (let from = 0; from < draws.length; from += size) {
    let high = means[0]! + draws[from]!;
    let mirrored = means[0]! - draws[from]!;
    for (let at = 1; at < size; at++) {
      const mean = means[at]!;
      const error = draws[from + at]!;
      if (mean + error > high) high = mean + error;
      if (mean - error > mirrored) mirrored = mean - error;
    }
    total += high + mirrored;
  }
  return total / (2 * POINTS);
}
