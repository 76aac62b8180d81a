import { approximateTokens } from '../costs/index.js';
import {
  type CompressionResult,
  type Compressor,
  type CountTokens,
  compressionResult,
} from './compressor.js';
import { removeStopwords } from './remove-stopwords.js';

/**
 * Takes out words that say little: English, French and Spanish articles, `is` and `are` inside a
 * sentence, `that`, words of degree and politeness. The language is told from the text; where it
 * cannot be, nothing goes. Lossy: measure what it does to answers before it is used.
 *
 * What `protectedSpans` protects stays, and so do punctuation, lines, question words, past tenses,
 * prepositions, pronouns, conjunctions and quantifiers. German keeps its articles, which alone tell
 * who bites whom. A word goes only where it stands between blanks, as `(a, b)` may be variables, and
 * an article only before a word that it can belong to ("let a be").
 *
 * Takes time linear in the text.
 */
export class StopwordRemover implements Compressor {
  readonly method = 'stopwords';
  readonly #countTokens: CountTokens;

  /** @param countTokens an estimate by default, as this is no amount of money */
  constructor(countTokens: CountTokens = approximateTokens) {
    this.#countTokens = countTokens;
  }

  compress(original: string): CompressionResult {
    return compressionResult(original, removeStopwords(original), this.method, this.#countTokens);
  }
}
