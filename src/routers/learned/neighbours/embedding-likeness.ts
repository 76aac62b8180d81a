import { z } from 'zod';
import type { Features } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import { packBytes, packedBytes, unpackBytes } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { embeddingOf } from '../requests/request-view.js';
import { MOST_ROWS } from './most-similar.js';
import { type Likeness, UNIT } from './neighbour-search.js';

export const embeddingRowsSchema = z.strictObject({
  signal: z.string().min(1).max(500),
  dimensions: z.int().min(1).max(16_384),
  /** Row after row: each embedding in 255 steps of its largest entry. */
  vectors: packedBytes,
});
export type EmbeddingRows = z.output<typeof embeddingRowsSchema>;

/** Whole numbers in proportion to an embedding, the largest of them 127. */
function stepsInto(values: Float32Array, out: Int8Array): void {
  let largest = 0;
  for (let at = 0; at < values.length; at++) largest = Math.max(largest, Math.abs(values[at]!));
  const scale = largest === 0 ? 0 : 127 / largest;
  for (let at = 0; at < values.length; at++) out[at] = Math.round(values[at]! * scale);
}

/** A part's embeddings as they are written down. */
export function embeddingRows(data: RouterData, signal: string): EmbeddingRows {
  const dimensions = embeddingOf(data.features[0]!, signal).length;
  const vectors = new Int8Array(data.features.length * dimensions);
  data.features.forEach((features, row) => {
    const steps = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    stepsInto(embeddingOf(features, signal, dimensions), steps);
  });
  return { signal, dimensions, vectors: packBytes(vectors) };
}

/** The cosine of embeddings, over all rows. Products are of whole numbers, so that no order matters. */
export class EmbeddingLikeness implements Likeness {
  readonly size: number;
  readonly #signal: string;
  readonly #dimensions: number;
  readonly #vectors: Int8Array;
  /** 1 over the length of each row; 0 for one of nothing. */
  readonly #scales: Float64Array;
  readonly #query: Int8Array;

  /** @throws UserError where the rows are not whole, or too many */
  constructor({ signal, dimensions, vectors }: EmbeddingRows) {
    this.#signal = signal;
    this.#dimensions = dimensions;
    this.#vectors = unpackBytes(vectors);
    this.size = this.#vectors.length / dimensions;
    if (!Number.isInteger(this.size) || this.size > MOST_ROWS) {
      throw new UserError(
        `Neighbour index: \`vectors\`: expected whole rows of ${dimensions} numbers, at most ${MOST_ROWS}, got ${this.#vectors.length} numbers: fit the router again`,
      );
    }
    this.#query = new Int8Array(dimensions);
    this.#scales = new Float64Array(this.size);
    for (let row = 0; row < this.size; row++) {
      this.#scales[row] = scaleOf(this.#vectors.subarray(row * dimensions, (row + 1) * dimensions));
    }
  }

  addProducts(features: Features, products: Int32Array): void {
    const query = this.#query;
    const vectors = this.#vectors;
    const scales = this.#scales;
    const dimensions = this.#dimensions;
    stepsInto(embeddingOf(features, this.#signal, dimensions), query);
    const unit = UNIT * UNIT * scaleOf(query);
    const whole = dimensions - (dimensions % 4);
    for (let row = 0, from = 0; row < scales.length; row++, from += dimensions) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let at = 0; at < whole; at += 4) {
        a += query[at]! * vectors[from + at]!;
        b += query[at + 1]! * vectors[from + at + 1]!;
        c += query[at + 2]! * vectors[from + at + 2]!;
        d += query[at + 3]! * vectors[from + at + 3]!;
      }
      for (let at = whole; at < dimensions; at++) a += query[at]! * vectors[from + at]!;
      products[row]! += Math.round((a + b + c + d) * scales[row]! * unit);
    }
  }
}

function scaleOf(steps: Int8Array): number {
  let squares = 0;
  for (let at = 0; at < steps.length; at++) squares += steps[at]! ** 2;
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}
