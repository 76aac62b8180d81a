import { describe, expect, test } from 'vitest';
import { groupPrompts } from '../../src/evaluation/grouping.js';
import { compare } from '../../src/evaluation/index.js';
import { splitByDomain } from '../../src/evaluation/out-of-domain.js';
import { splitPrompts } from '../../src/evaluation/splits.js';
import { exampleInput, exampleMatrix, prompt, randomText } from './example-run.js';

const rowsOf = (prompts: readonly unknown[]) => Int32Array.from(prompts, (_, row) => row);

const spread = (domains: readonly string[], count: number) =>
  Array.from({ length: count }, (_, i) =>
    prompt(`p${i}`, randomText(i), { domain: domains[i % domains.length]! }),
  );

describe('whole domains held out', () => {
  test.each([2, 3, 5, 9])('%i domains', (count) => {
    const domains = Array.from({ length: count }, (_, i) => `d${i}`);
    const prompts = spread(domains, 120);
    const split = splitByDomain(prompts, rowsOf(prompts), groupPrompts(prompts), 1);
    expect(split.kind).toBe('cross-fit');
    expect(split.folds).toHaveLength(Math.min(5, count));
    const tested = split.folds.flatMap(({ test }) => [...test]);
    expect([...tested].sort((a, b) => a - b)).toEqual([...rowsOf(prompts)]);
    for (const { fit, tune, test } of split.folds) {
      const learned = new Set([...fit, ...tune].map((row) => prompts[row]!.domain));
      for (const row of test) expect(learned.has(prompts[row]!.domain)).toBe(false);
      const chosenOn = new Set(Array.from(tune, (row) => prompts[row]!.domain));
      const fitted = new Set(Array.from(fit, (row) => prompts[row]!.domain));
      if (count > 2) expect([...chosenOn].filter((domain) => fitted.has(domain))).toEqual([]);
      expect(fit.length).toBeGreaterThan(0);
      expect(tune.length).toBeGreaterThan(0);
    }
  });

  test('near-duplicates across domains stay together, and that is said', () => {
    const prompts = spread(['a', 'b', 'c'], 60).map((one, i) =>
      i < 6 ? { ...one, group: 'same' } : one,
    );
    const split = splitByDomain(prompts, rowsOf(prompts), groupPrompts(prompts), 1);
    for (const { test } of split.folds) {
      expect([0, 6]).toContain([...test].filter((row) => row < 6).length);
    }
    expect(split.warnings).toEqual([expect.stringMatching(/^4 prompts are near-duplicates/)]);
  });

  test('data without domains, or with one', () => {
    const bare = spread(['a', 'b'], 20).map((one, i) => (i === 3 ? { ...one, domain: null } : one));
    expect(() => splitByDomain(bare, rowsOf(bare), groupPrompts(bare), 1)).toThrow(
      '1 of 20 prompts declare none',
    );
    const one = spread(['a'], 20);
    expect(() => splitByDomain(one, rowsOf(one), groupPrompts(one), 1)).toThrow('of one, "a"');
  });

  test('a lookup by domain has nothing to look up: it does what it does for domains unknown', () => {
    const matrix = exampleMatrix(300);
    const prompts = matrix.prompts.map((one, i) => ({ ...one, domain: `d${i % 4}` }));
    const comparison = compare(exampleInput({ ...matrix, prompts }, { outOfDomain: true }));
    expect(comparison).toMatchObject({ outOfDomain: true, splits: { folds: 4, test: 300 } });
    expect(comparison.verdict.text).toMatch(/^On domains never learned from: /);
    const lookups = comparison.tradeoffs.filter(({ router }) => router === 'per-domain');
    expect(lookups.length).toBeGreaterThan(0);
    // One answer for all unknown domains: in each fold one model takes the whole test part.
    for (const { shares } of lookups) {
      for (const share of Object.values(shares)) expect((share * 4) % 1).toBeCloseTo(0, 9);
    }
  });
});

describe('a published split', () => {
  const published = (side: (i: number) => string | null) => {
    const prompts = spread(['a'], 90).map((one, i) => ({ ...one, split: side(i) }));
    return splitPrompts(prompts, rowsOf(prompts), groupPrompts(prompts), 1);
  };
  const known = (i: number) => (i % 3 === 0 ? 'test' : 'train');

  test('is kept where all prompts have a side', () => {
    const { kind, folds, warnings } = published(known);
    expect({ kind, warnings }).toEqual({ kind: 'plain', warnings: [] });
    expect(folds[0]!.test).toHaveLength(30);
  });

  test('is passed over with a warning where some have none, or one that is unknown', () => {
    const part = published((i) => (i < 10 ? null : known(i)));
    expect(part.kind).toBe('cross-fit');
    expect(part.warnings).toEqual([expect.stringContaining('10 of 90 prompts are not on a side')]);
    const other = published((i) => (i < 10 ? 'dev' : known(i)));
    expect(other.warnings).toEqual([expect.stringContaining('(one says "dev")')]);
  });

  test('is no matter where none was published', () => {
    expect(published(() => null).warnings).toEqual([]);
    expect(published(() => 'test').warnings).toEqual([]);
  });
});
