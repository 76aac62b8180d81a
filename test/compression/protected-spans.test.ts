import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  protectedSpans,
  protectedTexts,
  StopwordRemover,
  WhitespaceCompressor,
} from '../../src/compression/index.js';
import { anyText, mixed } from './documents.js';

describe('protectedSpans', () => {
  it.each([
    ['pay $5.30 or 10 kg by 5 May 2024', ['$5.30', '10', 'kg', '5', 'May', '2024']],
    ['at 10:30 am, v1.2.3 (50 %).', ['10:30', 'am', 'v1.2.3', '50', '%']],
    ['see https://a.b/c?d=1, a@b.co and /etc/x.', ['https://a.b/c?d=1', 'a@b.co', '/etc/x']],
    ['say "one  two" and ‘three’ or `a b`', ['"one  two"', '‘three’', '`a b`']],
    ["it's the dogs' bowl, don't", ["don't"]],
    ['a 5" pipe and \'x', ['5', '" pipe and \'x']],
    ['a {"b": [1, {"c": "}"}]} d', ['{"b": [1, {"c": "}"}]}']],
    [`{{ name }} \${a b} <b x="1"> a < b`, ['{{ name }}', `\${a b}`, '<b x="1">', '<']],
    ['do not go, never without me', ['not', 'never', 'without']],
    ['geh nicht, kein Hund; ne va pas', ['nicht', 'kein', 'ne', 'pas']],
    ['x\n\n| a | b |\n\n  two  c', ['| a | b |', '  two  c']],
    ['a\n```\nb  c\n```\nd', ['```\nb  c\n```\n']],
    ['- a well-known thing: plain.', []],
  ])('finds in %j %j', (text, expected) => {
    expect(protectedTexts(text)).toEqual(expected);
  });

  it('gives spans in order that do not overlap', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let end = 0;
        for (const { from, to } of protectedSpans(text)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 300 },
    );
  });

  it.each([new WhitespaceCompressor(), new StopwordRemover()])(
    'are the same, in order and to the letter, after $method',
    (compressor) => {
      fc.assert(
        fc.property(mixed, (text) => {
          const { text: shorter, tokensSaved } = compressor.compress(text);
          expect(protectedTexts(shorter)).toEqual(protectedTexts(text));
          expect(compressor.compress(text).text).toBe(shorter);
          expect(tokensSaved).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: 400 },
      );
    },
  );

  it.each(['a', '`', '"', "'", '{', '[{', '<a', '{"a":[', '5 kg ', '" \n\n', '``` ', '\n'])(
    'is not held up by a hundred thousand characters of %j',
    (unit) => {
      const hostile = unit.repeat(100_000 / unit.length);
      expect(protectedSpans(hostile).every(({ to }) => to <= hostile.length)).toBe(true);
    },
  );
});
