import { CELL, type OutcomeMatrix } from '../outcomes/index.js';
import { UserError } from '../user-error.js';

/** Scores, costs and latencies by prompt and model, trials averaged: cell (p, m) at `p * models + m`; NaN where the prompt is not in common. */
export interface TrialMeans {
  readonly score: Float64Array;
  readonly cost: Float64Array;
  readonly latency: Float64Array;
}

/** The prompts that every model has answered and a judge has scored, the only ones compared. */
export interface CommonPrompts {
  /** The matrix with the unknown cost of failed cells at 0: no bill came for them. */
  readonly matrix: OutcomeMatrix;
  /** Prompt indices, ascending. */
  readonly rows: Int32Array;
  readonly means: TrialMeans;
  /** How many prompts each model lacks; models that lack none are left out. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** Above this share of prompts dropped, the comparison warns. */
const DROPPED_SHARE = 0.02;

/**
 * Keeps the prompts whose every cell is scored or failed and, where costs are known at all, priced.
 * A failed cell scores 0 at the cost it had, nothing where none is known: leaving such prompts out
 * would flatter the models that fail.
 */
export function keepCommonPrompts(measured: OutcomeMatrix): CommonPrompts {
  const matrix = withFailuresPriced(measured);
  const { models, prompts, trials } = matrix;
  const width = models.length;
  const score = new Float64Array(prompts.length * width);
  const cost = new Float64Array(prompts.length * width);
  const latency = new Float64Array(prompts.length * width);
  const lacking = new Int32Array(width);
  const rows: number[] = [];
  for (let p = 0; p < prompts.length; p++) {
    let complete = true;
    for (let m = 0; m < width; m++) {
      const at = p * width + m;
      for (let cell = at * trials; cell < (at + 1) * trials; cell++) {
        const state = matrix.state[cell];
        const scored = state === CELL.scored || state === CELL.failed;
        score[at]! += scored ? matrix.score[cell]! / trials : Number.NaN;
        cost[at]! += matrix.costBasis === 'none' ? 0 : matrix.cost[cell]! / trials;
        latency[at]! += matrix.latency[cell]! / trials;
      }
      if (Number.isNaN(score[at]!) || Number.isNaN(cost[at]!)) {
        complete = false;
        lacking[m]!++;
      }
    }
    if (complete) rows.push(p);
  }
  const dropped = Object.fromEntries(
    models.map((model, m) => [model, lacking[m]!] as const).filter(([, count]) => count > 0),
  );
  const means = { score, cost, latency };
  return {
    matrix,
    rows: Int32Array.from(rows),
    means,
    dropped,
    warnings: droppedWarning(matrix, means, rows.length, dropped),
  };
}

/**
 * As `keepCommonPrompts`.
 * @throws UserError where no prompt remains
 */
export function findCommonPrompts(measured: OutcomeMatrix): CommonPrompts {
  const common = keepCommonPrompts(measured);
  const { matrix, dropped } = common;
  const { models, prompts } = matrix;
  if (common.rows.length > 0) return common;
  const lacking = (model: string): number => dropped[model] ?? 0;
  const worst = models.reduce(
    (a, model) => (lacking(model) > lacking(a) ? model : a),
    models[0] ?? '',
  );
  throw new UserError(
    `No prompt of ${prompts.length} has a scored${matrix.costBasis === 'none' ? '' : ' and priced'} answer from every model ("${worst}" lacks ${lacking(worst)}): run or judge the missing cells, or compare fewer models`,
  );
}

/** Says how many were dropped and, for each model, what its mean would be with those it lacks at 0 and at 1. */
function droppedWarning(
  { models, prompts }: OutcomeMatrix,
  means: TrialMeans,
  kept: number,
  dropped: Readonly<Record<string, number>>,
): string[] {
  const lost = prompts.length - kept;
  if (lost <= DROPPED_SHARE * prompts.length) return [];
  const bounds = models.map((model, m) => {
    let total = 0;
    let known = 0;
    for (let p = 0; p < prompts.length; p++) {
      const value = means.score[p * models.length + m]!;
      if (Number.isNaN(value)) continue;
      total += value;
      known++;
    }
    const low = total / prompts.length;
    const high = (total + prompts.length - known) / prompts.length;
    return `${model} ${low.toFixed(3)}–${high.toFixed(3)} (lacks ${dropped[model] ?? 0})`;
  });
  return [
    `${lost} of ${prompts.length} prompts (${((100 * lost) / prompts.length).toFixed(1)} %) lack a scored answer from some model and are left out for all; means with the lacking ones at 0 and at 1: ${bounds.join(', ')}.`,
  ];
}

function withFailuresPriced(matrix: OutcomeMatrix): OutcomeMatrix {
  const cost = matrix.cost.map((amount, cell) =>
    Number.isNaN(amount) && matrix.state[cell] === CELL.failed ? 0 : amount,
  );
  return { ...matrix, cost };
}
