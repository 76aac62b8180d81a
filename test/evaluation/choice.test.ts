import { describe, expect, test } from 'vitest';
import { groupPrompts } from '../../src/evaluation/grouping.js';
import {
  type Comparison,
  type Constraint,
  compare,
  fitForExport,
} from '../../src/evaluation/index.js';
import { splitPrompts } from '../../src/evaluation/splits.js';
import type { OutcomeMatrix } from '../../src/outcomes/index.js';
import { createRng } from '../../src/statistics/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

const plain = exampleMatrix(2400);
const small = exampleMatrix(400);

const choose = (matrix: OutcomeMatrix, constraint: Constraint): Comparison =>
  compare(exampleInput(matrix, { constraint, bootstrap: 100 }));

const rowOf = ({ tradeoffs, choice }: Comparison) =>
  tradeoffs.find(({ policy }) => policy === choice!.policy)!;

describe.each([
  ['a plain split', plain],
  ['cross-fitting', small],
])('on %s', (_, matrix) => {
  test('a cap on cost gives the best quality that it pays for', () => {
    const comparison = choose(matrix, { maxCostUsdPer1k: 5 });
    const { choice } = comparison;
    expect(choice!.met).toBe(true);
    expect(choice!.tune!.costUsdPer1k!).toBeLessThanOrEqual(5);
    const row = rowOf(comparison);
    expect(row.router).not.toBe('always');
    // Calling the large model where a text says "hard" costs about 4.6 and is nearly as good.
    expect(row.quality.mean!).toBeGreaterThan(0.9);
  });

  test('a floor on quality gives the lowest cost that reaches it', () => {
    const comparison = choose(matrix, { minQuality: 0.5 });
    expect(comparison.choice).toMatchObject({ policy: 'always@maker/small', met: true });
    const drop = choose(matrix, { qualityDrop: 0.03 });
    expect(rowOf(drop).costSaving.mean!).toBeGreaterThan(0.3);
  });

  test('both: everything holds, and cost is what is left to choose by', () => {
    const both = choose(matrix, { minQuality: 0.6, maxCostUsdPer1k: 5 });
    const { tune } = both.choice!;
    expect(tune!.quality).toBeGreaterThanOrEqual(0.6 - 1e-9);
    expect(tune!.costUsdPer1k!).toBeLessThan(3);
  });

  test('what nothing gives', () => {
    const none = choose(matrix, { minQuality: 0.9, maxCostUsdPer1k: 0.5 });
    expect(none.choice).toMatchObject({ policy: null, tune: null, met: false });
    expect(none.choice!.text).toContain('no policy gives that on tune');
  });

  test('what was chosen is exported under the same bounds', () => {
    const constraint = { maxCostUsdPer1k: 5 };
    const { choice } = choose(matrix, constraint);
    const input = exampleInput(matrix, { constraint, bootstrap: 100 });
    const { policy } = fitForExport(input, choice!.policy!);
    expect(policy.models).toContain('maker/large');
  });
});

test('test scores have no say in what is chosen', () => {
  const before = choose(plain, { qualityDrop: 0.02 });
  const rng = createRng('swap');
  const score = plain.score.map((one) => (rng.next() < 0.5 ? one : 1 - one));
  const { test: tested } = before.splits;
  const touched = { ...plain, score };
  // Only what is tested changes: learning rows keep their scores.
  const learned = new Set(learningRows(plain));
  expect(learned.size).toBe(plain.prompts.length - tested);
  touched.score.forEach((_, cell) => {
    if (learned.has(Math.floor(cell / 2))) touched.score[cell] = plain.score[cell]!;
  });
  const after = choose(touched, { qualityDrop: 0.02 });
  expect(after.choice!.policy).toBe(before.choice!.policy);
  expect(after.choice!.tune).toEqual(before.choice!.tune);
  expect(rowOf(after).quality.mean).not.toBe(rowOf(before).quality.mean);
});

function learningRows(matrix: OutcomeMatrix): number[] {
  const grouping = groupPrompts(matrix.prompts);
  const rows = Int32Array.from(matrix.prompts, (_, row) => row);
  const [fold] = splitPrompts(matrix.prompts, rows, grouping, 1).folds;
  return [...fold!.fit, ...fold!.tune];
}

test('bounds that make no sense', () => {
  expect(() => choose(small, { minQuality: 1.5 })).toThrow(
    '`minQuality` to be from 0 to 1, got 1.5',
  );
  expect(() => choose(small, { maxCostUsdPer1k: Number.NaN })).toThrow('got NaN');
  const shares = { ...small, costBasis: 'call_share' as const };
  expect(() => choose(shares, { maxCostUsdPer1k: 1 })).toThrow('--price MODEL=USD_PER_CALL');
  const chosen = choose(shares, { minQuality: 0.5 });
  expect(chosen.choice!.text).toContain('at a call share of');
  expect(chosen.choice!.tune!.costUsdPer1k).toBeNull();
});
