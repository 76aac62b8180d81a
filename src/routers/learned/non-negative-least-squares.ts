/** Sums that a least-squares fit of one target on `size` columns needs, gathered row by row. */
export class NormalEquations {
  readonly size: number;
  /** Row-major `size` × `size`. */
  readonly gram: Float64Array;
  readonly moments: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.gram = new Float64Array(size * size);
    this.moments = new Float64Array(size);
  }

  /** @param columns one value a column */
  add(columns: Float64Array, target: number): void {
    for (let a = 0; a < this.size; a++) {
      this.moments[a]! += columns[a]! * target;
      for (let b = 0; b < this.size; b++)
        this.gram[a * this.size + b]! += columns[a]! * columns[b]!;
    }
  }
}

const MOST_SWEEPS = 10_000;
const SETTLED = 1e-10;

/**
 * Weights ≥ 0 of least squared error, by coordinate descent (Franc, Hlaváč & Navara, "Sequential
 * Coordinate-Wise Algorithm for the Non-negative Least Squares Problem", 2005). A column of zeros
 * gets weight 0; equal columns share a weight in some way that predicts the same.
 */
export function nonNegativeLeastSquares({ size, gram, moments }: NormalEquations): Float64Array {
  const weights = new Float64Array(size);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    for (let a = 0; a < size; a++) {
      const own = gram[a * size + a]!;
      if (!(own > 0)) continue;
      let slope = moments[a]!;
      for (let b = 0; b < size; b++) slope -= gram[a * size + b]! * weights[b]!;
      const next = Math.max(0, weights[a]! + slope / own);
      moved = Math.max(moved, Math.abs(next - weights[a]!));
      weights[a] = next;
    }
    if (moved < SETTLED) break;
  }
  return weights;
}
