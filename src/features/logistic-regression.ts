import { Lbfgs } from './lbfgs.js';
import type { SparseRows } from './sparse-vector.js';

/** P(label) = 1 / (1 + exp(−(weights · x + bias))). */
export interface LogisticModel {
  readonly weights: Float64Array;
  readonly bias: number;
}

export interface LogisticOptions {
  /** Strength of the penalty `l2 / 2 · |weights|²` beside the mean log loss; the bias is free. */
  readonly l2: number;
  /** Train on these rows only; all rows by default. */
  readonly rows?: Int32Array;
  /** Where to start from; zeros by default. */
  readonly start?: LogisticModel;
  readonly maxIterations?: number;
}

export const sigmoid = (logit: number): number =>
  logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Log loss of a logit against a label in [0, 1]. */
const logLoss = (logit: number, label: number): number => softplus(logit) - label * logit;

export function logitOfRow(model: LogisticModel, rows: SparseRows, row: number): number {
  const { starts, indices, values } = rows;
  let logit = model.bias;
  const end = starts[row + 1]!;
  for (let at = starts[row]!; at < end; at++) logit += values[at]! * model.weights[indices[at]!]!;
  return logit;
}

const allRows = (rows: SparseRows): Int32Array =>
  Int32Array.from({ length: rows.starts.length - 1 }, (_, row) => row);

/**
 * Logistic regression on sparse rows with labels in [0, 1] (fractions are soft labels), solved by
 * L-BFGS. Deterministic. No rows give a model that predicts one half.
 */
export function fitLogistic(
  rows: SparseRows,
  labels: Float64Array,
  options: LogisticOptions,
): LogisticModel {
  const use = options.rows ?? allRows(rows);
  const { columns, starts, indices, values } = rows;
  if (use.length === 0) return { weights: new Float64Array(columns), bias: 0 };
  const point = new Float64Array(columns + 1);
  if (options.start !== undefined) {
    point.set(options.start.weights);
    point[columns] = options.start.bias;
  }
  const lossAndGradient = (at: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    gradient.fill(0);
    for (const row of use) {
      let logit = at[columns]!;
      const end = starts[row + 1]!;
      for (let entry = starts[row]!; entry < end; entry++) {
        logit += values[entry]! * at[indices[entry]!]!;
      }
      const label = labels[row]!;
      loss += logLoss(logit, label);
      const residual = (sigmoid(logit) - label) / use.length;
      for (let entry = starts[row]!; entry < end; entry++) {
        gradient[indices[entry]!]! += residual * values[entry]!;
      }
      gradient[columns]! += residual;
    }
    let penalty = 0;
    for (let column = 0; column < columns; column++) {
      penalty += at[column]! * at[column]!;
      gradient[column]! += options.l2 * at[column]!;
    }
    return loss / use.length + (options.l2 / 2) * penalty;
  };
  const solved = new Lbfgs(lossAndGradient).minimise(point, options.maxIterations ?? 60);
  return { weights: solved.slice(0, columns), bias: solved[columns]! };
}

/** Enough to tell penalties apart; the last fit goes on to the end. */
const TRIAL_ITERATIONS = 20;

export interface CrossValidated {
  /** The penalty of lowest out-of-fold log loss; the stronger one of equals. */
  readonly l2: number;
  /** One logit a row, from the model that was trained without the row's fold. */
  readonly outOfFold: Float64Array;
  readonly loss: number;
}

/**
 * Chooses the penalty on data held out inside the training set.
 * @param fold of each row; rows that belong together share one
 * @param penalties from strong to weak: each fit starts from the one before
 */
export function crossValidate(
  rows: SparseRows,
  labels: Float64Array,
  fold: Int32Array,
  penalties: readonly number[],
): CrossValidated {
  const folds = [...new Set(fold)].sort((a, b) => a - b);
  const parts = folds.map((held) => ({
    train: allRows(rows).filter((row) => fold[row] !== held),
    held: allRows(rows).filter((row) => fold[row] === held),
    model: undefined as LogisticModel | undefined,
  }));
  let best: CrossValidated | undefined;
  for (const l2 of penalties) {
    const outOfFold = new Float64Array(labels.length);
    let loss = 0;
    for (const part of parts) {
      const model = fitLogistic(rows, labels, {
        l2,
        rows: part.train,
        maxIterations: TRIAL_ITERATIONS,
        ...(part.model === undefined ? {} : { start: part.model }),
      });
      part.model = model;
      for (const row of part.held) {
        outOfFold[row] = logitOfRow(model, rows, row);
        loss += logLoss(outOfFold[row]!, labels[row]!);
      }
    }
    const mean = loss / Math.max(1, labels.length);
    if (best === undefined || mean < best.loss) best = { l2, outOfFold, loss: mean };
    else if (mean > best.loss * 1.02) break;
  }
  if (best === undefined) throw new RangeError('Expected at least one penalty, got none');
  return best;
}

/** Maps a raw logit to a calibrated one: `scale · logit + shift`. */
export interface Calibration {
  readonly scale: number;
  readonly shift: number;
}

/**
 * Platt scaling (Platt, "Probabilistic Outputs for Support Vector Machines", 1999) of out-of-fold
 * logits. Where they tell nothing, or point the wrong way, the scale is 0 and the mean is predicted.
 */
export function calibrate(logits: Float64Array, labels: Float64Array): Calibration {
  const one = (column: readonly number[]): SparseRows => ({
    columns: 1,
    starts: Int32Array.from({ length: column.length + 1 }, (_, row) => row),
    indices: new Int32Array(column.length),
    values: Float64Array.from(column),
  });
  const fitted = fitLogistic(one([...logits]), labels, { l2: 1e-4 });
  if (fitted.weights[0]! > 0) return { scale: fitted.weights[0]!, shift: fitted.bias };
  const constant = fitLogistic(one([...logits].fill(0)), labels, { l2: 1e-4 });
  return { scale: 0, shift: constant.bias };
}
