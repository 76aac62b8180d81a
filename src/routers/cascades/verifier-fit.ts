import { Lbfgs, type SparseRows, sigmoid } from '../../features/index.js';

/**
 * What a verifier is trained on. A logit is the sum of: a bias; n-grams of the prompt, computed once
 * a prompt however many answers it has; n-grams of the answer; signals, by weights that all models
 * share and weights of each model's own; and an offset of the model.
 */
export interface AnswerRows {
  /** Columns below `ngrams` are n-grams of prompts and answers. */
  readonly prompts: SparseRows;
  readonly answers: SparseRows;
  readonly ngrams: number;
  /** Answers × signals, scaled. */
  readonly signals: Float32Array;
  readonly signalCount: number;
  readonly models: number;
  /** Of each answer: the row of its prompt, its model, and how good it was, in [0, 1]. */
  readonly promptOf: Int32Array;
  readonly modelOf: Int32Array;
  readonly labels: Float64Array;
}

/** A model's own weights of signals count by this, so that they need more evidence than shared ones. */
export const OWN_WEIGHT = 0.5;

/** Weights in the order: n-grams, shared signals, model offsets, signals by model, bias. */
export class AnswerWeights {
  readonly values: Float64Array;
  readonly firstSignal: number;
  readonly firstModel: number;
  readonly firstOwn: number;
  readonly bias: number;

  constructor(rows: AnswerRows, values?: Float64Array) {
    this.firstSignal = rows.ngrams;
    this.firstModel = this.firstSignal + rows.signalCount;
    this.firstOwn = this.firstModel + rows.models;
    this.bias = this.firstOwn + rows.signalCount * rows.models;
    this.values = values ?? new Float64Array(this.bias + 1);
  }
}

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Log loss of a logit against a label in [0, 1]. */
export const logLoss = (logit: number, label: number): number => softplus(logit) - label * logit;

function promptLogits(rows: AnswerRows, weights: Float64Array, out: Float64Array): void {
  const { starts, indices, values } = rows.prompts;
  for (let row = 0; row < out.length; row++) {
    let logit = 0;
    const end = starts[row + 1]!;
    for (let at = starts[row]!; at < end; at++) logit += values[at]! * weights[indices[at]!]!;
    out[row] = logit;
  }
}

/** Logits of some answers. */
export function logitsOf(rows: AnswerRows, of: AnswerWeights, which: Int32Array): Float64Array {
  const prompts = new Float64Array(rows.prompts.starts.length - 1);
  promptLogits(rows, of.values, prompts);
  return Float64Array.from(which, (answer) => answerLogit(rows, of, answer, prompts));
}

function answerLogit(
  rows: AnswerRows,
  of: AnswerWeights,
  answer: number,
  prompts: Float64Array,
): number {
  const weights = of.values;
  const { starts, indices, values } = rows.answers;
  const { signals, signalCount } = rows;
  const model = rows.modelOf[answer]!;
  let logit =
    weights[of.bias]! + prompts[rows.promptOf[answer]!]! + weights[of.firstModel + model]!;
  const end = starts[answer + 1]!;
  for (let at = starts[answer]!; at < end; at++) logit += values[at]! * weights[indices[at]!]!;
  const own = of.firstOwn + model * signalCount;
  const from = answer * signalCount;
  for (let k = 0; k < signalCount; k++) {
    logit += signals[from + k]! * (weights[of.firstSignal + k]! + OWN_WEIGHT * weights[own + k]!);
  }
  return logit;
}

/** Adds an answer's residual to the gradient of all but the prompt's n-grams. */
function addGradient(
  rows: AnswerRows,
  of: AnswerWeights,
  answer: number,
  residual: number,
  gradient: Float64Array,
): void {
  const { starts, indices, values } = rows.answers;
  const { signals, signalCount } = rows;
  const model = rows.modelOf[answer]!;
  const end = starts[answer + 1]!;
  for (let at = starts[answer]!; at < end; at++) gradient[indices[at]!]! += residual * values[at]!;
  const own = of.firstOwn + model * signalCount;
  const from = answer * signalCount;
  for (let k = 0; k < signalCount; k++) {
    const slope = residual * signals[from + k]!;
    gradient[of.firstSignal + k]! += slope;
    gradient[own + k]! += OWN_WEIGHT * slope;
  }
  gradient[of.firstModel + model]! += residual;
  gradient[of.bias]! += residual;
}

/**
 * Logistic regression on some answers with the penalty `l2 / 2 · |weights|²` beside the mean log
 * loss; the bias is free. Deterministic.
 */
export function fitAnswers(
  rows: AnswerRows,
  which: Int32Array,
  l2: number,
  start: AnswerWeights,
  iterations: number,
): AnswerWeights {
  const { labels, promptOf } = rows;
  const { starts, indices, values } = rows.prompts;
  const prompts = new Float64Array(starts.length - 1);
  const residuals = new Float64Array(starts.length - 1);
  const share = 1 / Math.max(1, which.length);
  const lossAndGradient = (point: Float64Array, gradient: Float64Array): number => {
    const at = new AnswerWeights(rows, point);
    promptLogits(rows, point, prompts);
    residuals.fill(0);
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < which.length; i++) {
      const answer = which[i]!;
      const label = labels[answer]!;
      const logit = answerLogit(rows, at, answer, prompts);
      loss += logLoss(logit, label);
      const residual = (sigmoid(logit) - label) * share;
      residuals[promptOf[answer]!]! += residual;
      addGradient(rows, at, answer, residual, gradient);
    }
    for (let row = 0; row < residuals.length; row++) {
      const residual = residuals[row]!;
      if (residual === 0) continue;
      const end = starts[row + 1]!;
      for (let to = starts[row]!; to < end; to++) gradient[indices[to]!]! += residual * values[to]!;
    }
    let penalty = 0;
    for (let column = 0; column < at.bias; column++) {
      penalty += point[column]! * point[column]!;
      gradient[column]! += l2 * point[column]!;
    }
    return loss * share + (l2 / 2) * penalty;
  };
  return new AnswerWeights(rows, new Lbfgs(lossAndGradient).minimise(start.values, iterations));
}
