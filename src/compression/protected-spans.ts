import { isIndented } from './blanks.js';
import { bracketedIn } from './bracketed.js';
import { protectedWords } from './protected-words.js';
import { quotationsIn } from './quotation.js';
import { mergeSpans, type Span } from './spans.js';
import { layoutOf, setLines, type TextLayout } from './text-layout.js';

/**
 * What of a text must stay, to the letter, whatever else is taken out: in order, without overlaps.
 * - fenced and inline code, quotations (one left open holds on until it is closed);
 * - tables, and indented lines with the blank lines between them;
 * - what stands in braces or square brackets, and tags: JSON, code, placeholders;
 * - words with more than letters: numbers with sign, currency and unit, dates, versions, addresses,
 *   e-mail, paths, identifiers, formulas;
 * - words that turn a sentence round: not, never, without, except, only, unless and their like.
 *
 * Doubtful cases are protected. Takes time linear in the text, whatever it holds.
 */
export function protectedSpans(text: string): Span[] {
  const structural = structuralSpans(text, layoutOf(text));
  return mergeSpans([...structural, ...protectedWords(text)]);
}

/** The texts of those spans, in order. */
export const protectedTexts = (text: string): string[] =>
  protectedSpans(text).map(({ from, to }) => text.slice(from, to));

/** Those of them whose blanks count, too. */
export function structuralSpans(text: string, { lines, starts, blocks }: TextLayout): Span[] {
  const spans: Span[] = [];
  let quoting = false;
  for (const { kind, first, end } of blocks) {
    const from = starts[first]!;
    const to = Math.min(starts[end]!, text.length);
    if (kind === 'fence') spans.push({ from, to });
    else if (kind === 'blank') {
      const between = isIndented(lines[first - 1] ?? '') && isIndented(lines[end] ?? '');
      if ((quoting || between) && to > from) spans.push({ from, to });
    } else {
      const set = setLines(lines.slice(first, end));
      for (let at = 0; at < set.length; at++) {
        const start = starts[first + at]!;
        if (set[at]) spans.push({ from: start, to: start + lines[first + at]!.length });
      }
      const last = starts[end - 1]! + lines[end - 1]!.length;
      const quotations = quotationsIn(text, from, last, quoting);
      for (const span of quotations.spans) spans.push(span);
      quoting = quotations.open;
    }
  }
  const kept = mergeSpans(spans);
  return mergeSpans([...kept, ...bracketedIn(text, kept)]);
}
