import { onlyIn, type Reading } from './reading.js';

/**
 * Every word that says something has a counterpart in the other text: the same word in any form, or
 * a synonym. Names, quotations, code, addresses and paths have to be the same to the letter. Strict on
 * purpose: what is swapped in a template is as often a lower-case noun as a name.
 */
export const entitiesDiffer = (a: Reading, b: Reading): boolean =>
  onlyIn(a, b).size > 0 || onlyIn(b, a).size > 0 || personsDiffer(a.persons, b.persons);

/** A speaker may be left out, as in "reset the password", but not change places with the one spoken to. */
function personsDiffer(a: string, b: string): boolean {
  const speakOfBoth = [a, b].map((persons) => persons.includes('1') && persons.includes('2'));
  if (speakOfBoth[0] && speakOfBoth[1]) return a !== b;
  if (speakOfBoth[0] || speakOfBoth[1]) return false;
  return a !== '' && b !== '' && a[0] !== b[0];
}
