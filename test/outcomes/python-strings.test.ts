import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePythonStringList } from '../../src/outcomes/formats/python-strings.js';

const hex = (codePoint: number, digits: number) => codePoint.toString(16).padStart(digits, '0');

/** What Python 3 writes for `repr(text)`. */
function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (character === '\\' || character === quote) body += `\\${character}`;
    else if (character === '\n') body += '\\n';
    else if (character === '\r') body += '\\r';
    else if (character === '\t') body += '\\t';
    else if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa1))
      body += `\\x${hex(codePoint, 2)}`;
    else if (/\p{C}|\p{Z}/u.test(character) && character !== ' ') {
      body += codePoint > 0xffff ? `\\U${hex(codePoint, 8)}` : `\\u${hex(codePoint, 4)}`;
    } else body += character;
  }
  return quote + body + quote;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', '\n', '\r', '\t', 'n', 'x', '0', ',', ']') }),
);

describe('Python lists of strings', () => {
  test('what repr writes is read back', () => {
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(parsePythonStringList(`[${texts.map(repr).join(', ')}]`)).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });

  test('nothing makes it throw', () => {
    fc.assert(
      fc.property(fc.string(), text, (any, quotes) => {
        for (const source of [any, quotes, `[${quotes}]`, `['${quotes}']`]) {
          const parsed = parsePythonStringList(source);
          expect(parsed === null || Array.isArray(parsed)).toBe(true);
        }
      }),
    );
  });

  test.each([
    ["['a']", ['a']],
    [' [ "it\'s" , ] ', ["it's"]],
    ["['ab' \"cd\"\n'ef']", ['abcdef']],
    ["['\\x41\\u00e9\\U0001f600']", ['Aé😀']],
    ["['\\d']", ['\\d']],
    ["['\\a\\b\\f\\v']", ['\x07\b\f\v']],
    ["['']", ['']],
    ['[]', []],
    ["['a', 'b']", ['a', 'b']],
  ])('%s', (source, expected) => {
    expect(parsePythonStringList(source)).toEqual(expected);
  });

  test.each([
    'plain text',
    "'a'",
    "['a'",
    "['a]",
    "['a'] tail",
    "['a' 1]",
    '[1]',
    "[,'a']",
    "['a',,'b']",
    "['\\x4']",
    "['\\U00110000']",
    "['\\ud83d']",
    "['a\nb']",
    "['''a''']",
    '[["a"]]',
  ])('%s is not one', (source) => {
    expect(parsePythonStringList(source)).toBeNull();
  });

  test('a million quotes and backslashes take no time to speak of', () => {
    expect(parsePythonStringList(`['${"\\'".repeat(500_000)}']`)?.[0]).toHaveLength(500_000);
    expect(parsePythonStringList(`['${'"'.repeat(1_000_000)}`)).toBeNull();
  });
});
