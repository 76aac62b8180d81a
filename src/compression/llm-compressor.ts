import { approximateTokens } from '../costs/index.js';
import type { AskModel, ModelRequest } from '../models/index.js';
import {
  type AsyncCompressor,
  type CompressionResult,
  type CountTokens,
  resultOf,
} from './compressor.js';
import { languageOf, scriptOf } from './language.js';
import { wordsIn } from './plain-words.js';
import { protectedTexts } from './protected-spans.js';
import { shortenedText, shorteningRequest } from './shortening-request.js';

export interface LLMCompressorOptions {
  /** The model, `provider/name`. */
  readonly model: string;
  /** Asks it; books its usage under the purpose `compression`. */
  readonly ask: AskModel;
  /** An estimate by default. */
  readonly countTokens?: CountTokens;
}

/**
 * Asks a model to say the same in fewer words, and believes none of it: the reply is taken only if it
 * has fewer tokens, everything that `protectedSpans` protects to the letter, in order and with nothing
 * of the kind added, is in the same language, and mostly in the text's own words, so that it is no
 * answer to it. Else the text stays as it was, with the reason, and with what the call cost. Lossy: that a fact is missing cannot be told from the words alone.
 * The prompt to the model and the checks on its reply are this program's own; LLMLingua
 * (arXiv:2310.05736) is the work that showed what such compression can save.
 */
export class LLMCompressor implements AsyncCompressor {
  readonly method = 'llm';
  readonly #ask: AskModel;
  readonly #model: string;
  readonly #count: CountTokens;

  constructor({ model, ask, countTokens = approximateTokens }: LLMCompressorOptions) {
    this.#model = model;
    this.#ask = ask;
    this.#count = countTokens;
  }

  /** What the model is asked for a text, for estimates. */
  requestFor(text: string): ModelRequest {
    return shorteningRequest(text, this.#count);
  }

  async compressAsync(original: string, signal: AbortSignal): Promise<CompressionResult> {
    const tokens = this.#count(original);
    const unchanged = resultOf(original, original, tokens, tokens, this.method);
    const body = original.trim();
    if (body === '') return unchanged;
    const result = await this.#ask(this.requestFor(body), signal);
    const { usage } = result;
    if (!result.ok) {
      const reason = `${this.#model} was not to be had: ${result.error.message}`;
      return { ...unchanged, reason, usage };
    }
    const shorter = shortenedText(result.answer.text, body);
    const text = original.replace(body, () => shorter);
    const fewer = this.#count(text);
    const problem =
      result.answer.finishReason === 'length'
        ? 'it was cut off'
        : fewer >= tokens
          ? `it has ${fewer} tokens, the text ${tokens}`
          : unfaithful(original, text);
    if (problem !== null) {
      return { ...unchanged, reason: `the reply of ${this.#model} was dropped: ${problem}`, usage };
    }
    return { ...resultOf(original, text, tokens, fewer, this.method), usage };
  }
}

/** Who shortens a text mostly repeats its words; who answers or obeys it does not. */
const LEAST_OWN_SHARE = 0.5;

/** What share of a shorter text's words the original has, too; 1 where it has none. */
function ownShare(original: string, shorter: string): number {
  const known = new Set(coresOf(original));
  const words = coresOf(shorter);
  return words.length === 0 ? 1 : words.filter((word) => known.has(word)).length / words.length;
}

const coresOf = (text: string): string[] =>
  Array.from(wordsIn(text), ({ coreFrom, coreTo }) =>
    text.slice(coreFrom, coreTo).toLowerCase(),
  ).filter((core) => core !== '');

/** In what a shorter text fails the original; null where nothing is seen. */
function unfaithful(original: string, shorter: string): string | null {
  if (shorter.trim() === '') return 'it is empty';
  const wanted = protectedTexts(original);
  const found = protectedTexts(shorter);
  const at = wanted.findIndex((text, index) => text !== found[index]);
  if (at >= 0) {
    return `${shown(wanted[at])} must stay, in its place it has ${shown(found[at])}`;
  }
  if (found.length > wanted.length) return `it adds ${shown(found[wanted.length])}`;
  if (scriptOf(original) !== scriptOf(shorter)) return 'it is in another writing system';
  const [before, after] = [languageOf(original), languageOf(shorter)];
  if (before !== null && after !== null && before !== after) {
    return `it is in another language (${after}, not ${before})`;
  }
  return ownShare(original, shorter) < LEAST_OWN_SHARE
    ? 'most of its words are not those of the text, as in an answer to it'
    : null;
}

const shown = (text: string | undefined): string =>
  text === undefined
    ? 'nothing'
    : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
