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

/** What the request asks for; the same for every answer to it. */
interface Asked {
  readonly words: ReadonlySet<string>;
  readonly json: boolean;
  readonly number: boolean;
  readonly option: boolean;
  readonly complexity: number;
}

const askedOf = new WeakMap<Features, Asked>();

function asked(features: Features): Asked {
  const known = askedOf.get(features);
  if (known !== undefined) return known;
  const words = wordsOf(features);
  const read = {
    words: distinctWords(words),
    json: words.includes(' json '),
    number: words.includes(' how many ') || words.includes(' how much '),
    option: OPTION_LINE.test(features.text),
    complexity: defaultClassifier.classify(features).score,
  };
  askedOf.set(features, read);
  return read;
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
  const wants = asked(features);
  const distinct = distinctWords(words);
  let shared = 0;
  for (const word of distinct) if (wants.words.has(word)) shared++;
  let hedges = 0;
  for (const phrase of HEDGES) if (words.includes(phrase)) hedges++;
  const trimmed = answer.trimEnd();
  const json = isJson(answer);
  const option = OPTION_ANSWER.test(trimmed);
  const readWords = Math.min(lexical.words, WORDS_READ);
  return [
    ...lexicalVector(lexical),
    flag(trimmed.length === 0),
    Math.log1p(hedges),
    flag(REFUSALS.some((phrase) => words.includes(phrase))),
    flag(wants.json && json),
    flag(wants.json && !json),
    flag(wants.number && lexical.numbers > 0),
    flag(wants.number && lexical.numbers === 0),
    flag(wants.option && option),
    flag(wants.option && !option),
    flag(trimmed.length > 200 && !/[.!?)\]}"'`*]$/.test(trimmed)),
    readWords === 0 ? 0 : distinct.size / readWords,
    distinct.size === 0 ? 0 : shared / distinct.size,
    Math.log1p(features.tokens),
    Math.log1p(lexical.chars) - Math.log1p(features.lexical.chars),
    wants.complexity,
    Math.log1p(features.lexical.numbers),
  ];
}
