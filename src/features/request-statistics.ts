import type { Features } from './features.js';
import { isDigit, isWordCharacter, lexicalVector } from './lexical.js';

/** What a text asks for and in which language it does, beside `LexicalStatistics`. */
export interface WordingStatistics {
  /** 1 where the first word asks in English (what, how, is …), else 0. */
  readonly questionStart: number;
  /** Lines that start with a capital from A to J, perhaps in brackets, closed by a dot, colon or bracket. */
  readonly options: number;
  /** Spans between quotation marks. */
  readonly quotedSpans: number;
  /** Lines that start with three back-ticks. */
  readonly codeFences: number;
  /** Ends of sentences: a full stop, question or exclamation mark before white space or the end. */
  readonly sentences: number;
  /** Words of two or more capital letters and nothing else. */
  readonly capitalWords: number;
  /** Digits of the longest number. */
  readonly longestNumber: number;
  /** Share of words that are English articles, prepositions, conjunctions, pronouns or auxiliaries. */
  readonly functionWordShare: number;
  /** Accented Latin letters, of all characters. */
  readonly accentedShare: number;
  /** Letters of scripts other than Latin, of all characters. */
  readonly nonLatinShare: number;
}

/** Five bits a letter: words of more letters than this have no code. */
const CODED_LETTERS = 6;
const NO_CODE = -1;

const codesOf = (words: string): ReadonlySet<number> =>
  new Set(
    words
      .split(' ')
      .map((word) =>
        Array.from(word).reduce((code, letter) => code * 32 + (letter.charCodeAt(0) & 31), 0),
      ),
  );

const QUESTION_WORDS = codesOf(
  'what which who whom whose when where why how is are was were do does did can could would should',
);
const FUNCTION_WORDS = codesOf(
  'the a an of in on at to by for from with about into over under and or but if as than that this these those it its he she they we you i his her their our your is are was were be been has have had do does did not no which who what',
);

const BACK_TICK = 96;
const STRAIGHT_QUOTE = 34;
const OPENING_BRACKET = 40;
const OPENING_QUOTES = new Set(Array.from('“«„「', (mark) => mark.charCodeAt(0)));
const SENTENCE_ENDS = new Set(Array.from('.?!', (mark) => mark.charCodeAt(0)));
/** Scripts without spaces end a sentence with a mark alone. */
const FULL_WIDTH_ENDS = new Set(Array.from('。？！', (mark) => mark.charCodeAt(0)));

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 160;
const isCapital = (code: number): boolean => code >= 65 && code <= 90;
const isAccented = (code: number): boolean =>
  code >= 0xc0 && code < 0x250 && code !== 0xd7 && code !== 0xf7;

/** Whether an option of a multiple-choice question starts here: `A.`, `B)`, `(C)`, `D:`. */
function isOption(text: string, start: number): boolean {
  const letter = text.charCodeAt(start) === OPENING_BRACKET ? start + 1 : start;
  const code = text.charCodeAt(letter);
  const closing = text.charCodeAt(letter + 1);
  return code >= 65 && code <= 74 && (closing === 46 || closing === 41 || closing === 58);
}

const isFence = (text: string, start: number): boolean =>
  text.charCodeAt(start) === BACK_TICK &&
  text.charCodeAt(start + 1) === BACK_TICK &&
  text.charCodeAt(start + 2) === BACK_TICK;

/** Reads a text once, whatever it holds: linear in its length. */
export function wordingStatistics(text: string): WordingStatistics {
  let questionStart = 0;
  let options = 0;
  let straightQuotes = 0;
  let openingQuotes = 0;
  let codeFences = 0;
  let sentences = 0;
  let capitalWords = 0;
  let longestNumber = 0;
  let functionWords = 0;
  let accented = 0;
  let nonLatin = 0;
  let words = 0;
  let digits = 0;
  let lineStarts = true;
  let letters = 0;
  let allCapitals = true;
  let code = 0;
  for (let at = 0; at <= text.length; at++) {
    // One step past the end closes the last word.
    const character = at < text.length ? text.charCodeAt(at) : 10;
    if (isWordCharacter(character)) {
      if (lineStarts) {
        lineStarts = false;
        if (isOption(text, at)) options++;
      }
      letters++;
      if (isDigit(character)) {
        digits++;
        if (digits > longestNumber) longestNumber = digits;
        code = NO_CODE;
      } else {
        digits = 0;
        if (character > 127 || letters > CODED_LETTERS) code = NO_CODE;
        else if (code !== NO_CODE) code = code * 32 + (character & 31);
      }
      if (!isCapital(character)) allCapitals = false;
      if (character > 127) {
        if (isAccented(character)) accented++;
        else if (character >= 0x370) nonLatin++;
      }
      continue;
    }
    if (letters > 0) {
      words++;
      if (allCapitals && letters > 1) capitalWords++;
      if (FUNCTION_WORDS.has(code)) functionWords++;
      if (words === 1 && QUESTION_WORDS.has(code)) questionStart = 1;
      letters = 0;
      digits = 0;
      allCapitals = true;
      code = 0;
    }
    if (character === 10) lineStarts = true;
    else if (lineStarts && !isSpace(character)) {
      lineStarts = false;
      if (isFence(text, at)) codeFences++;
      else if (isOption(text, at)) options++;
    }
    if (character === STRAIGHT_QUOTE) straightQuotes++;
    else if (SENTENCE_ENDS.has(character)) {
      if (at + 1 === text.length || isSpace(text.charCodeAt(at + 1))) sentences++;
    } else if (character > 127) {
      if (OPENING_QUOTES.has(character)) openingQuotes++;
      else if (FULL_WIDTH_ENDS.has(character)) sentences++;
    }
  }
  const share = (count: number, of: number): number => (of === 0 ? 0 : count / of);
  return {
    questionStart,
    options,
    quotedSpans: Math.floor(straightQuotes / 2) + openingQuotes,
    codeFences,
    sentences,
    capitalWords,
    longestNumber,
    functionWordShare: share(functionWords, words),
    accentedShare: share(accented, text.length),
    nonLatinShare: share(nonLatin, text.length),
  };
}

/** How many numbers `requestVector` gives. */
export const REQUEST_STATISTICS = 23;

const vectors = new WeakMap<Features, Float64Array>();

/**
 * All statistics of a request as numbers in a fixed order, counts on a log scale: what models are
 * trained on. Computed once a request; not to be written to.
 */
export function requestVector(features: Features): Float64Array {
  const known = vectors.get(features);
  if (known !== undefined) return known;
  const wording = wordingStatistics(features.text);
  const vector = Float64Array.of(
    ...lexicalVector(features.lexical),
    Math.log1p(features.tokens),
    wording.questionStart,
    Math.log1p(wording.options),
    Math.log1p(wording.quotedSpans),
    Math.log1p(wording.codeFences),
    Math.log1p(wording.sentences),
    Math.log1p(wording.capitalWords),
    Math.log1p(wording.longestNumber),
    wording.functionWordShare,
    wording.accentedShare,
    wording.nonLatinShare,
  );
  vectors.set(features, vector);
  return vector;
}
