import { IRREGULAR } from './irregular.js';
import { SYNONYMS } from './synonyms.js';

const VOWEL = /[aeiouy]/;
const CLOSED = /^[^aeiouy]*[aeiouy][^aeiouywx]$/;
/** What a word hardly ends in once its `e` has gone. */
const WANTS_E = /(?:[vczu]|dg|rg|[aeo][iua]s|[nr]s)$/;
const DOUBLED = /([bdfgklmnprstz])\1$/;

/**
 * One form for the forms of a word, by rule, and one for words that stand for each other. Only
 * endings that leave the meaning go: "careful" and "careless", "employer" and "employee", "large" and
 * "larger" stay apart.
 */
export function baseForm(word: string): string {
  const known = SYNONYMS.get(IRREGULAR.get(word) ?? word);
  if (known !== undefined) return known;
  const base = IRREGULAR.get(word) ?? inflected(word);
  const group = SYNONYMS.get(base);
  if (group !== undefined) return group;
  const form = short(derived(base));
  return GROUP_OF_FORM.get(form) ?? form;
}

/** Without the endings of number, person and tense. */
function inflected(word: string): string {
  if (word.length < 4) return word;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/(?:x|ch|sh|ss|zz|o)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('s')) return word.slice(0, -1);
  if (word.endsWith('ied')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ing')) return restored(word, word.slice(0, -3));
  if (word.endsWith('ed') && !word.endsWith('eed')) return restored(word, word.slice(0, -2));
  return word;
}

function restored(word: string, stem: string): string {
  if (stem.length < 2 || !VOWEL.test(stem)) return word;
  if (DOUBLED.test(stem) && stem.length > 3 && !/(?:ll|ss|zz|ff)$/.test(stem)) {
    return stem.slice(0, -1);
  }
  return stem.length <= 4 && (CLOSED.test(stem) || WANTS_E.test(stem)) ? `${stem}e` : stem;
}

/** Verbs and the nouns made of them come to one. */
function derived(word: string): string {
  for (const [ending, rest] of [
    ['ation', 'at'],
    ['ment', ''],
    ['ion', ''],
  ] as const) {
    const stem = word.slice(0, -ending.length) + rest;
    if (word.endsWith(ending) && stem.length >= 5) return stem;
  }
  return word;
}

function short(word: string): string {
  let form = word.length > 5 && word.endsWith('e') ? word.slice(0, -1) : word;
  if (form.length >= 7 && form.endsWith('at')) form = form.slice(0, -2);
  return form.length >= 6 && DOUBLED.test(form) ? form.slice(0, -1) : form;
}

const GROUP_OF_FORM = new Map(
  [...SYNONYMS].map(([word, group]) => [short(derived(inflected(word))), group] as const),
);
