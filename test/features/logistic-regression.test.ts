import { describe, expect, it } from 'vitest';
import {
  calibrate,
  crossValidate,
  fitLogistic,
  logitOfRow,
  type SparseVector,
  sigmoid,
  toRows,
} from '../../src/features/index.js';
import { createRng } from '../../src/statistics/index.js';

const vector = (...values: number[]): SparseVector => ({
  indices: Int32Array.from(values, (_, at) => at),
  values: Float64Array.from(values),
});

/** Labels drawn from a known model over two signals and eight columns of noise. */
function drawn(count: number, seed: number) {
  const rng = createRng(seed, 'logistic');
  const vectors: SparseVector[] = [];
  const labels = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const values = Array.from({ length: 10 }, () => rng.normal());
    vectors.push(vector(...values));
    labels[row] = rng.next() < sigmoid(0.5 + 2 * values[0]! - values[1]!) ? 1 : 0;
  }
  return { rows: toRows(vectors, 10), labels };
}

describe('fitLogistic', () => {
  it('solves a case that can be solved by hand', () => {
    const rows = toRows([vector(1), vector(1), vector(1), vector(0)], 1);
    const labels = Float64Array.of(1, 1, 0, 0.5);
    const { weights, bias } = fitLogistic(rows, labels, { l2: 0, maxIterations: 200 });
    expect(bias).toBeCloseTo(0, 2);
    expect(weights[0]! + bias).toBeCloseTo(Math.log(2), 2);
  });

  it('recovers the weights that made the labels', () => {
    const { rows, labels } = drawn(4000, 1);
    const { weights, bias } = fitLogistic(rows, labels, { l2: 1e-4 });
    expect(bias).toBeCloseTo(0.5, 0);
    expect(Math.abs(weights[0]! - 2)).toBeLessThan(0.2);
    expect(Math.abs(weights[1]! + 1)).toBeLessThan(0.2);
    for (const weight of weights.subarray(2)) expect(Math.abs(weight)).toBeLessThan(0.15);
  });

  it('is deterministic, and shrinks towards the mean under a heavy penalty', () => {
    const { rows, labels } = drawn(300, 2);
    expect(fitLogistic(rows, labels, { l2: 0.1 })).toEqual(fitLogistic(rows, labels, { l2: 0.1 }));
    const heavy = fitLogistic(rows, labels, { l2: 1000 });
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    expect(sigmoid(heavy.bias)).toBeCloseTo(mean, 2);
    expect(Math.max(...heavy.weights.map(Math.abs))).toBeLessThan(0.01);
  });

  it('predicts one half without rows, and survives one class', () => {
    const none = fitLogistic(toRows([], 3), new Float64Array(0), { l2: 1 });
    expect(none).toEqual({ weights: new Float64Array(3), bias: 0 });
    const ones = fitLogistic(toRows([vector(1), vector(2)], 1), Float64Array.of(1, 1), { l2: 0.1 });
    expect(sigmoid(ones.bias)).toBeGreaterThan(0.9);
  });
});

describe('crossValidate and calibrate', () => {
  const folds = (count: number) => Int32Array.from({ length: count }, (_, row) => row % 3);

  it('prefers a strong penalty on noise and a weak one on signal', () => {
    const signal = drawn(900, 3);
    const rng = createRng(4);
    const noise = { ...signal, labels: signal.labels.map(() => rng.below(2)) };
    const penalties = [10, 0.1, 0.001];
    expect(crossValidate(noise.rows, noise.labels, folds(900), penalties).l2).toBe(10);
    expect(crossValidate(signal.rows, signal.labels, folds(900), penalties).l2).toBeLessThan(1);
  });

  it('predicts each row without having seen it', () => {
    const { rows, labels } = drawn(60, 5);
    const { outOfFold } = crossValidate(rows, labels, folds(60), [0.1]);
    const flipped = labels.slice();
    flipped[0] = 1 - flipped[0]!;
    expect(crossValidate(rows, flipped, folds(60), [0.1]).outOfFold[0]).toBe(outOfFold[0]);
    expect(crossValidate(rows, flipped, folds(60), [0.1]).outOfFold[1]).not.toBe(outOfFold[1]);
  });

  it('turns overconfident logits into rates that come true', () => {
    const { rows, labels } = drawn(3000, 6);
    const model = fitLogistic(rows, labels, { l2: 1e-4 });
    const tripled = labels.map((_, row) => 3 * logitOfRow(model, rows, row));
    const { scale, shift } = calibrate(tripled, labels);
    expect(scale).toBeCloseTo(1 / 3, 1);
    const confident = [...labels.keys()].filter((row) => {
      const rate = sigmoid(scale * tripled[row]! + shift);
      return rate > 0.7 && rate < 0.8;
    });
    const came = confident.reduce((sum, row) => sum + labels[row]!, 0) / confident.length;
    expect(Math.abs(came - 0.75)).toBeLessThan(0.08);
  });

  it('falls back to the mean where the logits point the wrong way', () => {
    const { scale, shift } = calibrate(
      Float64Array.of(2, 1, -1, -2, 2),
      Float64Array.of(0, 0, 1, 1, 0),
    );
    expect(scale).toBe(0);
    expect(sigmoid(shift)).toBeCloseTo(0.4, 1);
  });
});
