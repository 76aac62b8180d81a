import { isPlain, type Word, wordsIn } from './plain-words.js';
import type { Span } from './spans.js';
import { BEFORE_NUMBERS, LONGEST_LISTED, NEGATIONS, UNITS } from './word-lists.js';

const DIGIT = /\p{N}/u;
const CONTRACTED = /n['’]t$/;
/** These alone at the start of a line make a list. */
const BULLETS = '-–•·+#';

/** The words that must stay, without the punctuation around them; see `protectedSpans`. */
export function protectedWords(text: string): Span[] {
  const spans: Span[] = [];
  let before: Word | null = null;
  let beforeNumeric = false;
  let beforeListed = '';
  for (const word of wordsIn(text)) {
    const { from, coreFrom, coreTo } = word;
    const core = text.slice(coreFrom, coreTo);
    const plain = isPlain(core);
    const numeric = !plain && DIGIT.test(core);
    const listed = plain && core.length <= LONGEST_LISTED ? core.toLowerCase() : '';
    const follows = before !== null && before.coreTo === before.to && isGap(text, before.to, from);
    if (follows && numeric && BEFORE_NUMBERS.has(beforeListed)) {
      spans.push({ from: before!.coreFrom, to: before!.coreTo });
    }
    const bullet = core.length === 1 && BULLETS.includes(core) && startsLine(text, from);
    const negation = NEGATIONS.has(listed) || CONTRACTED.test(listed);
    const unit = follows && beforeNumeric && UNITS.has(listed);
    if (core !== '' && ((!plain && !bullet) || negation || unit)) {
      spans.push({ from: coreFrom, to: coreTo });
    }
    before = word;
    beforeNumeric = numeric;
    beforeListed = listed;
  }
  return spans;
}

const isGap = (text: string, from: number, to: number): boolean => {
  const gap = text.slice(from, to);
  return gap.trim() === '' && !gap.includes('\n');
};

const startsLine = (text: string, at: number): boolean => at === 0 || text[at - 1] === '\n';
