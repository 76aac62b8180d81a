import { type Span, SpanCursor } from './spans.js';

const LETTER = /[A-Za-z/!?]/;

/**
 * What stands in braces or square brackets, its nested ones included (JSON, code, `{{placeholders}}`,
 * `${variables}`), and `<tags>`. A bracket without a partner, or inside a quotation, is like any other
 * character.
 * @param quoted in order, without overlaps
 */
export function bracketedIn(text: string, quoted: readonly Span[]): Span[] {
  const spans: Span[] = [];
  const braces: number[] = [];
  const squares: number[] = [];
  const cursor = new SpanCursor(quoted);
  let tag = -1;
  const add = (from: number, to: number): void => {
    while (spans.length > 0 && spans.at(-1)!.from >= from) spans.pop();
    spans.push({ from, to });
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Of { } [ ] < >: all others are passed at once.
    if (code < 0x3c || (code > 0x3e && code < 0x5b) || code > 0x7d) continue;
    const character = text[at]!;
    if (!'{}[]<>'.includes(character) || cursor.touches(at, at + 1)) continue;
    if (character === '{') braces.push(at);
    else if (character === '[') squares.push(at);
    else if (character === '<') tag = LETTER.test(text[at + 1] ?? ' ') ? at : -1;
    else {
      const from = character === '}' ? braces.pop() : character === ']' ? squares.pop() : tag;
      if (from === undefined || from < 0) continue;
      add(character === '}' && text[from - 1] === '$' ? from - 1 : from, at + 1);
      if (character === '>') tag = -1;
    }
  }
  return spans;
}
