import { isBlank } from './blanks.js';
import { type Language, languageOf } from './language.js';
import { isPlain, type Word, wordsIn } from './plain-words.js';
import { protectedSpans } from './protected-spans.js';
import { SpanCursor } from './spans.js';

interface Stopwords {
  /** They belong to the word after them. */
  readonly articles: ReadonlySet<string>;
  readonly fillers: ReadonlySet<string>;
  /** What no article stands before. */
  readonly notNouns: ReadonlySet<string>;
}

const list = (words: string): ReadonlySet<string> => new Set(words.split(' ').filter(Boolean));

const STOPWORDS: Readonly<Record<Language, Stopwords>> = {
  en: {
    articles: list('the a an'),
    fillers: list(
      'is are am been being that very really quite rather simply actually basically literally please kindly',
    ),
    notNouns: list(
      'is are am was were be been being has have had do does did can could will would shall should may might must and or but if then than to of in on at by for from with as into that which who equals divides the a an belongs times plus minus denotes',
    ),
  },
  de: {
    articles: list(''),
    fillers: list('bitte sehr wirklich eigentlich ziemlich einfach halt'),
    notNouns: list(''),
  },
  fr: {
    articles: list('le la les un une'),
    fillers: list('très vraiment simplement plutôt'),
    notNouns: list('et ou est sont a ai as ont de à en dans que qui se'),
  },
  es: {
    articles: list('el la los las un una'),
    fillers: list('muy realmente simplemente bastante'),
    notNouns: list('y o es son ha he han de a en que se'),
  },
};

const CAPITAL = /^\p{Lu}/u;

/** The text without words that say little; see `StopwordRemover`. */
export function removeStopwords(text: string): string {
  const language = languageOf(text);
  if (language === null) return text;
  const stopwords = STOPWORDS[language];
  const kept = new SpanCursor(protectedSpans(text));
  let shorter = '';
  let copied = 0;
  let before: Word | null = null;
  for (const word of wordsIn(text)) {
    if (before !== null && !kept.touches(before.from, before.to)) {
      const end = removalEnd(text, before, word, stopwords);
      if (end > before.from) {
        shorter += text.slice(copied, before.from);
        copied = end;
      }
    }
    before = word;
  }
  return copied === 0 ? text : shorter + text.slice(copied);
}

/**
 * Up to where the word goes, with the blanks after it; where it begins if it stays. A word at the end
 * of a line stays, and so does one with punctuation at it.
 */
function removalEnd(text: string, word: Word, next: Word, stopwords: Stopwords): number {
  const { from, to } = word;
  if (to - from > 10 || word.coreFrom !== from || word.coreTo !== to) return from;
  if (from > 0 && !isBlank(text[from - 1]) && text[from - 1] !== '\n') return from;
  let end = to;
  while (isBlank(text[end])) end++;
  if (end === to || end !== next.from) return from;
  const written = text.slice(from, to);
  const name = written.toLowerCase();
  // "A" may be a name, "IT" and "US" are; "Is" begins a question, "Please" does not.
  if (written !== name && (written.length === 1 || CAPITAL.test(written.slice(1)))) return from;
  const following = text.slice(next.coreFrom, next.coreTo);
  if (stopwords.articles.has(name)) {
    const noun =
      next.coreFrom === next.from &&
      following.length > 1 &&
      isPlain(following) &&
      !stopwords.notNouns.has(following.toLowerCase());
    return noun ? end : from;
  }
  const questions = written !== name && (name === 'is' || name === 'are' || name === 'am');
  return stopwords.fillers.has(name) && !questions ? end : from;
}
