import { carriageReturn, contentEnd, isBlank } from './blanks.js';
import { structuralSpans } from './protected-spans.js';
import { SpanCursor } from './spans.js';
import { type Block, layoutOf, type TextLayout } from './text-layout.js';

/** From this many blank lines on they become one. */
const MANY_BLANK_LINES = 3;

/** A text without any of these has nothing to take out: most have none. */
const SIGNS = ['  ', '\t', ' \n', '\n\n\n', '\r'];

/** The text without blanks that say nothing; see `WhitespaceCompressor`. */
export function collapseWhitespace(text: string): string {
  if (!SIGNS.some((sign) => text.includes(sign))) return text;
  const layout = layoutOf(text);
  const kept = new SpanCursor(structuralSpans(text, layout));
  return layout.blocks.map((block) => collapsedBlock(block, layout, kept)).join('\n');
}

function collapsedBlock(block: Block, { lines, starts }: TextLayout, kept: SpanCursor): string {
  const own = lines.slice(block.first, block.end);
  const isLast = block.end === lines.length;
  if (block.kind === 'fence') return own.join('\n');
  if (block.kind === 'paragraph') {
    return own
      .map((line, at) => {
        const isOpen = at === own.length - 1 ? isLast : isHardBreak(line);
        return collapsedLine(line, starts[block.first + at]!, kept, isOpen);
      })
      .join('\n');
  }
  // What follows the last line break is no line yet: another text may go on from there.
  const open = isLast ? own.splice(-1) : [];
  if (kept.touches(starts[block.first]!, starts[block.end]!)) return [...own, ...open].join('\n');
  const fewer = own.length < MANY_BLANK_LINES ? own : own.slice(0, 1);
  return [...fewer.map(carriageReturn), ...open].join('\n');
}

/** Two spaces before the next line of a paragraph break the line in Markdown. */
function isHardBreak(line: string): boolean {
  const end = line.length - carriageReturn(line).length;
  return line[end - 1] === ' ' && line[end - 2] === ' ';
}

/**
 * @param start where the line begins in the text
 * @param isOpen whether the blanks at its end stay
 */
function collapsedLine(line: string, start: number, kept: SpanCursor, isOpen: boolean): string {
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
    const from = at;
    while (isBlank(line[at])) at++;
    if (at - from > 1 && !kept.touches(start + from, start + at)) {
      text += `${line.slice(copied, from)} `;
      copied = at;
    }
  }
  if (isOpen || kept.touches(start + end, start + line.length + 1))
    return text + line.slice(copied);
  return text + line.slice(copied, end) + carriageReturn(line);
}
