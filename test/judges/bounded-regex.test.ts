import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedRegexProblem, compileBoundedRegex } from '../../src/judges/index.js';

describe('boundedRegexProblem', () => {
  it.each([
    'yes|no',
    '^\\s{0,5}(?:yes|no)\\b',
    '[a-z]{1,20}@[a-z]{1,20}\\.com',
    '(?<year>\\d{4})-\\d{2}',
    '[*+{]',
    'a\\*\\+',
    '\\p{Lu}\\u{1F600}\\x41',
    '(?:ab){3}',
    '(?:\\.\\d{1,6})?',
    '.{0,500}?x',
    '😀?',
  ])('accepts %s', (pattern) => {
    expect(boundedRegexProblem(pattern)).toBeNull();
  });

  it.each([
    ['', 'it is empty'],
    ['a*', '"*" has no upper bound'],
    ['a+?', '"+" has no upper bound'],
    ['a{2,}', '"{2,}" has no upper bound'],
    ['(a{1,5}){1,5}', 'another quantifier'],
    ['(?:a?){20}', 'another quantifier'],
    ['(a)\\1', 'backreference'],
    ['(?<x>a)\\k<x>', 'backreference'],
    ['(?=a)b', 'lookaround'],
    ['(?!a)b', 'lookaround'],
    ['(?<=a)b', 'lookaround'],
    ['(?<!a)b', 'lookaround'],
    ['(', 'no regular expression'],
    ['a'.repeat(501), '501 characters'],
    ['(?:a|a){30}b', 'too many steps'],
    [`${'(?:a|a)'.repeat(20)}b`, 'too many steps'],
    ['a{0,60}a{0,60}a{0,60}b', 'too many steps'],
    [`${'a?'.repeat(40)}${'a'.repeat(40)}`, 'too many steps'],
    ['a{0,100000}', 'at most 5000 repeats'],
  ])('refuses %s', (pattern, problem) => {
    expect(boundedRegexProblem(pattern)).toContain(problem);
    expect(() => compileBoundedRegex(pattern, false)).toThrow(RangeError);
  });

  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    'a?',
    'a{0,9}',
    '.{0,30}',
    '(?:a|b)',
    '(?:a|ab){1,4}',
    '(?:a|a|a)',
    '(a{0,3})?',
    '\\w{0,20}',
    '|',
    '\\s',
  );

  it('lets nothing through that runs long on the longest hostile text', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const pattern = `${pieces.join('')}(?:!)`;
        if (boundedRegexProblem(pattern) !== null) return;
        const regex = compileBoundedRegex(pattern, false);
        expect(() => regex.test('a'.repeat(30_000))).not.toThrow();
      }),
      { numRuns: 60 },
    );
  });
});
