import { contentEnd, isBlank, isIndented } from './blanks.js';
import { closesFence, openedFence } from './code-fence.js';

/** Lines that belong together: fenced code, blank lines or a paragraph. */
export interface Block {
  readonly kind: 'fence' | 'blank' | 'paragraph';
  /** Number of its first line, from 0. */
  readonly first: number;
  /** Number of the line after its last. */
  readonly end: number;
}

export interface TextLayout {
  /** Without their line feeds. */
  readonly lines: readonly string[];
  /** Where each line begins, and where the one after the last would. */
  readonly starts: readonly number[];
  readonly blocks: readonly Block[];
}

export function layoutOf(text: string): TextLayout {
  const lines = text.split('\n');
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1)! + line.length + 1);
  const blocks: Block[] = [];
  for (let first = 0; first < lines.length; ) {
    const block = blockAt(lines, first);
    blocks.push(block);
    first = block.end;
  }
  return { lines, starts, blocks };
}

function blockAt(lines: readonly string[], first: number): Block {
  const fence = openedFence(lines[first]!);
  let end = first + 1;
  if (fence !== null) {
    while (end < lines.length && !closesFence(lines[end]!, fence)) end++;
    return { kind: 'fence', first, end: Math.min(end + 1, lines.length) };
  }
  const blank = contentEnd(lines[first]!) === 0;
  while (end < lines.length) {
    const line = lines[end]!;
    if ((contentEnd(line) === 0) !== blank || openedFence(line) !== null) break;
    end++;
  }
  return { kind: blank ? 'blank' : 'paragraph', first, end };
}

/** Which lines of a paragraph are set: rows of a table, and indented ones. */
export function setLines(lines: readonly string[]): boolean[] {
  const gaps = lines.map(hasGap);
  return lines.map(
    (line, at) =>
      isIndented(line) ||
      line.includes('|') ||
      (gaps[at]! && (gaps[at - 1] === true || gaps[at + 1] === true)),
  );
}

/** Whether something like a column's gap stands between two words: a tab, or more than one blank. */
function hasGap(line: string): boolean {
  const end = contentEnd(line);
  let at = 0;
  while (isBlank(line[at])) at++;
  for (; at < end; at++) {
    if (line[at] === '\t' || (line[at] === ' ' && isBlank(line[at + 1]))) return true;
  }
  return false;
}
