import { type Features, normaliseWords, wordsOf } from '../../features/index.js';
import { defaultClassifier } from '../heuristics/complexity-classifier.js';
import { hasCode } from '../heuristics/routing-rule.js';

/** Phrases that give a kind of work away, tried in this order. */
const KINDS = (
  [
    ['translation', ['translate', 'translation', 'into french', 'into german', 'into spanish']],
    ['summary', ['summarise', 'summarize', 'summary', 'tl dr', 'in one sentence', 'shorten']],
    ['extraction', ['extract', 'json', 'list all', 'fields', 'from the text', 'find all']],
    ['classification', ['classify', 'sentiment', 'category', 'label', 'which of the following']],
    ['code', ['python', 'javascript', 'function', 'sql', 'regex', 'code', 'program']],
    ['writing', ['write a', 'essay', 'poem', 'story', 'email', 'draft', 'rewrite']],
  ] as const
).map(([kind, phrases]) => ({ kind, phrases: phrases.map(normaliseWords) }));

const OPTION_LINE = /(?:^|\n)\s{0,8}\(?[B-D][).:]\s/;

function lexicalKind(features: Features): string {
  if (hasCode(features)) return 'code';
  const words = wordsOf(features);
  const named = KINDS.find(({ phrases }) => phrases.some((phrase) => words.includes(phrase)));
  if (named !== undefined) return named.kind;
  const { numbers, mathShare } = features.lexical;
  if (numbers >= 3 || mathShare >= 0.03) return 'quantities';
  return OPTION_LINE.test(features.text) ? 'choice' : 'other';
}

const kinds = new WeakMap<Features, string>();

/** The kind of a prompt by its look, e.g. `code/complex`: what an `AdaptiveRouter` learns apart. */
export function promptKind(features: Features): string {
  const known = kinds.get(features);
  if (known !== undefined) return known;
  const kind = `${lexicalKind(features)}/${defaultClassifier.classify(features).complexity}`;
  kinds.set(features, kind);
  return kind;
}
