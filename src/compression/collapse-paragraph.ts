import { carriageReturn, contentEnd, isBlank, isIndented } from './blanks.js';
import type { Kept } from './quotation.js';

/**
 * The lines of a paragraph with runs of blanks as one space and none at line ends; tables, indented
 * lines and what is kept as they are.
 * @param atEnd whether the last line is not ended by a line break
 */
export function collapseParagraph(
  lines: readonly string[],
  kept: Kept | null,
  atEnd: boolean,
): string[] {
  const gaps = lines.map(hasGap);
  return lines.map((line, at) => {
    const inTable =
      line.includes('|') || (gaps[at] && (gaps[at - 1] === true || gaps[at + 1] === true));
    if (inTable || isIndented(line)) return line;
    const inKept = kept !== null && at >= kept.fromLine && at <= kept.toLine;
    const from = !inKept ? line.length : at === kept.fromLine ? kept.from : 0;
    const to = !inKept ? line.length : at === kept.toLine ? kept.to : line.length + 1;
    const isLast = at === lines.length - 1;
    return collapseLine(line, from, to, isLast ? atEnd : isHardBreak(line));
  });
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

/** Two spaces before the next line of a paragraph break the line in Markdown. */
function isHardBreak(line: string): boolean {
  const end = line.length - carriageReturn(line).length;
  return line[end - 1] === ' ' && line[end - 2] === ' ';
}

/**
 * @param from and `to`: bounds of what is kept; `to` is beyond the line where its end is kept, too
 * @param isOpen whether the blanks at its end stay
 */
function collapseLine(line: string, from: number, to: number, isOpen: boolean): string {
  const end = contentEnd(line);
  let text = '';
  let copied = 0;
  let at = 0;
  while (isBlank(line[at])) at++;
  while (at < end) {
    if (!isBlank(line[at])) {
      at++;
      continue;
    }
    const start = at;
    while (isBlank(line[at])) at++;
    if (at - start > 1 && (at <= from || start >= to)) {
      text += `${line.slice(copied, start)} `;
      copied = at;
    }
  }
  if (isOpen || to > line.length) return text + line.slice(copied);
  return text + line.slice(copied, end) + carriageReturn(line);
}
