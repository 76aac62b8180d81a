/** A stretch of a paragraph to keep, from a character of one line to before a character of another. */
export interface Kept {
  readonly fromLine: number;
  readonly from: number;
  readonly toLine: number;
  readonly to: number;
}

export interface Quotation {
  /** Null where the paragraph quotes nothing. */
  readonly kept: Kept | null;
  /** Whether a quotation is still open after the paragraph. */
  readonly open: boolean;
}

const DOUBLE = '"„“”«»‹›';
/** Also apostrophes. */
const SINGLE = "'’‘‚";
const WORD = /[\p{L}\p{N}]/u;

interface Place {
  readonly line: number;
  readonly at: number;
}

/**
 * What of a paragraph is quoted or inline code: all from the first mark to the last, as marks cannot
 * be told in pairs for sure (5" pipes, apostrophes). To the end where their number is odd. Single
 * marks count only where the last of them can close, for it is an apostrophe otherwise (it's).
 * @param open whether a quotation was open before it
 */
export function quotationIn(lines: readonly string[], open: boolean): Quotation {
  let first: Place | null = open ? { line: 0, at: 0 } : null;
  let last: Place | null = first;
  let firstSingle: Place | null = null;
  let closing: Place | null = null;
  let quotes = open ? 1 : 0;
  let ticks = 0;
  for (let line = 0; line < lines.length; line++) {
    const text = lines[line]!;
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      const double = DOUBLE.includes(character);
      if (double || character === '`') {
        last = { line, at };
        first ??= last;
        if (double) quotes++;
        else ticks++;
      } else if (SINGLE.includes(character)) {
        firstSingle ??= { line, at };
        if (!WORD.test(text[at + 1] ?? ' ')) closing = { line, at };
      }
    }
  }
  if (firstSingle !== null && closing !== null && isBefore(firstSingle, closing)) {
    if (first === null || isBefore(firstSingle, first)) first = firstSingle;
    if (last === null || isBefore(last, closing)) last = closing;
  }
  const openAfter = quotes % 2 === 1;
  if (first === null || last === null) return { kept: null, open: openAfter };
  const toEnd = openAfter || ticks % 2 === 1;
  const end = toEnd ? { line: lines.length - 1, at: lines.at(-1)!.length } : last;
  return {
    kept: { fromLine: first.line, from: first.at, toLine: end.line, to: end.at + 1 },
    open: openAfter,
  };
}

const isBefore = (a: Place, b: Place): boolean =>
  a.line < b.line || (a.line === b.line && a.at < b.at);
