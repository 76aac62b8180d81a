const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);
/** Escapes of a code point, by the count of hex digits that follow. */
const HEX_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const SPACE = /[ \t\r\n]*/y;
/** A stretch of a literal without anything special in it. */
const PLAIN = /[^\\'"\n\r]+/y;

/**
 * Reads the Python list literal of strings that `repr(["…"])` writes (Python Language Reference,
 * "String and Bytes literals"): either kind of quote, the usual escapes, adjacent strings joined, a
 * trailing comma. Escapes that Python does not know keep their backslash, as in Python.
 * @returns the strings; null for anything else (other types, octal or named escapes, lone surrogates)
 */
export function parsePythonStringList(source: string): string[] | null {
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const matched = pattern.exec(source)?.[0] ?? '';
    at += matched.length;
    return matched;
  };

  const escaped = (): string | null => {
    const letter = source[at++];
    if (letter === undefined) return null;
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) return simple;
    const digits = HEX_ESCAPES.get(letter);
    if (digits === undefined) return /[0-7N\r\n]/.test(letter) ? null : `\\${letter}`;
    const hex = source.slice(at, at + digits);
    at += digits;
    if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return null;
    const codePoint = Number.parseInt(hex, 16);
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    return codePoint > 0x10ffff || isSurrogate ? null : String.fromCodePoint(codePoint);
  };

  const literal = (): string | null => {
    const quote = source[at++];
    // Three quotes in a row open another kind of literal, which no repr writes.
    if (source[at] === quote && source[at + 1] === quote) return null;
    let text = '';
    for (;;) {
      text += skip(PLAIN);
      const next = source[at++];
      if (next === quote) return text;
      if (next === '\\') {
        const character = escaped();
        if (character === null) return null;
        text += character;
      } else if (next === "'" || next === '"') text += next;
      else return null;
    }
  };

  skip(SPACE);
  if (source[at++] !== '[') return null;
  const strings: string[] = [];
  for (;;) {
    skip(SPACE);
    if (source[at] === ']') break;
    let joined: string | null = null;
    while (source[at] === "'" || source[at] === '"') {
      const part = literal();
      if (part === null) return null;
      joined = (joined ?? '') + part;
      skip(SPACE);
    }
    if (joined === null) return null;
    strings.push(joined);
    if (source[at] === ',') at++;
    else if (source[at] !== ']') return null;
  }
  at++;
  skip(SPACE);
  return at === source.length ? strings : null;
}
