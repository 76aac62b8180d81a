import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  extractFeatures,
  NgramHasher,
  REQUEST_STATISTICS,
  requestVector,
  wordingStatistics,
} from '../../src/features/index.js';

const featuresOf = (content: string) =>
  extractFeatures({ messages: [{ role: 'user', content }], domain: null });

describe('wordingStatistics', () => {
  it('sees what a question asks for', () => {
    const text = 'Which of these is NOT "prime"?\nA) 7\n(B) 2024\n```js\nx\n```';
    expect(wordingStatistics(text)).toMatchObject({
      questionStart: 1,
      options: 2,
      quotedSpans: 1,
      codeFences: 2,
      sentences: 1,
      capitalWords: 1,
      longestNumber: 4,
    });
    expect(wordingStatistics('Whichever it is. Why').questionStart).toBe(0);
  });

  it('tells languages apart', () => {
    const english = wordingStatistics('The cat of the house is on a mat.');
    expect(english.functionWordShare).toBeCloseTo(6 / 9);
    const french = wordingStatistics('Où est passé le garçon ?');
    expect(french.accentedShare).toBeCloseTo(3 / 24);
    expect(french.functionWordShare).toBe(0);
    const chinese = wordingStatistics('你好吗？很好。');
    expect(chinese.nonLatinShare).toBeGreaterThanOrEqual(5 / 7);
    expect(chinese.sentences).toBe(2);
  });

  it('gives finite numbers and shares in [0, 1] for any text, all zero for none', () => {
    expect(Object.values(wordingStatistics('')).every((value) => value === 0)).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const vector = requestVector(featuresOf(text));
        expect(vector).toHaveLength(REQUEST_STATISTICS);
        for (const value of vector) expect(Number.isFinite(value)).toBe(true);
        for (const [name, value] of Object.entries(wordingStatistics(text))) {
          expect(value).toBeGreaterThanOrEqual(0);
          if (name.endsWith('Share')) expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('NgramHasher without characters', () => {
  const words = new NgramHasher(2 ** 16, { characters: false });

  it('counts words and pairs alone', () => {
    expect(words.hash('one two three', 'x').indices).toHaveLength(5);
    expect(words.hash('one two three', 'x')).toEqual(words.hash('One, two: THREE', 'x'));
  });

  it('reads scripts without spaces character by character', () => {
    const shared = (a: string, b: string) => {
      const known = new Set(words.hash(a, 'x').indices);
      return [...words.hash(b, 'x').indices].filter((index) => known.has(index)).length;
    };
    expect(words.hash('今日は', 'x').indices).toHaveLength(5);
    expect(shared('今日は雨', '明日は雨')).toBe(5);
    expect(words.hash('abc今', 'x').indices).toHaveLength(3);
  });
});
