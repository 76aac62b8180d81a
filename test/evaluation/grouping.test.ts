import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupPrompts } from '../../src/evaluation/grouping.js';
import { joinSimilar } from '../../src/evaluation/similarity-join.js';
import { splitPrompts } from '../../src/evaluation/splits.js';
import { prompt, randomText } from './example-run.js';

function grams(text: string): Set<string> {
  const set = new Set<string>();
  for (let i = 0; i + 5 <= text.length; i++) set.add(text.slice(i, i + 5));
  return set.size === 0 ? new Set([text]) : set;
}

function jaccard(a: string, b: string): number {
  const [one, two] = [grams(a), grams(b)];
  const shared = [...one].filter((gram) => two.has(gram)).length;
  return shared / (one.size + two.size - shared);
}

test('the join finds exactly the pairs that comparing all with all finds', () => {
  const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'x', 'é', '日本語の');
  const texts = fc.uniqueArray(
    fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
    { minLength: 2, maxLength: 30 },
  );
  fc.assert(
    fc.property(texts, fc.constantFrom(0.3, 0.6, 0.9), (all, threshold) => {
      const found = new Set<string>();
      const note = (a: number, b: number) => found.add([a, b].sort((x, y) => x - y).join());
      joinSimilar(all, threshold, note, () => false);
      const expected = new Set<string>();
      for (let a = 0; a < all.length; a++) {
        for (let b = a + 1; b < all.length; b++) {
          if (jaccard(all[a]!, all[b]!) >= threshold - 1e-12) expected.add(`${a},${b}`);
        }
      }
      expect(found).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

const PREAMBLE = `Please answer with the letter of the correct answer. ${randomText('shots', 60)} `;

/** Minimal pairs behind a long preamble, as Winogrande's. */
const twins = Array.from({ length: 60 }, (_, i) => {
  const body = randomText(i, 14);
  return [
    prompt(`${i}a`, `${PREAMBLE}${body} because they despised it. Answer:`),
    prompt(`${i}b`, `${PREAMBLE}${body} because they enjoyed it. Answer:`),
  ];
}).flat();

test('twins join, and a preamble that all share joins nothing', () => {
  const { groupOf, keys, warnings } = groupPrompts(twins);
  expect(keys).toHaveLength(60);
  for (let i = 0; i < twins.length; i += 2) expect(groupOf[i]).toBe(groupOf[i + 1]);
  expect(warnings).toEqual([]);
});

test('each source of a mixed file has its own preamble', () => {
  const few = Array.from({ length: 12 }, (_, i) =>
    prompt(`c${i}`, `${randomText('other preamble', 50)} ${randomText(`c${i}`)}`, {
      domain: 'code',
    }),
  );
  const many = twins.map((one) => ({ ...one, domain: 'twins' }));
  expect(groupPrompts([...many, ...few]).keys).toHaveLength(60 + 12);
});

test('short sums in one template stay apart, repeats and declared groups join', () => {
  const sums = Array.from({ length: 40 }, (_, i) =>
    prompt(`s${i}`, `What is ${i + 13} + ${i * 7}?`),
  );
  expect(groupPrompts(sums).keys).toHaveLength(40);
  expect(groupPrompts([...sums, prompt('again', '  what IS 13 + 0? ')]).keys).toHaveLength(40);
  const declared = sums.map((one, i) => ({ ...one, group: i < 4 ? 'same' : null }));
  expect(groupPrompts(declared).keys).toHaveLength(37);
});

test('a large group is warned of', () => {
  const same = Array.from({ length: 20 }, (_, i) =>
    prompt(`x${i}`, randomText('x'), { group: 'x' }),
  );
  expect(groupPrompts([...twins, ...same]).warnings.join()).toMatch(
    /^1 group of near-duplicate prompts holds more than 1 %.*the largest has 20 of 140 \(one is "x0"\)/,
  );
});

describe('splits', () => {
  const many = Array.from({ length: 2200 }, (_, i) =>
    prompt(`p${i}`, randomText(Math.floor(i / 2))),
  );
  const allRows = Int32Array.from(many, (_, i) => i);
  const sides = (prompts: typeof many) => {
    const split = splitPrompts(prompts, allRows, groupPrompts(prompts), 7);
    const sideOf = new Map<string, string>();
    split.folds.forEach((fold, f) => {
      for (const side of ['fit', 'tune', 'test'] as const) {
        for (const row of fold[side]) sideOf.set(`${prompts[row]!.id} ${f}`, side);
      }
    });
    return { split, sideOf };
  };

  test('sides are near 50, 20 and 30 %, keep groups whole and forget the order of prompts', () => {
    const { split, sideOf } = sides(many);
    const [fold] = split.folds;
    expect(split.kind).toBe('plain');
    expect(fold!.fit.length / many.length).toBeCloseTo(0.5, 1);
    expect(fold!.test.length / many.length).toBeCloseTo(0.3, 1);
    expect(sideOf.size).toBe(many.length);
    for (let i = 0; i < many.length; i += 2) {
      expect(sideOf.get(`p${i} 0`)).toBe(sideOf.get(`p${i + 1} 0`));
    }
    expect(sides([...many].reverse()).sideOf).toEqual(sideOf);
    const other = splitPrompts(many, allRows, groupPrompts(many), 8).folds[0]!;
    expect(other.test).not.toEqual(fold!.test);
  });

  test('small data is cross-fitted: each prompt tested once, no group on two sides', () => {
    const few = many.slice(0, 100);
    const grouping = groupPrompts(few);
    const { folds, kind } = splitPrompts(few, allRows.slice(0, 100), grouping, 1);
    expect(kind).toBe('cross-fit');
    expect(folds.flatMap(({ test: tested }) => [...tested]).sort((a, b) => a - b)).toEqual(
      few.map((_, i) => i),
    );
    for (const { fit, tune, test: tested } of folds) {
      const groups = [fit, tune, tested].map(
        (rows) => new Set([...rows].map((r) => grouping.groupOf[r])),
      );
      const all = groups.flatMap((set) => [...set]);
      expect(new Set(all).size).toBe(all.length);
      expect(fit.length + tune.length + tested.length).toBe(100);
      expect(fit.length / (fit.length + tune.length)).toBeCloseTo(5 / 7, 1);
    }
  });

  test('a published split is kept to, unless twins cross it', () => {
    const kept = many.slice(0, 100).map((one, i) => ({ ...one, split: i < 60 ? 'train' : 'test' }));
    const rows = allRows.slice(0, 100);
    const honoured = splitPrompts(kept, rows, groupPrompts(kept), 1);
    expect(honoured.kind).toBe('plain');
    expect([...honoured.folds[0]!.test]).toEqual(Array.from({ length: 40 }, (_, i) => 60 + i));
    const crossed = kept.map((one, i) => ({ ...one, split: i === 1 ? 'test' : one.split }));
    const anew = splitPrompts(crossed, rows, groupPrompts(crossed), 1);
    expect(anew.kind).toBe('cross-fit');
    expect(anew.warnings.join()).toMatch(/published split is not used: 1 groups?/);
  });
});
