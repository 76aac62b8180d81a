import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ContextTruncator,
  type CountTokens,
  type RequestText,
} from '../../src/compression/index.js';
import { approximateTokens, createTokenCounter } from '../../src/costs/index.js';
import { anyText } from './documents.js';

const exact = await createTokenCounter('openai/gpt-4o');
const COUNTERS: readonly CountTokens[] = [
  exact.count,
  approximateTokens,
  (text) => text.length,
  (text) => Buffer.byteLength(text, 'utf8'),
  (text) => text.split(/\s+/).filter(Boolean).length,
  (text) => Math.ceil(exact.count(text) * 1.3),
  (text) => (text === '' ? 0 : 3 + approximateTokens(text)),
];
const LONE = /\p{Surrogate}/u;
const counter = fc.constantFrom(...COUNTERS);
const keep = fc.constantFrom('end', 'start', 'middle' as const);
const limit = fc.oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 60 }));
const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const cut = (text: string, maxTokens: number, kept: 'end' | 'start' | 'middle'): string =>
  new ContextTruncator({ maxTokens, keep: kept, countTokens: words }).compress(text).text;
const user = (text: string): RequestText => ({ text, role: 'user', fixed: false });

describe('ContextTruncator', () => {
  const text = 'One two three. Four five six.\nSeven eight nine. Ten eleven twelve.';

  it.each([
    ['end', 7, '[...]\nSeven eight nine. Ten eleven twelve.'],
    ['end', 4, '[...] Ten eleven twelve.'],
    ['start', 4, 'One two three. [...]'],
    ['start', 7, 'One two three. Four five six.\n[...]'],
    ['middle', 7, 'One two three. [...] Ten eleven twelve.'],
    ['middle', 100, text],
    ['start', 1, 'One'],
    ['end', 0, ''],
  ] as const)('keeps the %s within %i words', (kept, most, expected) => {
    expect(cut(text, most, kept)).toBe(expected);
  });

  it('cuts between words where the sentences are too long', () => {
    expect(cut('one two three four five six', 4, 'start')).toBe('one two three [...]');
    expect(cut('one two three four five six', 4, 'end')).toBe('[...] four five six');
  });

  it('never passes the limit of the counter it is given, nor splits a character', () => {
    fc.assert(
      fc.property(anyText, limit, keep, counter, (long, maxTokens, kept, countTokens) => {
        const truncator = new ContextTruncator({ maxTokens, keep: kept, countTokens });
        const { text: shorter, compressedTokens, changed } = truncator.compress(long);
        expect(countTokens(shorter)).toBeLessThanOrEqual(maxTokens);
        expect(compressedTokens).toBe(countTokens(shorter));
        expect(changed).toBe(countTokens(long) > maxTokens);
        if (!LONE.test(long)) expect(shorter).not.toMatch(LONE);
        expect(truncator.compress(shorter).text).toBe(shorter);
        expect(truncator.compress(long).text).toBe(shorter);
      }),
      { numRuns: 600 },
    );
  });

  it('fills most of the limit', () => {
    const long = 'The quick brown fox jumps over the lazy dog, and rests. '.repeat(50);
    for (const kept of ['end', 'start', 'middle'] as const) {
      const { compressedTokens } = new ContextTruncator({
        maxTokens: 200,
        keep: kept,
        countTokens: exact.count,
      }).compress(long);
      expect(compressedTokens).toBeGreaterThan(180);
    }
  });

  it('holds the limit over all texts of a request, and leaves what is fixed', () => {
    const some = fc.record({
      text: anyText,
      role: fc.constantFrom('system', 'user', 'assistant' as const),
      fixed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 5 }),
        limit,
        keep,
        counter,
        (texts, maxTokens, kept, countTokens) => {
          const results = new ContextTruncator({
            maxTokens,
            keep: kept,
            countTokens,
          }).compressTexts(texts);
          const total = results.reduce((sum, one) => sum + countTokens(one.text), 0);
          if (results.every(({ reason }) => reason === undefined)) {
            expect(total).toBeLessThanOrEqual(maxTokens);
          } else expect(results.some(({ changed }) => changed)).toBe(false);
          for (const [at, one] of texts.entries()) {
            if (one.fixed) expect(results[at]!.text).toBe(one.text);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('cuts the longest context first, then system turns, the question last', () => {
    const truncated = (maxTokens: number) =>
      new ContextTruncator({ maxTokens, countTokens: words })
        .compressTexts([
          { text: 'be kind now', role: 'system', fixed: false },
          user('a b c d e f g h i j k l m n o p q r s t'),
          user('short one'),
          user('more of it here\n\nwhat is it?'),
        ])
        .map((one) => one.text);
    expect(truncated(30)).toEqual([
      'be kind now',
      '[...] d e f g h i j k l m n o p q r s t',
      'short one',
      'more of it here\n\nwhat is it?',
    ]);
    expect(truncated(12).at(-1)).toMatch(/\n\nwhat is it\?$/);
    expect(truncated(6)).toEqual(['be kind now', '', '', 'what is it?']);
    expect(truncated(3)).toEqual(['', '', '', 'what is it?']);
    expect(truncated(2)).toEqual(['', '', '', '[...] it?']);
  });

  it('says why it cuts nothing where what is fixed leaves no room', () => {
    const texts = [{ text: 'a b c', role: 'system', fixed: true } as const, user('d e')];
    const results = new ContextTruncator({ maxTokens: 3, countTokens: words }).compressTexts(texts);
    expect(results.map((one) => one.text)).toEqual(['a b c', 'd e']);
    expect(results[0]!.reason).toBe('what must stay has 3 tokens, the limit is 3');
  });

  it('is not held up by twenty thousand turns', () => {
    const turns = Array.from({ length: 20_000 }, (_, at) => user(`turn number ${at}`));
    const results = new ContextTruncator({ maxTokens: 100, countTokens: words }).compressTexts(
      turns,
    );
    expect(results.reduce((sum, { text }) => sum + words(text), 0)).toBeLessThanOrEqual(100);
    expect(results.at(-1)!.text).toBe('turn number 19999');
  });

  it('refuses a limit that is none', () => {
    expect(() => new ContextTruncator({ maxTokens: -1 })).toThrow('got -1');
  });
});
