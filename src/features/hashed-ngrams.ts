import { isWordCharacter } from './lexical.js';
import type { SparseVector } from './sparse-vector.js';

const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;
/** Character n-grams of these lengths, inside words. */
const NGRAM_LENGTHS = [3, 4] as const;
const WORD_MARK = 1;
const PAIR_MARK = 2;
const NGRAM_MARK = 3;

const mix = (hash: number, value: number): number => Math.imul(hash ^ value, FNV_PRIME);

/** Spreads the bits of an FNV hash, whose low bits alone are weak (MurmurHash3's finaliser). */
function finish(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

const seedOf = (name: string): number =>
  Array.from(name).reduce((hash, letter) => mix(hash, letter.codePointAt(0) ?? 0), FNV_OFFSET);

/**
 * Characters that are read as a word each where only words are counted, as their scripts put no
 * spaces between words: Thai to Khmer, kana, Chinese.
 */
const standsAlone = (code: number): boolean =>
  (code >= 0x0e00 && code <= 0x0eff) ||
  (code >= 0x1000 && code <= 0x109f) ||
  (code >= 0x1780 && code <= 0x17ff) ||
  (code >= 0x3040 && code <= 0x30ff) ||
  (code >= 0x3400 && code <= 0x9fff);

export interface NgramOptions {
  /** Count character n-grams too. @default true */
  readonly characters?: boolean;
}

/**
 * Turns texts into sparse vectors of hashed n-grams: words, pairs of words, and character 3- and
 * 4-grams inside words, signed so that collisions cancel on average (Weinberger et al., "Feature
 * Hashing for Large Scale Multitask Learning", ICML 2009). Counts are damped (1 + log) and the
 * vector is scaled to length 1. Stateless: weights learned on top of it are all there is to store.
 * Linear in the length of the text.
 */
export class NgramHasher {
  /** A power of two from 2^10 to 2^20. */
  readonly buckets: number;
  readonly #counts: Float64Array;
  readonly #seen: Uint8Array;
  readonly #touched: Int32Array;
  readonly #characters: boolean;
  #touchedCount = 0;

  constructor(buckets: number, options: NgramOptions = {}) {
    if (!Number.isInteger(Math.log2(buckets)) || buckets < 2 ** 10 || buckets > 2 ** 20) {
      throw new RangeError(
        `Expected \`buckets\` to be a power of two from 1024 to 1048576, got ${buckets}`,
      );
    }
    this.buckets = buckets;
    this.#characters = options.characters ?? true;
    this.#counts = new Float64Array(buckets);
    this.#seen = new Uint8Array(buckets);
    this.#touched = new Int32Array(buckets);
  }

  /** @param part which part of an example the text is: the same word counts apart in each */
  hash(text: string, part: string): SparseVector {
    this.#count(text.toLowerCase(), seedOf(part));
    return this.#drain();
  }

  #add(hash: number): void {
    const bits = finish(hash);
    const bucket = bits & (this.buckets - 1);
    if (this.#seen[bucket] === 0) {
      this.#seen[bucket] = 1;
      this.#touched[this.#touchedCount++] = bucket;
    }
    this.#counts[bucket]! += bits < 0 ? -1 : 1;
  }

  #count(text: string, seed: number): void {
    const wordSeed = mix(seed, WORD_MARK);
    const pairSeed = mix(seed, PAIR_MARK);
    const ngramSeed = mix(seed, NGRAM_MARK);
    let previous = 0;
    let at = 0;
    while (at < text.length) {
      if (!isWordCharacter(text.charCodeAt(at))) {
        at++;
        continue;
      }
      const start = at;
      let word = wordSeed;
      do {
        word = mix(word, text.charCodeAt(at));
        at++;
      } while (at < text.length && isWordCharacter(text.charCodeAt(at)) && !this.#parts(text, at));
      this.#add(word);
      if (previous !== 0) this.#add(mix(mix(pairSeed, previous), word));
      previous = word;
      if (this.#characters) this.#countNgrams(text, start, at, ngramSeed);
    }
  }

  /** Whether a word ends between this character and the one before, though no space does. */
  #parts(text: string, at: number): boolean {
    return (
      !this.#characters &&
      (standsAlone(text.charCodeAt(at)) || standsAlone(text.charCodeAt(at - 1)))
    );
  }

  #countNgrams(text: string, start: number, end: number, seed: number): void {
    for (const length of NGRAM_LENGTHS) {
      for (let from = start; from + length <= end; from++) {
        let hash = mix(seed, length);
        for (let at = from; at < from + length; at++) hash = mix(hash, text.charCodeAt(at));
        this.#add(hash);
      }
    }
  }

  /** The damped, scaled counts; leaves the scratch space clean. */
  #drain(): SparseVector {
    const indices = this.#touched.slice(0, this.#touchedCount).sort();
    const values = new Float64Array(indices.length);
    let squares = 0;
    for (let at = 0; at < indices.length; at++) {
      const bucket = indices[at]!;
      const count = this.#counts[bucket]!;
      values[at] = count === 0 ? 0 : Math.sign(count) * (1 + Math.log(Math.abs(count)));
      squares += values[at]! * values[at]!;
      this.#counts[bucket] = 0;
      this.#seen[bucket] = 0;
    }
    this.#touchedCount = 0;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    return { indices, values: values.map((value) => value * scale) };
  }
}

/**
 * Inverse document frequency by bucket, learned on a training set:
 * log((1 + n) / (1 + documents with it)) + 1, and 0 for buckets in fewer than `minimum` of them.
 */
export function inverseDocumentFrequency(
  vectors: readonly SparseVector[],
  buckets: number,
  minimum: number,
): Float64Array {
  const documents = new Float64Array(buckets);
  for (const { indices } of vectors) for (const index of indices) documents[index]!++;
  return documents.map((count) =>
    count < minimum ? 0 : Math.log((1 + vectors.length) / (1 + count)) + 1,
  );
}
