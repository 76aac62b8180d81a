import type { Span } from './spans.js';

export interface Quotations {
  readonly spans: readonly Span[];
  /** Whether a quotation is still open after the paragraph. */
  readonly open: boolean;
}

const DOUBLE = '"„“”«»‹›';
/** Also apostrophes. */
const SINGLE = "'’‘‚";
/** What ends what each mark begins, where marks have a direction; languages differ. */
const ENDS: Readonly<Record<string, string>> = {
  '"': '"',
  '„': '“”',
  '“': '”',
  '”': '”',
  '«': '»',
  '»': '«',
  '‹': '›',
  '›': '‹',
  "'": "'",
  '‘': '’',
  '’': '’',
  '‚': '‘’',
};
/** What follows an apostrophe inside a word beyond doubt: it's, don't, they're. */
const ENGLISH_ENDING = /^(?:[stdm]|re|ve|ll)(?![\p{L}\p{N}])/iu;
const WORD = /[\p{L}\p{N}]/u;
const isWord = (character: string | undefined): boolean =>
  character !== undefined && WORD.test(character);
const isSpace = (character: string | undefined): boolean =>
  character === undefined || character.trim() === '';

/**
 * What of a paragraph is quoted or inline code. Where every mark has its partner beyond doubt, each
 * quotation is a span; else all from the first mark to the last is one (5" pipes, apostrophes).
 * @param open whether a quotation was open before it
 */
export function quotationsIn(text: string, from: number, to: number, open: boolean): Quotations {
  const pairs = open ? null : pairsIn(text, from, to);
  return pairs === null ? widest(text, from, to, open) : { spans: pairs, open: false };
}

/** Null where marks cannot be told in pairs for sure. */
function pairsIn(text: string, from: number, to: number): Span[] | null {
  const spans: Span[] = [];
  /** Whether a single mark was seen that may begin a quotation. */
  let began = false;
  for (let at = from; at < to; ) {
    const mark = text[at]!;
    if (SINGLE.includes(mark) && at > from && isWord(text[at - 1])) {
      // The dogs' bowl: nothing that it could end has begun.
      if (!began && !isWord(text[at + 1])) {
        at++;
        continue;
      }
      began ||= !ENGLISH_ENDING.test(text.slice(at + 1, at + 4));
    } else began ||= SINGLE.includes(mark);
    const end =
      mark === '`'
        ? codeEnd(text, at, to)
        : DOUBLE.includes(mark) || SINGLE.includes(mark)
          ? quotationEnd(text, at, to)
          : at + 1;
    if (end === null) return null;
    if (end > at + 1) spans.push({ from: at, to: end });
    at = end;
  }
  return spans;
}

/** After the run of as many ticks as begin the code. */
function codeEnd(text: string, from: number, to: number): number | null {
  const ticks = runEnd(text, from, to) - from;
  for (let at = from + ticks; at < to; ) {
    const end = text[at] === '`' ? runEnd(text, at, to) : at + 1;
    if (text[at] === '`' && end - at === ticks) return end;
    at = end;
  }
  return null;
}

function runEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text[at] === '`') at++;
  return at;
}

/** After the mark that ends the quotation; after the mark itself where it is an apostrophe. */
function quotationEnd(text: string, from: number, to: number): number | null {
  const mark = text[from]!;
  const single = SINGLE.includes(mark);
  const afterWord = from > 0 && isWord(text[from - 1]);
  if (single && afterWord && isWord(text[from + 1])) return from + 1;
  if (afterWord || isSpace(text[from + 1])) return null;
  const ends = ENDS[mark]!;
  for (let at = from + 1; at < to; at++) {
    const character = text[at]!;
    if (!ends.includes(character)) {
      // Marks of its kind inside a quotation are not for certain its end.
      if (!single && DOUBLE.includes(character)) return null;
      continue;
    }
    const followed = at + 1 < to && isWord(text[at + 1]);
    if (single && followed && isWord(text[at - 1])) continue;
    return followed || isSpace(text[at - 1]) ? null : at + 1;
  }
  return null;
}

/**
 * All from the first mark to the last, to the end where the number of marks is odd. Single marks
 * count only where the last of them can close, for it is an apostrophe otherwise (it's).
 */
function widest(text: string, begin: number, end: number, open: boolean): Quotations {
  let first = open ? begin : -1;
  let last = first;
  let firstSingle = -1;
  let closing = -1;
  let quotes = open ? 1 : 0;
  let ticks = 0;
  for (let at = begin; at < end; at++) {
    const character = text[at]!;
    const double = DOUBLE.includes(character);
    if (double || character === '`') {
      last = at;
      if (first < 0) first = at;
      if (double) quotes++;
      else ticks++;
    } else if (SINGLE.includes(character)) {
      if (firstSingle < 0) firstSingle = at;
      if (at + 1 === end || !WORD.test(text[at + 1]!)) closing = at;
    }
  }
  if (firstSingle >= 0 && firstSingle < closing) {
    first = first < 0 ? firstSingle : Math.min(first, firstSingle);
    last = Math.max(last, closing);
  }
  const openAfter = quotes % 2 === 1;
  if (first < 0) return { spans: [], open: openAfter };
  const toEnd = openAfter || ticks % 2 === 1;
  return { spans: [{ from: first, to: toEnd ? end : last + 1 }], open: openAfter };
}
