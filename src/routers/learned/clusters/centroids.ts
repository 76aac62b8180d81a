import { z } from 'zod';
import type { SparseVector } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import {
  packedFloats,
  packedIndices,
  packFloats,
  packIndices,
  unpackFloats,
  unpackIndices,
} from '../../packed-numbers.js';
import { heaviest } from '../requests/heaviest-entries.js';
import { REQUEST_COLUMNS } from '../requests/request-space.js';

/** How many entries each centroid has, then the buckets and weights of one after another. */
export const centroidsSchema = z.strictObject({
  sizes: packedIndices,
  buckets: packedIndices,
  weights: packedFloats,
});
export type CentroidsDocument = z.output<typeof centroidsSchema>;

/**
 * Directions that requests are held against: sums of their vectors, cut to their largest entries (most
 * n-grams of a centroid are those of one text) and scaled to length 1. They are kept by bucket, so
 * that holding a request against all of them costs what it shares with them.
 */
export class Centroids {
  readonly count: number;
  /** Entries of bucket `b` stand from `#starts[b]` up to `#starts[b + 1]`. */
  readonly #starts: Int32Array;
  readonly #owners: Uint16Array;
  readonly #weights: Float32Array;
  readonly #document: CentroidsDocument;

  /** @throws UserError where the parts of the document do not fit together */
  constructor(document: CentroidsDocument) {
    const sizes = unpackIndices(document.sizes);
    const buckets = unpackIndices(document.buckets);
    const weights = unpackFloats(document.weights);
    checkEntries(sizes, buckets, weights);
    this.count = sizes.length;
    this.#document = document;
    this.#starts = new Int32Array(REQUEST_COLUMNS + 1);
    for (const bucket of buckets) this.#starts[bucket + 1]!++;
    for (let bucket = 0; bucket < REQUEST_COLUMNS; bucket++) {
      this.#starts[bucket + 1]! += this.#starts[bucket]!;
    }
    this.#owners = new Uint16Array(buckets.length);
    this.#weights = new Float32Array(buckets.length);
    const next = this.#starts.slice(0, REQUEST_COLUMNS);
    let entry = 0;
    for (let owner = 0; owner < sizes.length; owner++) {
      for (let left = sizes[owner]!; left > 0; left--) {
        const to = next[buckets[entry]!]!++;
        this.#owners[to] = owner;
        this.#weights[to] = weights[entry++]!;
      }
    }
  }

  /**
   * One centroid a label, of the vectors that carry it.
   * @param labels by vector, from 0 up to `count`; negative: of none
   * @param keep how many entries a centroid has at most
   */
  static of(
    vectors: readonly SparseVector[],
    labels: ArrayLike<number>,
    count: number,
    keep: number,
  ): Centroids {
    const sums = new Float64Array(count * REQUEST_COLUMNS);
    for (let row = 0; row < vectors.length; row++) {
      const label = labels[row]!;
      if (label < 0) continue;
      const from = label * REQUEST_COLUMNS;
      const { indices, values } = vectors[row]!;
      for (let at = 0; at < indices.length; at++) sums[from + indices[at]!]! += values[at]!;
    }
    const sizes: number[] = [];
    const buckets: number[] = [];
    const weights: number[] = [];
    for (let label = 0; label < count; label++) {
      const sum = sums.subarray(label * REQUEST_COLUMNS, (label + 1) * REQUEST_COLUMNS);
      const { indices, values } = heaviest(filled(sum), keep);
      sizes.push(indices.length);
      for (let at = 0; at < indices.length; at++) {
        buckets.push(indices[at]!);
        weights.push(values[at]!);
      }
    }
    return new Centroids({
      sizes: packIndices(sizes),
      buckets: packIndices(buckets),
      weights: packFloats(weights),
    });
  }

  /** Overwrites `out`, one entry a centroid, with cosines; 0 throughout for a text of nothing known. */
  similarities({ indices, values }: SparseVector, out: Float64Array): void {
    const starts = this.#starts;
    const owners = this.#owners;
    const weights = this.#weights;
    out.fill(0);
    for (let at = 0; at < indices.length; at++) {
      const bucket = indices[at]!;
      const value = values[at]!;
      const end = starts[bucket + 1]!;
      for (let entry = starts[bucket]!; entry < end; entry++) {
        out[owners[entry]!]! += value * weights[entry]!;
      }
    }
  }

  /** The most similar centroid, of equals the first; −1 where none is similar at all. */
  nearest(vector: SparseVector, scratch: Float64Array): number {
    this.similarities(vector, scratch);
    let best = -1;
    let most = 0;
    for (let label = 0; label < this.count; label++) {
      if (scratch[label]! <= most) continue;
      most = scratch[label]!;
      best = label;
    }
    return best;
  }

  toDocument(): CentroidsDocument {
    return this.#document;
  }
}

function checkEntries(sizes: Uint16Array, buckets: Uint16Array, weights: Float32Array): void {
  const entries = sizes.reduce((sum, size) => sum + size, 0);
  const known =
    buckets.every((bucket) => bucket < REQUEST_COLUMNS) && weights.every(Number.isFinite);
  if (entries === buckets.length && entries === weights.length && known) return;
  throw new UserError(
    `Policy: \`centroids\`: expected ${entries} buckets below ${REQUEST_COLUMNS} and as many finite weights for ${sizes.length} centroids, got ${buckets.length} and ${weights.length}: export the policy again`,
  );
}

function filled(dense: Float64Array): SparseVector {
  const indices = new Int32Array(dense.length);
  const values = new Float64Array(dense.length);
  let count = 0;
  for (let at = 0; at < dense.length; at++) {
    if (dense[at] === 0) continue;
    indices[count] = at;
    values[count++] = dense[at]!;
  }
  return { indices: indices.subarray(0, count), values: values.subarray(0, count) };
}
