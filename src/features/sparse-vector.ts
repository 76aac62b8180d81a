/** A sparse vector: `values[i]` stands at `indices[i]`, indices ascending and distinct. */
export interface SparseVector {
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Sum of products with a dense vector that is at least as long as the largest index. */
export function dot(vector: SparseVector, dense: Float64Array): number {
  const { indices, values } = vector;
  let sum = 0;
  for (let at = 0; at < indices.length; at++) sum += values[at]! * dense[indices[at]!]!;
  return sum;
}

/** All sparse vectors of a training set, one after another (compressed sparse rows). */
export interface SparseRows {
  readonly columns: number;
  /** Row `r` holds entries `starts[r]` up to `starts[r + 1]`. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Packs vectors into rows. */
export function toRows(vectors: readonly SparseVector[], columns: number): SparseRows {
  const starts = new Int32Array(vectors.length + 1);
  vectors.forEach((vector, row) => {
    starts[row + 1] = starts[row]! + vector.indices.length;
  });
  const indices = new Int32Array(starts[vectors.length]!);
  const values = new Float64Array(starts[vectors.length]!);
  vectors.forEach((vector, row) => {
    indices.set(vector.indices, starts[row]!);
    values.set(vector.values, starts[row]!);
  });
  return { columns, starts, indices, values };
}
