import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WhitespaceCompressor } from '../../src/compression/index.js';

const compressor = new WhitespaceCompressor();
const compress = (text: string): string => compressor.compress(text).text;

/** Texts of what matters: blanks, breaks, marks, fences, columns. */
const piece = fc.constantFrom(
  ...['word', 'it’s', "dogs'", '3.14', '1  000', ' ', '  ', '\t', ' \t ', '\n', '\n\n\n\n', '\r\n'],
  ...[
    '"',
    "'",
    '„',
    '“',
    '«',
    '`',
    '``',
    '```',
    '~~~',
    '````',
    '|',
    '- ',
    '> ',
    '   x',
    'é',
    '\u00a0',
  ],
);
const messy = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const blanks = fc.stringMatching(/^[ \t]{1,4}$/);
const inner = fc
  .array(fc.oneof(fc.constantFrom('a', 'be', '7', ',', 'it’s'), blanks), { maxLength: 8 })
  .map((parts) => parts.join(''));
/** Plain prose around what must stay, a paragraph of its own. */
const prose = fc.constantFrom('Some   words.  ', 'More\twords   here', 'x', 'Count   to 10.');

const staysWithin = (before: string, kept: string, after: string): void => {
  expect(compress(`${before}\n\n\n\n\n${kept}\n\n\n\n${after}\n`)).toContain(kept);
};

describe('WhitespaceCompressor', () => {
  it.each([
    ['one   run \t of  blanks', 'one run of blanks'],
    ['ends in a blank \nnext\t\nlast  ', 'ends in a blank\nnext\nlast  '],
    ['ends its paragraph  \n\nnext', 'ends its paragraph\n\nnext'],
    ['one\n\ntwo\n\n\nthree\n\n\n\n\nend', 'one\n\ntwo\n\n\nthree\n\nend'],
    ['one\n \n\t\n  \n\nend', 'one\n\nend'],
    ['\n\n\nstart', '\nstart'],
    ['a \nb', 'a\nb'],
    ['dos\r\n\r\n\r\n\r\ntext', 'dos\r\n\r\ntext'],
    ['dos  text \r\n\r\n\r\n\r\nend\r\n', 'dos text\r\n\r\nend\r\n'],
    ["it's  the   dog and don't  care", "it's the dog and don't care"],
    ['see  https://example.org/a?b=1  now', 'see https://example.org/a?b=1 now'],
    ['lone\ttab stays', 'lone\ttab stays'],
    ['a  b "c  d" e  f', 'a b "c  d" e f'],
  ])('makes of %j %j', (text, expected) => {
    expect(compress(text)).toBe(expected);
  });

  it.each([
    '```\na   b  \n\n\n\n\nc',
    '~~~ js\na   b\n```\n  \n~~~~ x\nc   d',
    '- ```js\n  a   b\n',
    'Answer: ```py\nx   =   1\n',
    'say "one   two  \nthree   four" now',
    'a 5" pipe and "one   two"',
    'open "quotation   \n\n\n\n\nafter   four blank lines"',
    "he said 'the dogs'   tails  aren't' long",
    "print(f'a   b')",
    '‚eins   zwei‘ und „drei   vier“ und «cinq   six»',
    'run `a   b` or ``c   `d``',
    'name  | size\n-----|-----\na   | 1',
    'name    size\nlong    12\nx       3',
    'name\tsize\nx\t\t3',
    '  two   spaces\n\n\n\n\n\ta   tab',
    'a hard break  \nin Markdown   \r\nand another',
  ])('leaves %j alone', (text) => {
    expect(compress(text)).toBe(text);
    expect(compressor.compress(text).changed).toBe(false);
  });

  it('says what it did', () => {
    expect(new WhitespaceCompressor((text) => text.length).compress('a    b')).toEqual({
      text: 'a b',
      originalTokens: 6,
      compressedTokens: 3,
      tokensSaved: 3,
      ratio: 0.5,
      changed: true,
      method: 'whitespace',
    });
    expect(compressor.compress('')).toMatchObject({ ratio: 1, tokensSaved: 0, changed: false });
  });

  it('keeps all words in order, and grows nothing', () => {
    fc.assert(
      fc.property(fc.oneof(messy, fc.string({ unit: 'binary' })), (text) => {
        const { text: shorter, tokensSaved, originalTokens } = compressor.compress(text);
        expect(shorter.split(/\s+/)).toEqual(text.split(/\s+/));
        expect(shorter.match(/\d/g)).toEqual(text.match(/\d/g));
        expect(shorter.length).toBeLessThanOrEqual(text.length);
        expect(tokensSaved >= 0 && tokensSaved <= originalTokens).toBe(true);
        const lines = (one: string) =>
          one.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.split(/\s+/)]));
        expect(lines(shorter).map((line) => line.filter(Boolean))).toEqual(
          lines(text).map((line) => line.filter(Boolean)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('has nothing left to do the second time', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const once = compress(text);
        expect(compress(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps fenced code byte for byte, the open end of a text, too', () => {
    const code = messy.filter((text) => !/[`~]{3}/.test(text));
    const fence = fc.constantFrom('```', '~~~', '````');
    fc.assert(
      fc.property(prose, code, fence, prose, (before, inside, mark, after) => {
        staysWithin(before, `${mark}js\n${inside}\n${mark}`, after);
        const open = `${mark}\n${inside}`;
        expect(compress(`${before}\n\n\n\n${open}`)).toContain(open);
      }),
    );
  });

  it('keeps quotations and inline code byte for byte', () => {
    const marks = fc.constantFrom('""', "''", '„“', '“”', '«»', '‘’', '``');
    fc.assert(
      fc.property(prose, inner, marks, prose, fc.boolean(), (before, inside, pair, after, own) => {
        const quotation = `${pair[0]}${inside}${pair[1]}`;
        if (own) staysWithin(before, quotation, after);
        else expect(compress(`${before} ${quotation} ${after}`)).toContain(quotation);
      }),
    );
  });

  it('keeps tables and indented lines byte for byte', () => {
    const cell = fc.constantFrom('a', 'long cell', '12', '3.5', 'x-y');
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(rows, prose, fc.boolean(), (cells, around, right) => {
        const pad = (text: string) => (right ? text.padStart(11) : text.padEnd(11));
        const columns = cells.map((row) => `|${row.map(pad).join(' | ')}|`).join('\n');
        staysWithin(around, columns, around);
        const aligned = cells.map((row) => `row  ${row.map(pad).join('  ')}.`).join('\n');
        staysWithin(around, aligned, around);
        staysWithin(around, cells.map((row) => `  ${row.join('   ')}  `).join('\n'), around);
        staysWithin(around, cells.map((row) => `\t${row.join('\t\t')}`).join('\n\n\n\n'), around);
      }),
    );
  });

  it.each([
    'a',
    ' ',
    '\n',
    '"',
    '`',
    "'",
    '~',
    '\t',
    '```\n',
    '` `` ``` ',
    '" \n\n\n',
    'a  b\n',
    '| ',
    "it's  ",
  ])('is not held up by a million characters of %j', (unit) => {
    const hostile = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const once = compress(hostile);
    expect(once.length).toBeLessThanOrEqual(hostile.length);
    expect(compress(once) === once).toBe(true);
  });
});
