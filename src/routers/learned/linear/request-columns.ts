import { z } from 'zod';
import {
  type Features,
  NgramHasher,
  REQUEST_STATISTICS,
  requestVector,
} from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import {
  packedFloats,
  packedIndices,
  packFloats,
  packIndices,
  unpackFloats,
  unpackIndices,
} from '../../packed-numbers.js';
import { indexIn, type PackedVector, packVector, placeIn } from '../requests/packed-vector.js';
import { embeddingOf, type RequestView, TEXT_VIEW } from '../requests/request-view.js';
import { textKey } from '../requests/text-space.js';

const BUCKETS = 2 ** 16;
/** Words and pairs of fewer prompts than this say nothing of new ones. */
const LEAST_PROMPTS = 3;
/** Standard deviations beyond which an unusual statistic counts no further. */
const STATISTIC_LIMIT = 4;
/** Of a standard deviation, beside text of length 1: enough to be learned early, too little to drown words. */
const STATISTIC_WEIGHT = 0.05;

const statistic = z.number().min(-1e12).max(1e12);

/** What the columns of a linear model mean, as data. */
export const columnsDocumentSchema = z.strictObject({
  /** Bucket of each column of words and pairs, and its inverse document frequency. */
  buckets: packedIndices,
  idf: packedFloats,
  /** In the order of `requestVector`; a scale of 0 takes a statistic out. */
  statistics: z
    .array(z.strictObject({ mean: statistic, scale: z.number().min(0).max(1e12) }))
    .length(REQUEST_STATISTICS),
  /** Absent where no embedding is looked at. */
  embedding: z
    .strictObject({
      signal: z.string().min(1).max(500),
      mean: packedFloats,
      /** By dimension; 0 takes one out. */
      scale: packedFloats,
    })
    .optional(),
});
export type ColumnsDocument = z.output<typeof columnsDocumentSchema>;

const hasher = new NgramHasher(BUCKETS, { characters: false });
const hashed = new WeakMap<object, PackedVector>();

/** Hashed words and pairs of words of a request; computed once a text. */
function wordsAndPairs(features: Features): PackedVector {
  const known = hashed.get(textKey(features));
  if (known !== undefined) return known;
  const vector = packVector(hasher.hash(features.text, 'prompt'));
  hashed.set(textKey(features), vector);
  return vector;
}

interface EmbeddingScaling {
  readonly signal: string;
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * A request as the numbers that linear models weigh: words and pairs of words by tf-idf, scaled to
 * length 1, then a dense block of standardised statistics and, where it is looked at, the embedding,
 * standardised to a length of about 1.
 */
export class RequestColumns {
  /** Columns of words and pairs. */
  readonly words: number;
  readonly dense: number;
  readonly document: ColumnsDocument;
  readonly #columnOf = new Int32Array(BUCKETS).fill(-1);
  readonly #idf: Float32Array;
  readonly #embedding: EmbeddingScaling | null;

