import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFeatures, lexicalStatistics, normaliseWords } from '../../src/features/index.js';

describe('extractFeatures', () => {
  it('joins all messages but the system ones and keeps the declared domain', () => {
    const features = extractFeatures({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'Why?' },
      ],
      domain: 'talk',
    });
    expect(features.text).toBe('Hi\n\nHello\n\nWhy?');
    expect(features.domain).toBe('talk');
    const withoutSystem = extractFeatures({
      messages: [{ role: 'user', content: 'Hi\n\nHello\n\nWhy?' }],
      domain: null,
    });
    expect(features.tokens).toBeGreaterThan(withoutSystem.tokens);
  });

  it('takes a request without messages', () => {
    const features = extractFeatures({ messages: [], domain: null });
    expect(features).toEqual({
      text: '',
      domain: null,
      tokens: 0,
      lexical: lexicalStatistics(''),
    });
    expect(Object.values(features.lexical).every((value) => value === 0)).toBe(true);
  });

  it('stays linear on a megabyte of one letter', () => {
    const content = 'a'.repeat(1_000_000);
    const { lexical } = extractFeatures({ messages: [{ role: 'user', content }], domain: null });
    normaliseWords(content);
    expect(lexical.words).toBe(1);
  });
});

describe('lexicalStatistics', () => {
  it('counts what a person would count', () => {
    const text = 'Is 12 > 7.5?\n\n- Yes {a}\n2) No\nÜber';
    const statistics = lexicalStatistics(text);
    expect(statistics).toMatchObject({
      chars: text.length,
      words: 9,
      lines: 4,
      numbers: 4,
      questionMarks: 1,
      listItems: 2,
    });
    expect(statistics.digitShare).toBeCloseTo(5 / text.length);
    expect(statistics.nonAsciiShare).toBeCloseTo(1 / text.length);
    expect(statistics.codeShare).toBeCloseTo(4 / text.length);
  });

  it('gives finite numbers and shares in [0, 1] for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const [name, value] of Object.entries(lexicalStatistics(text))) {
          expect(Number.isFinite(value)).toBe(true);
          if (name.endsWith('Share')) expect(value).toBeGreaterThanOrEqual(0);
          if (name.endsWith('Share')) expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('normaliseWords', () => {
  it('lets phrases be found as whole words only', () => {
    const words = normaliseWords('Explain C++, step-by-step; don’t skip');
    expect(words).toBe(' explain c++ step by step don t skip ');
    expect(words.includes(normaliseWords('step by step'))).toBe(true);
    expect(words.includes(normaliseWords('plain'))).toBe(false);
  });
});
