import { type AgreementDocument, agreedConfidence } from './agreement.js';
import { errorDraws, expectedMaximum } from './expected-maximum.js';
import { type Answers, opinionsOn, priorOf } from './learn-agreement.js';
import { type EstimatesDocument, membersOf, setsOf } from './quality-estimates.js';

/** Prompts' worth of evidence for the estimates staying as they were expected. */
const DOUBT = 1;
/** Prompts that estimates are followed over at most. */
export const MOST_FOLLOWED = 500;

/** There are hundreds of these; five digits keep a table small. */
const shortly = (value: number): number => Number(value.toPrecision(5));
const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Estimates by row and model once a set has been called. */
type Estimates = Float64Array;

/** Solves A x = b in place by elimination; A symmetric and positive definite, size × size. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = matrix[row * size + pivot]! / matrix[pivot * size + pivot]!;
      for (let column = pivot; column < size; column++) {
        matrix[row * size + column]! -= factor * matrix[pivot * size + column]!;
      }
      right[row]! -= factor * right[pivot]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let column = row + 1; column < size; column++) {
      right[row]! -= matrix[row * size + column]! * right[column]!;
    }
    right[row]! /= matrix[row * size + row]!;
  }
  return right;
}

/** Weights of the surprises of those called in the surprise of one that was not: ridge regression. */
function carryWeights(
  answers: Answers,
  prior: Float64Array,
  after: Estimates,
  called: readonly number[],
  model: number,
): number[] {
  const size = called.length;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let at = 0; at < size; at++) matrix[at * size + at] = DOUBT;
  const surprises = new Float64Array(size);
  for (let from = 0; from < after.length; from += answers.models) {
    const target = answers.score[from + model]! - prior[from + model]!;
    if (Number.isNaN(target)) continue;
    for (let at = 0; at < size; at++) {
      const cell = from + called[at]!;
      surprises[at] = after[cell]! - prior[cell]!;
    }
    for (let row = 0; row < size; row++) {
      right[row]! += surprises[row]! * target;
      for (let column = 0; column < size; column++) {
        matrix[row * size + column]! += surprises[row]! * surprises[column]!;
      }
    }
  }
  return Array.from(solve(matrix, right), shortly);
}

/** Covariance of the change from one set of estimates to another, of some models, row-major. */
function moveCovariance(
  before: Estimates,
  after: Estimates,
  models: number,
  wanted: readonly number[],
): number[] {
  const size = wanted.length;
  const rows = before.length / models;
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size);
  const change = new Float64Array(size);
  for (let from = 0; from < before.length; from += models) {
    for (let at = 0; at < size; at++) {
      const cell = from + wanted[at]!;
      change[at] = after[cell]! - before[cell]!;
      sums[at]! += change[at]!;
    }
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        products[row * size + column]! += change[row]! * change[column]!;
      }
    }
  }
  return Array.from(products, (product, at) => {
    const means = (sums[Math.floor(at / size)]! * sums[at % size]!) / (rows * rows);
    return shortly(product / rows - means);
  });
}

/**
 * Least squares of how far the best of the estimates that came out exceeded the best before, on how
 * far E[max] of normal variables does: answers that agree move together, and upwards by little, which
 * no covariance tells.
 */
function worthLine(
  before: Estimates,
  after: Estimates,
  models: number,
  wanted: readonly number[],
  covariance: readonly number[],
): { readonly offset: number; readonly slope: number } {
  const draws = errorDraws(covariance, wanted.length);
  const rows = before.length / models;
  const means = new Float64Array(wanted.length);
  let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
  for (let from = 0; from < before.length; from += models) {
    let best = 0;
    let came = 0;
    for (let at = 0; at < wanted.length; at++) {
      means[at] = before[from + wanted[at]!]!;
      best = Math.max(best, means[at]!);
      came = Math.max(came, after[from + wanted[at]!]!);
    }
    const x = expectedMaximum(means, draws) - best;
    sumX += x;
    sumY += came - best;
    sumXX += x * x;
    sumXY += x * (came - best);
  }
  const spread = sumXX - (sumX * sumX) / rows;
  const slope = spread > 1e-9 ? clamp((sumXY - (sumX * sumY) / rows) / spread) : 0;
  return { offset: shortly((sumY - slope * sumX) / rows), slope: shortly(slope) };
}

/**
 * Learns out of fold how estimates of quality move when models are called: what the answers seen say
 * of models not called, and the covariance of the moves from every set called to every larger one
 * (Dekoninck et al., 2024, whose covariances are those of the moves to all models called).
 * @param agreements what was learned of agreement without the rows of each part
 * @param part of each row
 * @param most models called for one request
 */
export function learnEstimates(
  answers: Answers,
  agreements: readonly AgreementDocument[],
  part: Int32Array,
  most: number,
): EstimatesDocument {
  const { models } = answers;
  const rows = answers.confidence.length / models;
  const prior = Float64Array.from(answers.confidence, (_, cell) => priorOf(answers, cell));
  const expected = prior.map(clamp);
  const estimates = new Map<number, Estimates>([[0, expected]]);
  const carry: EstimatesDocument['carry'] = [];
  for (const bits of setsOf(models, most)) {
    const called = membersOf(bits);
    const after = expected.slice();
    for (let row = 0; row < rows; row++) {
      const opinions = opinionsOn(answers, row, called);
      for (const opinion of opinions) {
        const cell = row * models + opinion.model;
        after[cell] = agreedConfidence(agreements[part[row]!]!, opinion, prior[cell]!, opinions);
      }
    }
    estimates.set(bits, after);
    if (called.length === most) continue;
    const others = Array.from({ length: models }, (_, m) => m).filter((m) => !called.includes(m));
    const weights = others.map((model) => carryWeights(answers, expected, after, called, model));
    others.forEach((model, at) => {
      carryOver(after, expected, models, called, model, weights[at]!);
    });
    carry.push({ called, weights });
  }
  const moves: EstimatesDocument['moves'] = [];
  for (const [calledBits, before] of estimates) {
    for (const bits of setsOf(models, most)) {
      if (bits === calledBits || (bits & calledBits) !== calledBits) continue;
      const wanted = membersOf(bits);
      const called = membersOf(calledBits);
      if (wanted.length === 1) {
        moves.push({ called, wanted, covariance: [], offset: 0, slope: 0 });
        continue;
      }
      const after = estimates.get(bits)!;
      const covariance = moveCovariance(before, after, models, wanted);
      const line = worthLine(before, after, models, wanted, covariance);
      moves.push({ called, wanted, covariance, ...line });
    }
  }
  return { carry, moves };
}

function carryOver(
  after: Estimates,
  expected: Float64Array,
  models: number,
  called: readonly number[],
  model: number,
  weights: readonly number[],
): void {
  for (let from = 0; from < after.length; from += models) {
    let moved = expected[from + model]!;
    called.forEach((one, at) => {
      moved += weights[at]! * (after[from + one]! - expected[from + one]!);
    });
    after[from + model] = clamp(moved);
  }
}
