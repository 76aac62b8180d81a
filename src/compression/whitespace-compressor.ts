import { approximateTokens } from '../costs/index.js';
import { collapseWhitespace } from './collapse-whitespace.js';
import {
  type CompressionResult,
  type Compressor,
  type CountTokens,
  compressionResult,
} from './compressor.js';

/**
 * Takes out blanks that say nothing: a run of spaces and tabs between words becomes one space, blanks
 * at line ends go, three or more blank lines become one. Lossless by rule: words, their order and the
 * lines they stand on stay, and whatever may mean its blanks is left as it is:
 * - fenced code (an open fence holds to the end) and inline code;
 * - quotations, by keeping all between the first and the last quotation mark of a paragraph; one left
 *   open holds on until it is closed;
 * - tables: lines with `|`, and neighbouring lines that both have a gap between columns;
 * - lines indented by a tab or two spaces, and the blank lines between them;
 * - two spaces that end a line within a paragraph, as they break it in Markdown;
 * - the end of the text, as another part may go on from there.
 *
 * An address holds no blanks, so lines with one are like any other. Doubtful cases are left alone.
 * Takes time linear in the text, whatever it holds.
 */
export class WhitespaceCompressor implements Compressor {
  readonly method = 'whitespace';
  readonly #countTokens: CountTokens;

  /** @param countTokens an estimate by default, as this is no amount of money */
  constructor(countTokens: CountTokens = approximateTokens) {
    this.#countTokens = countTokens;
  }

  compress(original: string): CompressionResult {
    return compressionResult(
      original,
      collapseWhitespace(original),
      this.method,
      this.#countTokens,
    );
  }
}
