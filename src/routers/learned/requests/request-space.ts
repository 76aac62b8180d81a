import { z } from 'zod';
import type { Features, SparseVector } from '../../../features/index.js';
import { UserError } from '../../../user-error.js';
import { packedFloats, packFloats, unpackFloats } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { embeddingOf, type RequestView } from './request-view.js';
import { TEXT_BUCKETS, TextSpace, textKey, textSpaceOf } from './text-space.js';

/** Columns of a request's vector: those of its text, then those of its embedding. */
export const REQUEST_COLUMNS = 2 * TEXT_BUCKETS;

export const requestSpaceSchema = z.strictObject({
  /** Empty where the text is not looked at. */
  idf: packedFloats,
  /** Absent where no embedding is looked at. */
  embedding: z.strictObject({ signal: z.string().min(1).max(500), mean: packedFloats }).optional(),
});
export type RequestSpaceDocument = z.output<typeof requestSpaceSchema>;

/** The space that a view of a part's requests spans. */
export function requestSpaceOf(data: RouterData, view: RequestView): RequestSpaceDocument {
  const idf = view.text ? textSpaceOf(data).toDocument() : '';
  const { embedding: signal } = view;
  if (signal === null) return { idf };
  const mean = new Float64Array(embeddingOf(data.features[0]!, signal).length);
  for (const features of data.features) {
    const values = embeddingOf(features, signal, mean.length);
    for (let at = 0; at < mean.length; at++) mean[at]! += values[at]! / data.features.length;
  }
  return { idf, embedding: { signal, mean: packFloats(mean) } };
}

/**
 * A request as one direction: the tf-idf of its text, what its embedding has beyond the mean one, or
 * both in equal parts.
 */
export class RequestSpace {
  /** Id of the embedding that is looked at; null for none. */
  readonly embedding: string | null;
  /** Columns that every vector fills. */
  readonly dense: number;
  readonly #text: TextSpace | null;
  readonly #mean: Float32Array;
  readonly #vectors = new WeakMap<object, SparseVector>();

  /** @throws UserError where an embedding has more dimensions than fit */
  constructor({ idf, embedding }: RequestSpaceDocument) {
    this.#text = idf === '' ? null : TextSpace.fromDocument(idf);
    this.#mean = unpackFloats(embedding?.mean ?? '');
    this.embedding = embedding?.signal ?? null;
    this.dense = this.#mean.length;
    if (this.dense > REQUEST_COLUMNS - TEXT_BUCKETS) {
      throw new UserError(
        `Policy: \`embedding.mean\`: expected at most ${REQUEST_COLUMNS - TEXT_BUCKETS} numbers, got ${this.dense}: export the policy again`,
      );
    }
  }

  /** Length 1, or no entries where nothing in the request is known. */
  vectorOf(features: Features): SparseVector {
    const text = this.#text?.vectorOf(features);
    if (this.embedding === null && text !== undefined) return text;
    const known = this.#vectors.get(textKey(features));
    if (known !== undefined) return known;
    const vector = this.#join(text, this.#deviation(features));
    this.#vectors.set(textKey(features), vector);
    return vector;
  }

  /** Of length 1, from the mean embedding. */
  #deviation(features: Features): Float64Array {
    const { embedding, dense } = this;
    if (embedding === null) return new Float64Array(0);
    const values = embeddingOf(features, embedding, dense);
    const deviation = Float64Array.from(values, (value, at) => value - this.#mean[at]!);
    const length = Math.sqrt(deviation.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? new Float64Array(0) : deviation.map((value) => value / length);
  }

  #join(text: SparseVector | undefined, deviation: Float64Array): SparseVector {
    const words = text?.indices.length ?? 0;
    const share = words > 0 && deviation.length > 0 ? Math.SQRT1_2 : 1;
    const indices = new Int32Array(words + deviation.length);
    const values = new Float64Array(indices.length);
    for (let at = 0; at < words; at++) {
      indices[at] = text!.indices[at]!;
      values[at] = share * text!.values[at]!;
    }
    for (let at = 0; at < deviation.length; at++) {
      indices[words + at] = TEXT_BUCKETS + at;
      values[words + at] = share * deviation[at]!;
    }
    return { indices, values };
  }
}
