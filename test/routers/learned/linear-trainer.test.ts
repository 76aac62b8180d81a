import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../src/features/index.js';
import type { LinearDesign } from '../../../src/routers/learned/linear/linear-design.js';
import { choosePenalty } from '../../../src/routers/learned/linear/linear-penalty.js';
import {
  type LinearLoss,
  LinearTrainer,
} from '../../../src/routers/learned/linear/linear-trainer.js';
import { createRng } from '../../../src/statistics/index.js';

const squared: LinearLoss = {
  start: (mean) => mean,
  residual: (output, score) => score - output,
  curvature: () => 1,
  expected: (output) => output,
  steps: 1,
};
const logLoss: LinearLoss = {
  start: (mean) => Math.log(mean / (1 - mean)),
  residual: (output, score) => score - sigmoid(output),
  curvature: (output) => sigmoid(output) * (1 - sigmoid(output)),
  expected: sigmoid,
  steps: 20,
};

/** The first `sparse` columns as sparse entries, the others as the dense block. */
function designFrom(rows: readonly (readonly number[])[], sparse: number): LinearDesign {
  const columns = rows[0]!.length;
  const entries = rows.map((row) =>
    [...row.slice(0, sparse).entries()].filter(([, value]) => value !== 0),
  );
  const starts = new Int32Array(rows.length + 1);
  entries.forEach((row, at) => {
    starts[at + 1] = starts[at]! + row.length;
  });
  return {
    rows: rows.length,
    sparse,
    dense: columns - sparse,
    starts,
    indices: Int32Array.from(entries.flat(), ([column]) => column),
    values: Float32Array.from(entries.flat(), ([, value]) => value),
    block: Float32Array.from(rows.flatMap((row) => row.slice(sparse))),
  };
}

const every = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** Solves a small system by elimination. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]!]);
  for (let pivot = 0; pivot < rows.length; pivot++) {
    for (let row = 0; row < rows.length; row++) {
      if (row === pivot) continue;
      const factor = rows[row]![pivot]! / rows[pivot]![pivot]!;
      rows[row] = rows[row]!.map((value, at) => value - factor * rows[pivot]![at]!);
    }
  }
  return rows.map((row, at) => row.at(-1)! / row[at]!);
}

function closedForm(rows: readonly number[][], scores: readonly number[], penalty: number) {
  const full = rows.map((row) => [...row, 1]);
  const columns = full[0]!.length;
  const gram = Array.from({ length: columns }, (_, a) =>
    Array.from(
      { length: columns },
      (_, b) =>
        full.reduce((sum, row) => sum + row[a]! * row[b]!, 0) +
        (a === b && a < columns - 1 ? penalty : 0),
    ),
  );
  const right = Array.from({ length: columns }, (_, a) =>
    full.reduce((sum, row, at) => sum + row[a]! * scores[at]!, 0),
  );
  return solved(gram, right);
}

const rng = createRng(3, 'linear-trainer');
const rows = Array.from({ length: 40 }, () =>
  Array.from({ length: 5 }, () => (rng.next() < 0.4 ? 0 : Math.fround(rng.normal()))),
);

describe('LinearTrainer', () => {
  it.each([1, 3, 4, 6])('equals the closed form of ridge regression for %i outputs', (outputs) => {
    const scores = Float64Array.from({ length: 40 * outputs }, () => rng.next());
    // Cells never measured leave the others as they are.
    scores[7 * outputs] = Number.NaN;
    scores[9 * outputs] = Number.NaN;
    const trainer = new LinearTrainer(
      designFrom(rows, 3),
      every(40),
      scores,
      outputs,
      squared,
      1e-10,
    );
    for (const penalty of [10, 0.5]) {
      trainer.train(penalty);
      for (let output = 0; output < outputs; output++) {
        const use = [...rows.keys()].filter(
          (row) => !Number.isNaN(scores[row * outputs + output]!),
        );
        const expected = closedForm(
          use.map((row) => rows[row]!),
          use.map((row) => scores[row * outputs + output]!),
          penalty,
        );
        expected.forEach((weight, column) => {
          expect(trainer.coefficients()[column * outputs + output]).toBeCloseTo(weight, 8);
        });
      }
    }
  });

  it('solves a logistic case that can be solved by hand', () => {
    const design = designFrom([[1], [1], [1], [0]], 1);
    const scores = Float64Array.of(1, 1, 0, 0.5);
    const trainer = new LinearTrainer(design, every(4), scores, 1, logLoss, 1e-9);
    trainer.train(1e-9);
    const [weight, constant] = trainer.coefficients();
    expect(constant).toBeCloseTo(0, 6);
    expect(weight).toBeCloseTo(Math.log(2), 6);
  });

  it('finds the logistic weights that made the scores', () => {
    const normal = Array.from({ length: 3000 }, () => [rng.normal(), rng.normal(), rng.normal()]);
    const chances = normal.map(([a, b]) => sigmoid(0.5 + 2 * a! - b!));
    const scores = Float64Array.from(chances, (chance) => chance);
    const trainer = new LinearTrainer(designFrom(normal, 1), every(3000), scores, 1, logLoss, 1e-8);
    trainer.train(1e-6);
    [2, -1, 0, 0.5].forEach((weight, column) => {
      expect(trainer.coefficients()[column]).toBeCloseTo(weight, 4);
    });
  });
});

describe('choosePenalty', () => {
  const penalties = [1000, 10, 0.1];
  const normal = Array.from({ length: 400 }, () => Array.from({ length: 20 }, () => rng.normal()));
  const design = designFrom(normal, 0);
  const folds = { groups: every(400), seed: 1 };
  const choose = (scores: Float64Array) =>
    choosePenalty(design, scores, 2, squared, penalties, folds);

  it('is strong where features tell nothing and weak where they tell all', () => {
    expect(choose(Float64Array.from({ length: 800 }, () => rng.below(2))).penalty).toBe(1000);
    const told = normal.flatMap((row) => [0.5 + 0.1 * row[0]!, 0.5 - 0.1 * row[3]!]);
    expect(choose(Float64Array.from(told)).penalty).toBeLessThan(1000);
  });

  it('predicts each row without having seen its group', () => {
    const scores = Float64Array.from({ length: 800 }, () => rng.next());
    const swapped = scores.slice();
    swapped[0] = 1 - swapped[0]!;
    const one = choosePenalty(design, scores, 2, squared, [10], folds).outOfFold;
    const other = choosePenalty(design, swapped, 2, squared, [10], folds).outOfFold;
    expect(other.subarray(0, 2)).toEqual(one.subarray(0, 2));
    expect(other).not.toEqual(one);
    expect(one.every((output) => Number.isFinite(output))).toBe(true);
  });
});
