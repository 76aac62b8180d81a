import { defineGrader, flag, missingReference, texts } from '../grader.js';
import { normalise } from '../normalise.js';

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Written without spaces between words, so a neighbouring letter says nothing. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const DIGIT = /\p{Nd}/u;

/** Right where the reference, or one of `any`, stands in the answer as whole words. */
export const includes = defineGrader({
  name: 'includes',
  version: 1,
  summary: 'the reference, or one of the options "any", stands in the answer as whole words',
  options: { any: texts(), ignore_case: flag(true), whole_words: flag(true) },
  referenceProblem: (reference, { any }) => (any.length > 0 ? null : missingReference(reference)),
  grade(answer, reference, options) {
    const how = { ignoreCase: options.ignore_case, trimPunctuation: false };
    const text = normalise(answer, how);
    const wanted = [reference, ...options.any].filter((part) => part.trim() !== '');
    const found = wanted.find((part) => contains(text, normalise(part, how), options.whole_words));
    return found === undefined
      ? { score: 0, rationale: 'includes none of the texts asked for' }
      : { score: 1, rationale: `includes "${found}"` };
  },
});

function contains(text: string, part: string, wholeWords: boolean): boolean {
  if (!wholeWords) return text.includes(part);
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (!joined(text, at) && !joined(text, end)) return true;
  }
  return false;
}

/** Whether the characters on both sides of a place belong to one word or one number. */
function joined(text: string, at: number): boolean {
  const before = lastCharacter(text, at);
  const after = firstCharacter(text, at);
  if (before === '' || after === '') return false;
  if (WORD.test(before) && WORD.test(after)) return !UNSPACED.test(before) && !UNSPACED.test(after);
  const numberGoesOn = (mark: string, left: string, right: string): boolean =>
    (mark === '.' || mark === ',') && DIGIT.test(left) && DIGIT.test(right);
  return (
    numberGoesOn(before, lastCharacter(text, at - 1), after) ||
    numberGoesOn(after, before, firstCharacter(text, at + 1))
  );
}

function firstCharacter(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function lastCharacter(text: string, end: number): string {
  if (end <= 0) return '';
  const low = text.charCodeAt(end - 1);
  const pair = low >= 0xdc00 && low <= 0xdfff && end > 1;
  return text.slice(pair ? end - 2 : end - 1, end);
}
