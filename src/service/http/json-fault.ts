/** Where a text stops being JSON, counting lines and columns from 1, and what could have stood there. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

type Expected =
  | 'a value'
  | 'a value or "]"'
  | 'a name in quotes'
  | 'a name in quotes or "}"'
  | '":"'
  | '"," or "]"'
  | '"," or "}"'
  | 'the end';

const SPACE = /[\t\n\r ]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * The first fault of a text that `JSON.parse` refuses, as its own message gives the place only
 * sometimes and may quote the text. Linear, and without recursion.
 */
export function findJsonFault(text: string): JsonFault {
  const { at, expected } = scan(text);
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return {
    line,
    column: at - lineStart + 1,
    expected: at >= text.length && expected !== 'the end' ? `${expected}, but it ends` : expected,
  };
}

function scan(text: string): { readonly at: number; readonly expected: string } {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'a value';
  let at = 0;
  const afterValue = (): Expected =>
    open.length === 0 ? 'the end' : open.at(-1) === '[' ? '"," or "]"' : '"," or "}"';
  for (;;) {
    at = skip(SPACE, text, at);
    const unit = text[at];
    if (unit === undefined) return { at, expected };
    if (expected === 'a value' || expected === 'a value or "]"') {
      if (unit === '[' || unit === '{') {
        open.push(unit);
        expected = unit === '[' ? 'a value or "]"' : 'a name in quotes or "}"';
        at++;
      } else if (unit === ']' && expected === 'a value or "]"') {
        open.pop();
        expected = afterValue();
        at++;
      } else {
        const end = unit === '"' ? endOfString(text, at) : skip(SCALAR, text, at);
        if (end === at) return { at, expected };
        if (end < 0) return { at: -end, expected: 'the rest of a text in quotes' };
        at = end;
        expected = afterValue();
      }
    } else if (expected === 'a name in quotes' || expected === 'a name in quotes or "}"') {
      if (unit === '}' && expected === 'a name in quotes or "}"') {
        open.pop();
        expected = afterValue();
        at++;
      } else {
        if (unit !== '"') return { at, expected };
        const end = endOfString(text, at);
        if (end < 0) return { at: -end, expected: 'the rest of a text in quotes' };
        at = end;
        expected = '":"';
      }
    } else if (expected === '":"') {
      if (unit !== ':') return { at, expected };
      expected = 'a value';
      at++;
    } else if (expected === 'the end') {
      return { at, expected };
    } else if (unit === ',') {
      expected = open.at(-1) === '[' ? 'a value' : 'a name in quotes';
      at++;
    } else if (unit === (open.at(-1) === '[' ? ']' : '}')) {
      open.pop();
      expected = afterValue();
      at++;
    } else {
      return { at, expected };
    }
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Where a string that begins at `at` ends; the place of its fault, negative, where it does not. */
function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const unit = text.charCodeAt(next);
    if (unit === 0x22) return next + 1;
    if (unit < 0x20) return -next;
    if (unit === 0x5c) {
      const end = skip(ESCAPE, text, next);
      if (end === next) return -next;
      next = end - 1;
    }
  }
  return -text.length;
}
