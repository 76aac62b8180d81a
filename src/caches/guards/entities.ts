import { onlyIn, type Reading } from './reading.js';

/**
 * Every word that says something has a counterpart in the other text: the same word in any form, or
 * a synonym. Names, quotations, code, addresses and paths have to be the same to the letter. Strict on
 * purpose: what is swapped in a template is as often a lower-case noun as a name.
 */
export const entitiesDiffer = (a: Reading, b: Reading): boolean =>
  onlyIn(a, b).size > 0 ||
  onlyIn(b, a).size > 0 ||
  (a.firstPerson !== b.firstPerson &&
    a.secondPerson !== b.secondPerson &&
    a.firstPerson !== a.secondPerson);
