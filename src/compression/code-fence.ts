import { contentEnd } from './blanks.js';

/** A fence of code that is open. */
export interface CodeFence {
  readonly mark: string;
  readonly length: number;
}

/** As in CommonMark, which wants as many marks to end it as began it. */
const LEAST_MARKS = 3;
/** What may stand before a fence: indentation, a quotation's or a list item's mark. */
const BEFORE = ' \t>';

/** The fence that a line leaves open; null for none. Wherever in the line it begins, to be safe. */
export function openedFence(line: string): CodeFence | null {
  let open: CodeFence | null = null;
  for (let at = 0; at < line.length; ) {
    const mark = line[at]!;
    const length = mark === '`' || mark === '~' ? runLength(line, at) : 1;
    if (length >= LEAST_MARKS) {
      if (open === null) open = { mark, length };
      else if (open.mark === mark && length >= open.length) open = null;
    }
    at += length;
  }
  return open;
}

/** Whether a line holds nothing but the marks that end a fence. */
export function closesFence(line: string, { mark, length }: CodeFence): boolean {
  let at = 0;
  while (at < line.length && BEFORE.includes(line[at]!)) at++;
  if (line[at] !== mark) return false;
  const marks = runLength(line, at);
  return marks >= length && at + marks === contentEnd(line);
}

function runLength(line: string, from: number): number {
  let to = from;
  while (line[to] === line[from]) to++;
  return to - from;
}
