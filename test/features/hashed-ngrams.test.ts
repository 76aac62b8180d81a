import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverseDocumentFrequency, NgramHasher } from '../../src/features/index.js';

const hasher = new NgramHasher(2 ** 14);

const cosine = (a: string, b: string): number => {
  const [left, right] = [hasher.hash(a, 'x'), hasher.hash(b, 'x')];
  const values = new Map([...right.indices].map((index, at) => [index, right.values[at]!]));
  return [...left.indices].reduce(
    (sum, index, at) => sum + left.values[at]! * (values.get(index) ?? 0),
    0,
  );
};

describe('NgramHasher', () => {
  it('gives the same vector of length 1 each time, indices ascending', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
        const first = hasher.hash(text, 'x');
        expect(hasher.hash(text, 'x')).toEqual(first);
        const square = first.values.reduce((sum, value) => sum + value * value, 0);
        expect(square === 0 || Math.abs(square - 1) < 1e-9).toBe(true);
        expect([...first.indices]).toEqual([...new Set(first.indices)].sort((a, b) => a - b));
      }),
    );
  });

  it('finds similar texts similar, across case and punctuation', () => {
    const text = 'How many apples are left in the basket?';
    expect(cosine(text, 'how many APPLES are left in the basket')).toBeCloseTo(1);
    const near = cosine(text, 'How many pears are left in the basket?');
    expect(near).toBeGreaterThan(0.6);
    expect(Math.abs(cosine(text, 'Translate this sentence to French'))).toBeLessThan(0.15);
  });

  it('keeps the parts of an example apart', () => {
    const asPrompt = hasher.hash('forty two', 'prompt');
    expect(hasher.hash('forty two', 'answer').indices).not.toEqual(asPrompt.indices);
  });

  it('stays linear on a megabyte of one letter', () => {
    expect(hasher.hash('a'.repeat(1_000_000), 'x').indices.length).toBeGreaterThan(0);
  });

  it.each([0, 1000, 2 ** 21])('refuses %i buckets', (buckets) => {
    expect(() => new NgramHasher(buckets)).toThrow('power of two');
  });
});

describe('inverseDocumentFrequency', () => {
  it('weighs rare buckets more and drops those of too few texts', () => {
    const vector = (...indices: number[]) => ({
      indices: Int32Array.from(indices),
      values: new Float64Array(indices.length).fill(1),
    });
    const idf = inverseDocumentFrequency([vector(0, 1), vector(0, 1), vector(0, 2)], 4, 2);
    expect(idf[0]).toBeCloseTo(1);
    expect(idf[1]).toBeCloseTo(Math.log(4 / 3) + 1);
    expect(idf[2]).toBe(0);
    expect(idf[3]).toBe(0);
  });
});
