import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectedQuality,
  freshArm,
  keepPrior,
  triangle,
  variance,
  withObservation,
} from '../../../src/routers/online/linear-arm.js';

/** Gauss–Jordan, as far from rank-one updates as can be. */
function inverted(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]![column]!;
    rows[column] = rows[column]!.map((value) => value / lead);
    for (let row = 0; row < size; row++) {
      const factor = rows[row]![column]!;
      if (row === column) continue;
      rows[row] = rows[row]!.map((value, at) => value - factor * rows[column]![at]!);
    }
  }
  return rows.map((row) => row.slice(size));
}

const identity = (size: number, scale: number): number[][] =>
  Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? scale : 0)),
  );
const times = (matrix: readonly number[][], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, at) => sum + value * vector[at]!, 0));
const square = (lower: readonly number[], size: number): number[][] =>
  Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => lower[triangle(Math.max(i, j)) + Math.min(i, j)]!),
  );

const SIZE = 5;
const unit = fc.double({ min: -1, max: 1, noNaN: true });
const observation = fc.record({
  context: fc.array(unit, { minLength: SIZE, maxLength: SIZE }),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  kept: fc.double({ min: 0.5, max: 1, noNaN: true }),
});

describe('one arm of a linear bandit', () => {
  it('updates to what inverting A outright gives, old observations discounted', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 12 }), (seen) => {
        let arm: { weights: readonly number[]; inverse: readonly number[] } = freshArm(SIZE, 0.5);
        let a = identity(SIZE, 0.5);
        let b = new Array<number>(SIZE).fill(0);
        for (const { context, score, kept } of seen) {
          arm = withObservation(arm, Float64Array.from(context), score, kept);
          a = a.map((row, i) => row.map((value, j) => kept * value + context[i]! * context[j]!));
          b = b.map((value, i) => kept * value + score * context[i]!);
        }
        const direct = inverted(a);
        const scale = Math.max(...direct.flat().map(Math.abs));
        square(arm.inverse, SIZE).forEach((row, i) => {
          row.forEach((value, j) => {
            expect(Math.abs(value - direct[i]![j]!)).toBeLessThan(1e-8 * scale);
          });
        });
        times(direct, b).forEach((weight, at) => {
          expect(arm.weights[at]!).toBeCloseTo(weight, 7);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('knows θᵀx and xᵀA⁻¹x', () => {
    const context = Float64Array.of(1, 2);
    const arm = { ...freshArm(2, 1), weights: [0.5, -0.1], inverse: [0.5, 0.1, 0.25] };
    expect(expectedQuality(arm, context)).toBeCloseTo(0.3);
    expect(variance(arm, context)).toBeCloseTo(0.5 + 2 * 0.1 * 2 + 0.25 * 4);
  });

  it('is never less sure of an entry than before the first call, however much it forgets', () => {
    const ridge = 0.3;
    const fresh = freshArm(SIZE, ridge);
    let [weights, inverse] = [[...fresh.weights], [...fresh.inverse]];
    const context = Float64Array.of(1, 0.5, 0, 0, 0);
    for (let call = 0; call < 4000; call++) {
      ({ weights, inverse } = withObservation({ weights, inverse }, context, 0.8, 0.98));
      keepPrior(weights, inverse, ridge);
    }
    for (let at = 0; at < SIZE; at++) {
      expect(inverse[triangle(at) + at]!).toBeLessThan(1.2 / ridge);
      expect(inverse[triangle(at) + at]!).toBeGreaterThan(0);
    }
    expect(expectedQuality({ ...freshArm(SIZE, ridge), weights }, context)).toBeCloseTo(0.8, 1);
  });

  it('keeps the prior by adding to one place of A, b as it was', () => {
    const a = [
      [0.1, 0.02, 0],
      [0.02, 2, 0.3],
      [0, 0.3, 1],
    ];
    const b = [0.4, 0.1, -0.2];
    const before = inverted(a);
    const inverse = before.flatMap((row, i) => row.slice(0, i + 1));
    const weights = times(before, b);
    const known = before[0]![0]!;
    keepPrior(weights, inverse, 0.5);
    const raised = a.map((row, i) => row.map((v, j) => (i + j === 0 ? v + 0.5 - 1 / known : v)));
    const after = inverted(raised);
    expect(after[0]![0]!).toBeCloseTo(2);
    square(inverse, 3).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(after[i]![j]!, 9);
      });
    });
    times(after, b).forEach((weight, at) => {
      expect(weights[at]!).toBeCloseTo(weight, 9);
    });
  });
});
