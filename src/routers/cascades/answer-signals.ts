import {
  type Features,
  lexicalStatistics,
  lexicalVector,
  normaliseWords,
  wordsOf,
} from '../../features/index.js';
import { defaultClassifier } from '../heuristics/complexity-classifier.js';

/** Words read for overlap and repetition; answers beyond it are long enough to judge by. */
const WORDS_READ = 2_000;
/** Longest answer that is tried as JSON, in characters. */
const LONGEST_JSON = 100_000;

const HEDGES = [
  ...['i am not sure', 'i m not sure', 'not certain', 'it is unclear', 'i think', 'i believe'],
  ...['probably', 'perhaps', 'might be', 'may be', 'possibly', 'it depends', 'not possible to'],
  ...['cannot be determined', 'not enough information', 'without more', 'i don t know'],
].map(normaliseWords);

const REFUSALS = [
  ...['i cannot', 'i can t', 'i am unable', 'i m unable', 'i apologize', 'i m sorry', 'i am sorry'],
  ...['as an ai', 'as a language model', 'i won t', 'not able to help'],
].map(normaliseWords);

const distinctWords = (words: string): Set<string> => {
  const set = new Set(words.trim().split(' ', WORDS_READ));
  set.delete('');
  return set;
};

const promptWords = new WeakMap<Features, Set<string>>();

function distinctPromptWords(features: Features): Set<string> {
  const known = promptWords.get(features);
  if (known !== undefined) return known;
  const words = distinctWords(wordsOf(features));
  promptWords.set(features, words);
  return words;
}

function isJson(text: string): boolean {
  const bare = text
    .trim()
    .replace(/^```(?:json)?/, '')
    .replace(/```$/, '')
    .trim();
  if (bare.length === 0 || bare.length > LONGEST_JSON || !'[{'.includes(bare[0]!)) return false;
  try {
    JSON.parse(bare);
    return true;
  } catch {
    return false;
  }
}

const OPTION_LINE = /(?:^|\n)\s{0,8}\(?[A-E][).:]\s/;
const OPTION_ANSWER =
  /^\s{0,8}(?:\(?[A-E]\)?[.):\s]|\(?[A-E]\)?$)|answer(?: is)?:?\s{0,3}\(?[A-E]\b/i;

const flag = (holds: boolean): number => (holds ? 1 : 0);

/** How many numbers `answerSignals` gives. */
export const ANSWER_SIGNALS = 28;

/**
 * What can be seen of an answer beside its words, and of its fit to the request: length, hedging,
 * refusal, emptiness, whether it has the form that was asked for, repetition. Always the same
 * `ANSWER_SIGNALS` numbers in the same order. Linear in the lengths of both texts.
 */
export function answerSignals(features: Features, answer: string): number[] {
  const lexical = lexicalStatistics(answer);
  const words = normaliseWords(answer);
  const asked = wordsOf(features);
  const distinct = distinctWords(words);
  const prompted = distinctPromptWords(features);
  let shared = 0;
  for (const word of distinct) if (prompted.has(word)) shared++;
  const trimmed = answer.trimEnd();
  const wantsJson = asked.includes(' json ');
  const wantsNumber = asked.includes(' how many ') || asked.includes(' how much ');
  const wantsOption = OPTION_LINE.test(features.text);
  const json = isJson(answer);
  const option = OPTION_ANSWER.test(trimmed);
  const readWords = Math.min(lexical.words, WORDS_READ);
  return [
    ...lexicalVector(lexical),
    flag(trimmed.length === 0),
    Math.log1p(HEDGES.filter((phrase) => words.includes(phrase)).length),
    flag(REFUSALS.some((phrase) => words.includes(phrase))),
    flag(wantsJson && json),
    flag(wantsJson && !json),
    flag(wantsNumber && lexical.numbers > 0),
    flag(wantsNumber && lexical.numbers === 0),
    flag(wantsOption && option),
    flag(wantsOption && !option),
    flag(trimmed.length > 200 && !/[.!?)\]}"'`*]$/.test(trimmed)),
    readWords === 0 ? 0 : distinct.size / readWords,
    distinct.size === 0 ? 0 : shared / distinct.size,
    Math.log1p(features.tokens),
    Math.log1p(lexical.chars) - Math.log1p(features.lexical.chars),
    defaultClassifier.classify(features).score,
    Math.log1p(features.lexical.numbers),
  ];
}
