import { type Features, NgramHasher, type SparseVector } from '../../../features/index.js';
import { packFloats, unpackFloats } from '../../packed-numbers.js';
import type { RouterData } from '../../router.js';
import { indexIn, type PackedVector, packVector, placeIn, unpackVector } from './packed-vector.js';

/** Buckets that n-grams are hashed into. */
export const TEXT_BUCKETS = 2 ** 14;
/** N-grams of fewer prompts than this say nothing of new ones. */
const LEAST_PROMPTS = 2;

const hasher = new NgramHasher(TEXT_BUCKETS);
const hashed = new WeakMap<object, PackedVector>();

/** What is known of a request's text is kept by this: copies with another domain share it. */
export const textKey = (features: Features): object => features.lexical;

/** Hashed once a text, and kept in little room: every part of a comparison reads all of its texts. */
function packedNgrams(features: Features): PackedVector {
  const known = hashed.get(textKey(features));
  if (known !== undefined) return known;
  const vector = packVector(hasher.hash(features.text, 'prompt'));
  hashed.set(textKey(features), vector);
  return vector;
}

/** Hashed n-grams of a request's text, damped and of length 1. */
export const ngramsOf = (features: Features): SparseVector => unpackVector(packedNgrams(features));

/** Spaces in use, by what they are written as: predictors of one part share its vectors. */
const spaces = new Map<string, WeakRef<TextSpace>>();

/**
 * Term weighting learned on one part: tf-idf over hashed n-grams, scaled to length 1. The inverse
 * document frequency is log((1 + n) / (1 + documents)), so that what every prompt shares (a
 * preamble) weighs nothing.
 */
export class TextSpace {
  readonly #idf: Float32Array;
  readonly #document: string;
  #last: object | null = null;
  #lastVector: SparseVector = { indices: new Int32Array(0), values: new Float64Array(0) };

  /** @param idf by bucket, in single precision */
  constructor(idf: Float32Array) {
    this.#idf = idf;
    this.#document = packFloats(idf);
    spaces.set(this.#document, new WeakRef(this));
  }

  /** Written as `packedFloats`; `new TextSpace(unpackFloats(…))` reads it back. */
  toDocument(): string {
    return this.#document;
  }

  static fromDocument(packed: string): TextSpace {
    return spaces.get(packed)?.deref() ?? new TextSpace(unpackFloats(packed));
  }

  /** Length 1, or no entries where nothing in the text is known. */
  vectorOf(features: Features): SparseVector {
    if (this.#last === textKey(features)) return this.#lastVector;
    this.#lastVector = this.#weigh(packedNgrams(features));
    this.#last = textKey(features);
    return this.#lastVector;
  }

  #weigh({ entries, values }: PackedVector): SparseVector {
    const idf = this.#idf;
    let squares = 0;
    let kept = 0;
    for (let at = 0; at < entries.length; at++) {
      const weight = idf[indexIn(entries[at]!)]!;
      if (weight === 0) continue;
      squares += (values[placeIn(entries[at]!)]! * weight) ** 2;
      kept++;
    }
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    const buckets = new Int32Array(kept);
    const weighed = new Float64Array(kept);
    let to = 0;
    for (let at = 0; at < entries.length; at++) {
      const bucket = indexIn(entries[at]!);
      const weight = idf[bucket]!;
      if (weight === 0) continue;
      buckets[to] = bucket;
      weighed[to++] = values[placeIn(entries[at]!)]! * weight * scale;
    }
    return { indices: buckets, values: weighed };
  }
}

const learned = new WeakMap<RouterData, TextSpace>();

/** The space of a part's prompts, learned once however many routers ask. */
export function textSpaceOf(data: RouterData): TextSpace {
  const known = learned.get(data);
  if (known !== undefined) return known;
  const documents = new Float64Array(TEXT_BUCKETS);
  for (const features of data.features) {
    for (const entry of packedNgrams(features).entries) documents[indexIn(entry)]!++;
  }
  const prompts = data.features.length;
  const idf = Float32Array.from(documents, (count) =>
    count < LEAST_PROMPTS ? 0 : Math.log((1 + prompts) / (1 + count)),
  );
  const space = new TextSpace(idf);
  learned.set(data, space);
  return space;
}
