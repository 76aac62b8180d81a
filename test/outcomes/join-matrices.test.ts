import { describe, expect, test } from 'vitest';
import type { Prompt } from '../../src/datasets/index.js';
import { assumePrices, CELL, joinMatrices, type OutcomeMatrix } from '../../src/outcomes/index.js';

const prompt = (id: string, text: string, reference: string | null = null): Prompt => ({
  id,
  messages: [{ role: 'user', content: text }],
  reference,
  grader: null,
  domain: null,
  group: null,
  difficulty: null,
  split: null,
  metadata: {},
});

/** Scores by prompt, model and trial; costs are a tenth of them. */
function matrixOf(
  prompts: readonly Prompt[],
  models: readonly string[],
  score: readonly number[],
  more: Partial<OutcomeMatrix> = {},
): OutcomeMatrix {
  return {
    prompts,
    models,
    trials: 1,
    state: new Uint8Array(score.length).fill(CELL.scored),
    score: Float64Array.from(score),
    cost: Float64Array.from(score, (one) => one / 10),
    latency: new Float64Array(score.length),
    text: score.map(String),
    costBasis: 'usd',
    ...more,
  };
}

const first = matrixOf(
  [prompt('1', 'a'), prompt('2', 'b'), prompt('3', 'c')],
  ['m/x', 'm/y'],
  [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
);

describe('joined matrices', () => {
  test('match prompts by what they say, not by their ids', () => {
    const second = matrixOf(
      [prompt('9', 'c'), prompt('1', 'a', 'other'), prompt('7', 'b')],
      ['m/y'],
      [0.7, 0.8, 0.9],
    );
    const { matrix, columns } = joinMatrices([
      { label: 'one', matrix: first },
      { label: 'two', matrix: second },
    ]);
    expect(matrix.models).toEqual(['m/x', 'm/y', 'm/y (two)']);
    expect(columns).toEqual([
      { model: 'm/x', from: 0 },
      { model: 'm/y', from: 0 },
      { model: 'm/y', from: 1 },
    ]);
    expect(matrix.prompts.map(({ id }) => id)).toEqual(['2', '3']);
    expect([...matrix.score]).toEqual([0.3, 0.4, 0.9, 0.5, 0.6, 0.7]);
    expect(matrix.text).toEqual(['0.3', '0.4', '0.9', '0.5', '0.6', '0.7']);
    expect(matrix.costBasis).toBe('usd');
  });

  test('equal prompts are matched in their order, trials cut to the fewest', () => {
    const twice = matrixOf([prompt('1', 'a'), prompt('2', 'a')], ['m/x'], [0.1, 0.2, 0.3, 0.4], {
      trials: 2,
    });
    const once = matrixOf([prompt('8', 'a'), prompt('9', 'a')], ['m/z'], [0.5, 0.6]);
    const { matrix } = joinMatrices([
      { label: 'one', matrix: twice },
      { label: 'two', matrix: once },
    ]);
    expect(matrix.trials).toBe(1);
    expect([...matrix.score]).toEqual([0.1, 0.5, 0.3, 0.6]);
  });

  test('call shares are ranked over all columns', () => {
    const shares = { ...first, costBasis: 'call_share' as const };
    const other = matrixOf(first.prompts, ['m/z'], [1, 1, 1], { costBasis: 'none' });
    const { matrix } = joinMatrices([
      { label: 'one', matrix: shares },
      { label: 'two', matrix: other },
    ]);
    expect(matrix.costBasis).toBe('call_share');
    expect([...matrix.cost.slice(0, 3)]).toEqual([0, 0.5, 1]);
  });
});

describe('assumed prices', () => {
  const bare = matrixOf(first.prompts, ['m/x', 'm/y'], [1, 1, 1, 1, 1, 1], {
    costBasis: 'call_share',
    state: Uint8Array.from([1, 1, 0, 2, 1, 3]),
  });

  test('every call that was made costs the same', () => {
    const [priced, own] = assumePrices([bare, first], { 'm/x': 0.1, 'm/y': 2 });
    expect(priced!.costBasis).toBe('usd');
    expect([...priced!.cost]).toEqual([0.1, 2, Number.NaN, 2, 0.1, 2]);
    expect(own).toBe(first);
  });

  test.each([
    [[first], { 'm/x': 1 }, 'leave out --price'],
    [[bare], { 'm/x': 1 }, '--price is missing for "m/y"'],
    [
      [bare],
      { 'm/x': 1, 'm/yy': 1 },
      '"m/yy", which is no model of this data without prices (did you mean "m/y"?)',
    ],
  ])('%#', (matrices, prices: Record<string, number>, message) => {
    expect(() => assumePrices(matrices, prices)).toThrow(message);
  });
});
