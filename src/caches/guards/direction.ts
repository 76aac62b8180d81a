import { type Part, type Reading, type Term, TOPIC } from './reading.js';
import { ALIKE_PREPOSITIONS } from './words/function-words.js';

/**
 * The same words in other roles: from A to B, A larger than B, A bites B. Passes where the words come
 * in the same order under prepositions that agree, or where one part under a preposition moved as a
 * whole to the front of the text or from there ("in Python" first or last; "France's capital", "the capital of
 * France"). What is denied depends on its place, so nothing moves there.
 */
export const directionDiffers = (a: Reading, b: Reading): boolean =>
  voicesDiffer(a.passives, b.passives) ||
  (!sameOrder(a.terms, b.terms) && (a.negations > 0 || !onePartMoved(a.parts, b.parts)));

const voicesDiffer = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size !== b.size || [...a].some((verb) => !b.has(verb));

function sameOrder(a: readonly Term[], b: readonly Term[]): boolean {
  if (a.length !== b.length) return false;
  const [ofA, ofB] = [prepositionsOf(a), prepositionsOf(b)];
  return a.every(({ base, under }, at) => {
    const other = b[at]!;
    if (base !== other.base) return false;
    // "A photo of Ann for Bo" and "a photo for Ann of Bo": what both texts say is not free to vary.
    return (
      under === other.under ||
      (agree(under, other.under) && !ofB.has(under) && !ofA.has(other.under))
    );
  });
}

const prepositionsOf = (terms: readonly Term[]): ReadonlySet<string> =>
  new Set(terms.flatMap(({ under }) => (under === '' ? [] : [under])));

/** "Who paid Ann" and "who was paid by Ann": having a preposition or none is a difference of its own. */
const agree = (a: string, b: string): boolean =>
  ALIKE_PREPOSITIONS.some((alike) => alike.has(a) && alike.has(b));

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
  const last = b[to - 1];
  if (moved === undefined || last === undefined || moved.under === '') return false;
  const isTopic = moved.under === TOPIC && TOPICAL.has(last.under) && sameBases(moved, last);
  if (!isTopic && !samePart(moved, last)) return false;
  // Within a sentence, it may belong to another word there; but an owner stands before or after what it has.
  if (from > 0 && !(moved.under === 'of' && to - from === 2)) return false;
  // Another part under the same preposition could stand in its place.
  if (a.some((part, at) => at !== from && part.under === last.under)) return false;
  for (let at = from; at < to - 1; at++) if (!samePart(a[at + 1]!, b[at]!)) return false;
  return true;
}

/** Where a topic stands if it is part of the sentence: "Python: sort a list", "sort a list in Python". */
const TOPICAL = new Set(['in', 'on', 'of', 'for', 'about']);

const samePart = (a: Part, b: Part): boolean => a.under === b.under && sameBases(a, b);

const sameBases = (a: Part, b: Part): boolean =>
  a.bases.length === b.bases.length && a.bases.every((base, at) => base === b.bases[at]);
