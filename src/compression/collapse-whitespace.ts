import { carriageReturn, contentEnd, isIndented } from './blanks.js';
import { closesFence, openedFence } from './code-fence.js';
import { collapseParagraph } from './collapse-paragraph.js';
import { quotationIn } from './quotation.js';

/** From this many blank lines on they become one. */
const MANY_BLANK_LINES = 3;

/** A text without any of these has nothing to take out: most have none. */
const SIGNS = ['  ', '\t', ' \n', '\n\n\n', '\r'];

/** The text without blanks that say nothing; see `WhitespaceCompressor`. */
export function collapseWhitespace(text: string): string {
  if (!SIGNS.some((sign) => text.includes(sign))) return text;
  const lines = text.split('\n');
  const out: string[] = [];
  let quoting = false;
  for (let at = 0; at < lines.length; ) {
    const end = blockEnd(lines, at);
    const block = lines.slice(at, end);
    if (openedFence(lines[at]!) !== null) append(out, block);
    else if (contentEnd(lines[at]!) === 0) {
      const between = isIndented(lines[at - 1] ?? '') && isIndented(lines[end] ?? '');
      // What follows the last line break is no line yet: another text may go on from there.
      const open = end === lines.length ? block.splice(-1) : [];
      append(out, quoting || between ? block : fewerBlankLines(block));
      append(out, open);
    } else {
      const quotation = quotationIn(block, quoting);
      append(out, collapseParagraph(block, quotation.kept, end === lines.length));
      quoting = quotation.open;
    }
    at = end;
  }
  return out.join('\n');
}

/** Before which line the fenced code, the blank lines or the paragraph that begin at a line end. */
function blockEnd(lines: readonly string[], from: number): number {
  const fence = openedFence(lines[from]!);
  let end = from + 1;
  if (fence !== null) {
    while (end < lines.length && !closesFence(lines[end]!, fence)) end++;
    return Math.min(end + 1, lines.length);
  }
  const blank = contentEnd(lines[from]!) === 0;
  while (end < lines.length) {
    const line = lines[end]!;
    if ((contentEnd(line) === 0) !== blank || openedFence(line) !== null) break;
    end++;
  }
  return end;
}

function fewerBlankLines(lines: readonly string[]): string[] {
  const kept = lines.length < MANY_BLANK_LINES ? lines : lines.slice(0, 1);
  return kept.map(carriageReturn);
}

function append(lines: string[], more: readonly string[]): void {
  for (const line of more) lines.push(line);
}
