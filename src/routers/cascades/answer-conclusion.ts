import { normaliseWords } from '../../features/index.js';

/** An answer of so few words is a conclusion in itself. */
const SHORT_ANSWER = 5;
/** Where an answer states its conclusion: characters from its end. */
const CLOSING = 600;

const LETTER_FIRST = /^[\s*(]{0,8}([A-J])(?:[.):*\r\n]|\s{0,8}$)/;
const LETTER_STATED = /(?:answer|choice|option)(?: is| would be)?:?[\s*]{0,4}\(?([A-J])\b/gi;
const NUMBER = /-?\d[\d,]*(?:\.\d+)?/g;
const CODE = /```|\bdef |\breturn\b|[{};]\s*\n/;

const lastMatch = (text: string, pattern: RegExp): RegExpMatchArray | undefined =>
  [...text.matchAll(pattern)].at(-1);

/**
 * What an answer comes down to, in a form that can be compared with another's: a choice's letter, a
 * last number, or the few words that it consists of. Null for prose and code, which two models never
 * write alike. Linear in the length of the answer.
 */
export function conclusionOf(answer: string): string | null {
  const start = answer.slice(0, CLOSING);
  const letter = LETTER_FIRST.exec(start)?.[1];
  const words = answer.length <= CLOSING ? normaliseWords(answer).trim() : null;
  if (letter !== undefined) return letter;
  if (words !== null && words.split(' ').length <= SHORT_ANSWER) return words === '' ? null : words;
  const end = answer.slice(-CLOSING);
  const stated = lastMatch(end, LETTER_STATED)?.[1];
  if (stated !== undefined) return stated.toUpperCase();
  if (CODE.test(start)) return null;
  const number = lastMatch(end, NUMBER)?.[0];
  return number === undefined ? null : number.replaceAll(',', '').replace(/\.0*$/, '');
}
