import { innerFolds } from '../inner-folds.js';
import type { LinearDesign } from './linear-design.js';
import { type LinearLoss, LinearTrainer } from './linear-trainer.js';

const FOLDS = 4;
/** Held-out prompts that tell penalties apart well enough: further folds are left out. */
const ENOUGH_ROWS = 4_000;
/** Prompts to learn from are enough for the same, evenly spaced where there are more. */
const ENOUGH_TO_LEARN = 6_000;
/** Where penalties are told apart, it need not be closer. */
const TRIAL_TOLERANCE = 0.1;
/** Penalties in a row that are no better than the best so far, and weaker ones are not tried. */
const PATIENCE = 2;

export interface ChosenPenalty {
  readonly penalty: number;
  /** Rows × outputs, from models that never saw the row's group; NaN where no fold held the row. */
  readonly outOfFold: Float64Array;
}

interface HeldFold {
  readonly trainer: LinearTrainer;
  readonly held: Int32Array;
}

/**
 * The penalty that tells models apart best on held-out groups; the stronger one of equals.
 * @param scores rows × outputs; NaN is passed over
 * @param penalties from strong to weak, at least one
 */
export function choosePenalty(
  design: LinearDesign,
  scores: Float64Array,
  outputs: number,
  loss: LinearLoss,
  penalties: readonly number[],
  folds: { readonly groups: Int32Array; readonly seed: number },
): ChosenPenalty {
  const parts = holdOut(design, scores, outputs, loss, folds);
  let lowest = Number.POSITIVE_INFINITY;
  let waited = 0;
  let best: ChosenPenalty | undefined;
  for (const penalty of penalties) {
    const outOfFold = new Float64Array(scores.length).fill(Number.NaN);
    let total = 0;
    for (const { trainer, held } of parts) {
      trainer.train(penalty, penalty === penalties[0] ? loss.steps : 1);
      for (const row of held) {
        const cell = trainer.outputsOf(row);
        for (let output = 0; output < outputs; output++) {
          outOfFold[row * outputs + output] = cell[output]!;
        }
        total += differenceError(cell, scores, row * outputs, outputs, loss);
      }
    }
    if (best === undefined || total < lowest) {
      best = { penalty, outOfFold };
      lowest = total;
      waited = 0;
    } else if (++waited === PATIENCE) break;
  }
  if (best === undefined) throw new RangeError('Expected at least one penalty, got none');
  return best;
}

/**
 * Squared error of what sets models apart on one prompt. How hard the prompt is for all of them is
 * easier to learn, bears a weaker penalty, and has no say in which of them to call.
 */
function differenceError(
  outputs: Float64Array,
  scores: Float64Array,
  first: number,
  count: number,
  loss: LinearLoss,
): number {
  let sum = 0;
  let squares = 0;
  let known = 0;
  for (let output = 0; output < count; output++) {
    const score = scores[first + output]!;
    if (Number.isNaN(score)) continue;
    const error = loss.expected(outputs[output]!) - score;
    sum += error;
    squares += error * error;
    known++;
  }
  return known === 0 ? 0 : squares - (sum * sum) / known;
}

function holdOut(
  design: LinearDesign,
  scores: Float64Array,
  outputs: number,
  loss: LinearLoss,
  { groups, seed }: { readonly groups: Int32Array; readonly seed: number },
): HeldFold[] {
  const fold = innerFolds(groups, FOLDS, seed);
  const rows = Int32Array.from(fold, (_, row) => row);
  const parts: HeldFold[] = [];
  let heldRows = 0;
  for (let which = 0; which < FOLDS && heldRows < ENOUGH_ROWS; which++) {
    const held = rows.filter((row) => fold[row] === which);
    const train = evenlySpaced(
      rows.filter((row) => fold[row] !== which),
      ENOUGH_TO_LEARN,
    );
    if (held.length === 0 || train.length === 0) continue;
    parts.push({
      trainer: new LinearTrainer(design, train, scores, outputs, loss, TRIAL_TOLERANCE),
      held,
    });
    heldRows += held.length;
  }
  return parts;
}

function evenlySpaced(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]!);
}
