import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCommonPrompts } from '../../src/evaluation/common-prompts.js';
import { findRegressions } from '../../src/evaluation/regressions.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import { createRng } from '../../src/statistics/index.js';
import { prompt } from './example-run.js';

const columns = [
  { model: 'a/x', run: 'one' },
  { model: 'a/y', run: 'one' },
  { model: 'a/x', run: 'two' },
  { model: 'a/x', run: 'three' },
];

/** Scores by prompt and column; null is not measured. */
function matrixOf(scores: readonly (readonly (number | null)[])[]): OutcomeMatrix {
  const cells = scores.flat();
  return {
    prompts: scores.map((_, i) => prompt(`p${i}`, `${i}`)),
    models: columns.map(({ model, run }) => `${model} ${run}`),
    trials: 1,
    state: Uint8Array.from(cells, (score) => (score === null ? CELL.missing : CELL.scored)),
    score: Float64Array.from(cells, (score) => score ?? Number.NaN),
    cost: new Float64Array(cells.length).fill(1),
    latency: new Float64Array(cells.length),
    text: cells.map(() => null),
    costBasis: 'usd',
  };
}

const found = (scores: readonly (readonly (number | null)[])[], margin = 0.01) =>
  findRegressions(
    findCommonPrompts(matrixOf(scores)),
    Int32Array.from(scores, (_, i) => i),
    columns,
    margin,
  );

test('differences are paired with the first run that has the model', () => {
  const rng = createRng('regressions');
  const scores = Array.from({ length: 200 }, () => {
    const first = rng.next() < 0.8 ? 1 : 0;
    return [first, 1, first, rng.next() < 0.2 ? 0 : first * 0.5];
  });
  const [same, worse] = found(scores);
  expect(same).toMatchObject({ model: 'a/x', from: 'one', to: 'two', prompts: 200, groups: 200 });
  // Not one of 200 differs; up to 1.8 % of those not seen may.
  expect(same!.difference).toEqual({
    mean: 0,
    low: expect.closeTo(-0.0183, 4),
    high: expect.closeTo(0.0183, 4),
  });
  expect(same!.regressed).toBe(false);
  expect(worse).toMatchObject({ from: 'one', to: 'three', regressed: true });
  expect(worse!.difference.high!).toBeLessThan(-0.01);
});

test('a prompt that either run lacks is not in the difference', () => {
  const [later] = found([
    [1, 1, 0, 1],
    [1, 1, null, 1],
    [null, 1, 0, 1],
    [0, 1, 0, 1],
    [1, 1, 1, 1],
  ]);
  expect(later).toMatchObject({ prompts: 3, difference: { mean: expect.closeTo(-1 / 3, 12) } });
});

test('better, equal or by a single prompt: never a regression', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 60 }),
      (first) => {
        const better = found(first.map((score) => [score, 0, 1, score]));
        return better.every(({ regressed }) => !regressed);
      },
    ),
  );
  const twice = [
    [1, 1, 0.9, 1],
    [1, 1, 0.9, 1],
  ];
  expect(found(twice)[0]!.regressed).toBe(false);
  expect(found([[1, 1, 0, 0]])[0]).toMatchObject({
    regressed: false,
    difference: { mean: -1, low: null, high: null },
  });
});
