import { onlyIn, type Reading } from './reading.js';
import { ANTONYMS, NEGATING_PREFIXES } from './words/antonyms.js';
import { baseForm } from './words/base-form.js';
import { NEGATIONS, QUANTIFIERS } from './words/function-words.js';

const OPPOSITES = new Map<string, Set<string>>();
for (const [word, opposites] of ANTONYMS) {
  const base = baseForm(word);
  const known = OPPOSITES.get(base) ?? new Set();
  for (const opposite of opposites) known.add(baseForm(opposite));
  OPPOSITES.set(base, known);
}
const LIMITS = new Set([...QUANTIFIERS, ...NEGATIONS].map(baseForm));

/**
 * What one text denies, limits or turns round, the other has to as well: "not" and its kin as often,
 * words that limit and compare the same, and no word in the place of its opposite.
 */
export function polarityDiffers(a: Reading, b: Reading): boolean {
  if (a.negations !== b.negations) return true;
  const [ofA, ofB] = [onlyIn(a, b), onlyIn(b, a)];
  return limits(ofA) || limits(ofB) || oppose(ofA, ofB) || oppose(ofB, ofA);
}

function limits(bases: ReadonlySet<string>): boolean {
  for (const base of bases) if (LIMITS.has(base)) return true;
  return false;
}

function oppose(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const base of some) {
    for (const opposite of OPPOSITES.get(base) ?? []) if (others.has(opposite)) return true;
    if (NEGATING_PREFIXES.some((prefix) => others.has(prefix + base))) return true;
  }
  return false;
}
