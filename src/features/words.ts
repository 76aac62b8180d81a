import type { Features } from './features.js';

const normalised = new WeakMap<Features, string>();

/**
 * Lower-case words with single spaces between and around, so that a keyword or phrase is found as
 * whole words by `includes`. Letters and digits of any script count, and the marks of `c++` and `c#`.
 */
export function normaliseWords(text: string): string {
  return ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+#]+/gu, ' ')
    .trim()} `;
}

/** The request's text in normal form, computed once. */
export function wordsOf(features: Features): string {
  const known = normalised.get(features);
  if (known !== undefined) return known;
  const words = normaliseWords(features.text);
  normalised.set(features, words);
  return words;
}