  /** @throws UserError where the document does not fit together */
  constructor(document: ColumnsDocument) {
    this.document = document;
    const buckets = unpackIndices(document.buckets);
    this.#idf = unpackFloats(document.idf);
    this.words = buckets.length;
    if (this.#idf.length !== buckets.length) {
      throw new UserError(
        `Linear predictor: \`idf\`: expected ${buckets.length} numbers, one a bucket, got ${this.#idf.length}`,
      );
    }
    buckets.forEach((bucket, column) => {
      this.#columnOf[bucket] = column;
    });
    this.#embedding = embeddingScaling(document.embedding);
    this.dense = REQUEST_STATISTICS + (this.#embedding?.mean.length ?? 0);
  }

  /** Id of the embedding that is looked at; null for none. */
  get embedding(): string | null {
    return this.#embedding?.signal ?? null;
  }

  /** Vocabulary, frequencies and scaling of these prompts. */
  static learn(prompts: readonly Features[], view: RequestView = TEXT_VIEW): RequestColumns {
    const counts = new Int32Array(BUCKETS);
    for (const features of view.text ? prompts : []) {
      for (const entry of wordsAndPairs(features).entries) counts[indexIn(entry)]!++;
    }
    // What every prompt shares (a preamble) weighs nothing and needs no column.
    const kept = [...counts.keys()].filter(
      (bucket) => counts[bucket]! >= LEAST_PROMPTS && counts[bucket]! < prompts.length,
    );
    // Frequent ones side by side: most of what a pass over the prompts touches fits a cache.
    kept.sort((a, b) => counts[b]! - counts[a]!);
    const idf = kept.map((bucket) => Math.log((1 + prompts.length) / (1 + counts[bucket]!)));
    return new RequestColumns({
      buckets: packIndices(kept),
      idf: packFloats(idf),
      statistics: standardised(prompts.map(requestVector)),
      ...(view.embedding === null ? {} : { embedding: scaledEmbedding(prompts, view.embedding) }),
    });
  }

  /**
   * Writes a request's columns of words and their values, and its dense block.
   * @param indices at least as long as the request has words and pairs; so is `values`
   * @param dense as long as the dense block
   * @returns how many columns were written
   */
  read(features: Features, indices: Int32Array, values: Float32Array, dense: Float32Array): number {
    const { entries, values: different } = wordsAndPairs(features);
    let count = 0;
    let squares = 0;
    for (let at = 0; at < entries.length; at++) {
      const column = this.#columnOf[indexIn(entries[at]!)]!;
      if (column < 0) continue;
      const value = different[placeIn(entries[at]!)]! * this.#idf[column]!;
      if (value === 0) continue;
      squares += value * value;
      indices[count] = column;
      values[count++] = value;
    }
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let at = 0; at < count; at++) values[at]! *= scale;
    const raw = requestVector(features);
    const { statistics } = this.document;
    for (let at = 0; at < REQUEST_STATISTICS; at++) {
      const { mean, scale: precision } = statistics[at]!;
      const deviation = (raw[at]! - mean) * precision;
      dense[at] =
        STATISTIC_WEIGHT * Math.min(STATISTIC_LIMIT, Math.max(-STATISTIC_LIMIT, deviation));
    }
    this.#readEmbedding(features, dense);
    return count;
  }

  #readEmbedding(features: Features, dense: Float32Array): void {
    if (this.#embedding === null) return;
    const { signal, mean, scale } = this.#embedding;
    const values = embeddingOf(features, signal, mean.length);
    for (let at = 0; at < mean.length; at++) {
      dense[REQUEST_STATISTICS + at] = (values[at]! - mean[at]!) * scale[at]!;
    }
  }

  /** Words and pairs of a request before those without a column are left out. */
  static wordsIn(features: Features): number {
    return wordsAndPairs(features).entries.length;
  }
}

function standardised(vectors: readonly Float64Array[]): ColumnsDocument['statistics'] {
  return Array.from({ length: REQUEST_STATISTICS }, (_, at) => {
    let total = 0;
    for (const vector of vectors) total += vector[at]!;
    const mean = vectors.length === 0 ? 0 : total / vectors.length;
    let squares = 0;
    for (const vector of vectors) squares += (vector[at]! - mean) ** 2;
    const deviation = vectors.length === 0 ? 0 : Math.sqrt(squares / vectors.length);
    return { mean, scale: deviation > 1e-9 ? 1 / deviation : 0 };
  });
}

function scaledEmbedding(
  prompts: readonly Features[],
  signal: string,
): NonNullable<ColumnsDocument['embedding']> {
  const dimensions = prompts.length === 0 ? 0 : embeddingOf(prompts[0]!, signal).length;
  const mean = new Float64Array(dimensions);
  const squares = new Float64Array(dimensions);
  for (const features of prompts) {
    const values = embeddingOf(features, signal, dimensions);
    for (let at = 0; at < dimensions; at++) mean[at]! += values[at]! / prompts.length;
  }
  for (const features of prompts) {
    const values = embeddingOf(features, signal, dimensions);
    for (let at = 0; at < dimensions; at++) squares[at]! += (values[at]! - mean[at]!) ** 2;
  }
  const scale = squares.map((sum) => {
    const deviation = Math.sqrt(sum / prompts.length);
    return deviation > 1e-9 ? 1 / (deviation * Math.sqrt(dimensions)) : 0;
  });
  return { signal, mean: packFloats(mean), scale: packFloats(scale) };
}

/** @throws UserError where mean and scale are not of one length */
function embeddingScaling(document: ColumnsDocument['embedding']): EmbeddingScaling | null {
  if (document === undefined) return null;
  const mean = unpackFloats(document.mean);
  const scale = unpackFloats(document.scale);
  if (mean.length !== scale.length) {
    throw new UserError(
      `Linear predictor: \`embedding.scale\`: expected ${mean.length} numbers, one a dimension, got ${scale.length}`,
    );
  }
  return { signal: document.signal, mean, scale };
}
