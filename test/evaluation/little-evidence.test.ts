import { describe, expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import type { OutcomeMatrix } from '../../src/outcomes/index.js';
import { exampleInput, exampleMatrix, prompt, randomText } from './example-run.js';

/** The small model fails all hard prompts and no other, the large one none. */
function flawless(prompts: number): OutcomeMatrix {
  const matrix = exampleMatrix(prompts);
  const score = matrix.score.map((_, cell) => {
    const hard = matrix.prompts[Math.floor(cell / 2)]!.domain === 'proof';
    return hard && cell % 2 === 0 ? 0 : 1;
  });
  return { ...matrix, score };
}

describe('a candidate that has never been seen to differ from the reference', () => {
  test('is not shown to keep its quality by a few prompts', () => {
    const { verdict, operatingPoints } = compare(exampleInput(flawless(60)));
    expect(verdict.discordance).toBe(0);
    expect(verdict.answer).toBe('too_close');
    expect(verdict.checks[0]).toMatchObject({ holds: false, estimate: { mean: 0 } });
    // 0.975 of all samples of 60 hold one that differs where 6 % do.
    expect(verdict.checks[0]!.estimate.low).toBeCloseTo(-0.0596, 3);
    expect(verdict.nNeeded).toBe(368);
    const own = operatingPoints!.find(({ router }) => router === 'first-word')!;
    expect(own.pValue).toBeCloseTo(0.99 ** 60, 6);
  });

  test('is by several hundred', () => {
    expect(compare(exampleInput(flawless(400))).verdict.answer).toBe('route');
  });
});

test('eight prompts that all models answer do not show that routing gains nothing', () => {
  const same = { ...exampleMatrix(8), score: new Float64Array(16).fill(1) };
  const { verdict } = compare(exampleInput(same));
  expect(verdict.answer).toBe('too_close');
  expect(verdict.text).toMatch(/about [\d,]+ prompts would show that it beats the mixture by/);
});

test('near-duplicates of one prompt settle nothing, however many', () => {
  const matrix = flawless(60);
  const prompts = matrix.prompts.map((one) => ({ ...one, group: 'one' }));
  const { verdict } = compare(exampleInput({ ...matrix, prompts }));
  expect(verdict.answer).toBe('too_close');
  expect(verdict.nNeeded).toBeNull();
});

describe('where no policy routes', () => {
  const without = (matrix: OutcomeMatrix, margin: number) =>
    compare({ ...exampleInput(matrix, { margin }), routers: [] }).verdict;
  const fifth = (prompts: number): OutcomeMatrix => {
    const matrix = exampleMatrix(prompts);
    return {
      ...matrix,
      prompts: matrix.prompts.map(({ id }, i) => prompt(id, randomText(i))),
      score: matrix.score.map((_, cell) => (cell % 10 === 0 || cell === 4 ? 0 : 1)),
    };
  };

  test('a cheaper model that tune prefers is named only if test bears it out', () => {
    const matrix = fifth(60);
    const sides = ['test', 'test', 'validation', 'train', 'train'];
    const prompts = matrix.prompts.map((one, p) => ({ ...one, split: sides[p % 5]! }));
    // What the small model fails is on the test side, but for one prompt.
    expect(without({ ...matrix, prompts }, 0.3).policy).toBe('always@maker/large');
    expect(without(fifth(400), 0.3).policy).toBe('always@maker/small');
  });

  test('unknown costs are the reason that is given', () => {
    const matrix = fifth(60);
    const unpriced = { ...matrix, costBasis: 'none', cost: matrix.cost.map(() => Number.NaN) };
    expect(without(unpriced as OutcomeMatrix, 0.01).text).toBe(
      'Do not route: use maker/large. No costs are known, so there is nothing to trade its quality against.',
    );
  });
});
