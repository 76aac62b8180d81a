import type { Part, Reading, Term } from './reading.js';
import { ALIKE_PREPOSITIONS, TELLING_PREPOSITIONS } from './words/function-words.js';

/**
 * The same words in other roles: from A to B, A larger than B, A bites B. Passes where the words come
 * in the same order under prepositions that agree, or where one part under a preposition moved as a
 * whole to the front of the text or from there ("in Python" first or last; "France's capital", "the capital of
 * France"). What is denied depends on its place, so nothing moves there.
 */
export const directionDiffers = (a: Reading, b: Reading): boolean =>
  !sameOrder(a.terms, b.terms) && (a.negations > 0 || !onePartMoved(a.parts, b.parts));

const sameOrder = (a: readonly Term[], b: readonly Term[]): boolean =>
  a.length === b.length &&
  a.every(({ base, under }, at) => base === b[at]!.base && agree(under, b[at]!.under));

function agree(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === '' || b === '') return !TELLING_PREPOSITIONS.has(a || b);
  return ALIKE_PREPOSITIONS.some((alike) => alike.has(a) && alike.has(b));
}

/** Whether the parts that are not in place are the same but for one, which is first of them in one text and last in the other. */
function onePartMoved(a: readonly Part[], b: readonly Part[]): boolean {
  if (a.length !== b.length) return false;
  let from = 0;
  let to = a.length;
  while (from < to && samePart(a[from]!, b[from]!)) from++;
  while (to > from && samePart(a[to - 1]!, b[to - 1]!)) to--;
  return movedBack(a, b, from, to) || movedBack(b, a, from, to);
}

function movedBack(a: readonly Part[], b: readonly Part[], from: number, to: number): boolean {
  const moved = a[from];
  if (moved === undefined || moved.under === '' || !samePart(moved, b[to - 1]!)) return false;
  // Within a sentence, it may belong to another word there; but an owner stands before or after what it has.
  if (from > 0 && !(moved.under === 'of' && to - from === 2)) return false;
  // Another part under the same preposition could stand in its place.
  if (a.some((part, at) => at !== from && part.under === moved.under)) return false;
  for (let at = from; at < to - 1; at++) if (!samePart(a[at + 1]!, b[at]!)) return false;
  return true;
}

const samePart = (a: Part, b: Part): boolean =>
  a.under === b.under &&
  a.bases.length === b.bases.length &&
  a.bases.every((base, at) => base === b.bases[at]);
