/** How two texts are made alike before they are compared. */
export interface Normalisation {
  readonly ignoreCase: boolean;
  /** Drop punctuation, quotes and marks such as `**` around the text. */
  readonly trimPunctuation: boolean;
}

/** What may stand around an answer without being part of it. `%`, `$`, `-` and the like may not. */
const AROUND = /^[\s.,;:!?"'`*_“”‘’«»„()[\]{}]$/u;

/**
 * Unicode NFKC, any white space as one space, surrounding white space gone; case and surrounding
 * punctuation as asked. A text of nothing but punctuation is left as it is.
 */
export function normalise(text: string, how: Normalisation): string {
  let plain = text.normalize('NFKC').replace(/\s+/gu, ' ').trim();
  if (how.ignoreCase) plain = plain.toLowerCase();
  return how.trimPunctuation ? trimAround(plain) : plain;
}

function trimAround(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && AROUND.test(text[start]!)) start++;
  while (end > start && AROUND.test(text[end - 1]!)) end--;
  return start < end ? text.slice(start, end) : text;
}
