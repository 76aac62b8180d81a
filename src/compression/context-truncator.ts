import { approximateTokens } from '../costs/index.js';
import { UserError } from '../user-error.js';
import {
  type CompressionResult,
  type Compressor,
  type CountTokens,
  type RequestText,
  resultOf,
} from './compressor.js';
import { cutText, type Keep } from './cut-text.js';
import { shareOut } from './share-out.js';

export interface ContextTruncatorOptions {
  /** An integer of at least 0. */
  readonly maxTokens: number;
  /** `end` by default; `middle` keeps start and end and cuts the middle out. */
  readonly keep?: Keep;
  /** An estimate by default: give the model's own where the limit must hold for it. */
  readonly countTokens?: CountTokens;
}

/** How often the texts of a request are cut and counted, at most. */
const ROUNDS = 4;

/** Something to cut: a text, or a part of one. */
interface Part {
  readonly at: number;
  readonly text: string;
  readonly tokens: number;
  /** Those of the lowest go first. */
  readonly rank: 'context' | 'system' | 'question';
}

/**
 * Cuts texts to a limit that holds by the counter it is given, whatever that counts.
 *
 * Of a request, the limit is that of all its texts together. What is fixed (marked prefixes, what
 * models and tools said) counts and stays. Users' texts are cut first, the longest down to the length
 * of the next longest and so on; then system turns; and only where nothing else is left the question:
 * the last paragraph of the user's last text. Where what is fixed leaves no room at all, nothing is cut,
 * for the reason given. The tokens that a provider's chat format adds do not count.
 *
 * Of a single text (`compress`) all may be cut.
 */
export class ContextTruncator implements Compressor {
  readonly method: string;
  readonly #maxTokens: number;
  readonly #keep: Keep;
  readonly #count: CountTokens;

  constructor({
    maxTokens,
    keep = 'end',
    countTokens = approximateTokens,
  }: ContextTruncatorOptions) {
    if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
      throw new UserError(
        `Expected \`maxTokens\` to be an integer of at least 0, got ${maxTokens}`,
      );
    }
    this.method = truncationLabel(maxTokens, keep);
    this.#maxTokens = maxTokens;
    this.#keep = keep;
    this.#count = countTokens;
  }

  compress(original: string): CompressionResult {
    const tokens = this.#count(original);
    if (tokens <= this.#maxTokens) return resultOf(original, original, tokens, tokens, this.method);
    const text = cutText(original, this.#maxTokens, this.#keep, this.#count);
    return resultOf(original, text, tokens, this.#count(text), this.method);
  }

  compressTexts(texts: readonly RequestText[]): readonly CompressionResult[] {
    const counts = texts.map(({ text }) => this.#count(text));
    const sum = (which: (one: RequestText) => boolean): number =>
      texts.reduce((total, one, at) => total + (which(one) ? counts[at]! : 0), 0);
    const untouched = (reason?: string) =>
      texts.map(({ text }, at) => ({
        ...resultOf(text, text, counts[at]!, counts[at]!, this.method),
        ...(reason === undefined ? {} : { reason }),
      }));
    const fixed = sum((one) => one.fixed);
    if (sum(() => true) <= this.#maxTokens) return untouched();
    if (fixed >= this.#maxTokens) {
      return untouched(`what must stay has ${fixed} tokens, the limit is ${this.#maxTokens}`);
    }
    const cut = this.#cutToFit(texts, counts, this.#maxTokens - fixed);
    return texts.map(({ text }, at) =>
      resultOf(text, cut[at]!.text, counts[at]!, cut[at]!.tokens, this.method),
    );
  }

  /** All texts, those that are not fixed with at most `room` tokens together. */
  #cutToFit(texts: readonly RequestText[], counts: readonly number[], room: number) {
    const parts = partsOf(texts, counts, this.#count);
    const partsAt = texts.map((): number[] => []);
    for (const [index, { at }] of parts.entries()) partsAt[at]!.push(index);
    const whole = texts.map(({ text }, at) => ({ text, tokens: counts[at]! }));
    let left = room;
    for (let round = 0; round < ROUNDS && left >= 0; round++) {
      const shares = sharesOf(parts, left);
      const cut = whole.map((one, at) => {
        const own = partsAt[at]!;
        if (own.every((index) => shares[index]! >= parts[index]!.tokens)) return one;
        const text = own
          .map((index) => this.#cutPart(parts[index]!, shares[index]!))
          .join('')
          .replace(/^\n+/, '');
        return { text, tokens: this.#count(text) };
      });
      const used = cut.reduce((sum, { tokens }, at) => sum + (texts[at]!.fixed ? 0 : tokens), 0);
      if (used <= room) return cut;
      left = Math.min(left - (used - room), Math.floor(left * 0.9) - 1);
    }
    return whole.map((one, at) => (texts[at]!.fixed ? one : { text: '', tokens: this.#count('') }));
  }

  #cutPart({ text, tokens }: Part, share: number): string {
    return share >= tokens ? text : cutText(text, share, this.#keep, this.#count);
  }
}

/** Of `a-z`, digits and `-`. */
export const truncationLabel = (maxTokens: number, keep: Keep): string =>
  `truncate-${maxTokens}${keep === 'end' ? '' : `-${keep}`}`;

function partsOf(
  texts: readonly RequestText[],
  counts: readonly number[],
  count: CountTokens,
): Part[] {
  const last = texts.findLastIndex(
    ({ role, fixed, text }) => role === 'user' && !fixed && text.trim() !== '',
  );
  return texts.flatMap(({ text, role, fixed }, at): Part[] => {
    if (fixed) return [];
    if (at !== last) {
      return [{ at, text, tokens: counts[at]!, rank: role === 'system' ? 'system' : 'context' }];
    }
    const from = lastParagraph(text);
    const context = text.slice(0, from);
    const question = text.slice(from);
    return [
      { at, text: context, tokens: count(context), rank: 'context' },
      { at, text: question, tokens: count(question), rank: 'question' },
    ];
  });
}

/** Where the blank lines before a text's last paragraph begin; 0 where it has one only. */
function lastParagraph(text: string): number {
  let end = text.trimEnd().length;
  for (;;) {
    const line = text.lastIndexOf('\n', end - 1);
    if (line <= 0) return 0;
    const previous = text.lastIndexOf('\n', line - 1);
    if (text.slice(previous + 1, line).trim() === '') return text.slice(0, line).trimEnd().length;
    end = line;
  }
}

/** How many tokens of each part stay. */
function sharesOf(parts: readonly Part[], room: number): number[] {
  const shares = parts.map(() => 0);
  let left = room;
  for (const rank of ['question', 'system', 'context'] as const) {
    const own = parts.flatMap((part, index) => (part.rank === rank ? [index] : []));
    const given = shareOut(
      own.map((index) => parts[index]!.tokens),
      left,
    );
    for (const [position, index] of own.entries()) {
      shares[index] = given[position]!;
      left -= given[position]!;
    }
  }
  return shares;
}
