import type { Reading, Term } from './reading.js';
import { ALIKE_PREPOSITIONS, TELLING_PREPOSITIONS } from './words/function-words.js';

/**
 * The same words in other roles: from A to B, A larger than B, A bites B. Passes where the words come
 * in the same order under prepositions that agree, or where parts of the sentence moved as a whole
 * ("in Python" first or last; "France's capital", "the capital of France").
 */
export const directionDiffers = (a: Reading, b: Reading): boolean =>
  !sameOrder(a.terms, b.terms) && !sameParts(a.parts, b.parts);

const sameOrder = (a: readonly Term[], b: readonly Term[]): boolean =>
  a.length === b.length &&
  a.every(({ base, under }, at) => base === b[at]!.base && agree(under, b[at]!.under));

function agree(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === '' || b === '') return !TELLING_PREPOSITIONS.has(a || b);
  return ALIKE_PREPOSITIONS.some((alike) => alike.has(a) && alike.has(b));
}

const sameParts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((part, at) => part === b[at]);
