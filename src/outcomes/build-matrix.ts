import { toUsd } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import { mean } from '../statistics/index.js';
import { cellIndex } from './cell-index.js';
import { CELL, type OutcomeMatrix } from './matrix.js';
import type { Outcome, Run, Score } from './outcome.js';
import { summarizeModels } from './summarize-models.js';

export interface BuildMatrixOptions {
  /** Whose verdicts are the scores. */
  readonly judge: string;
  /** `zero`: a failed cell scores 0 at its cost, as in production. `exclude`: as if never measured. */
  readonly failed: 'zero' | 'exclude';
}

/** The version of a judge that judged last, so that verdicts of two versions are never averaged; null where it judged nothing. */
export function latestVersion(scores: readonly Score[], judge: string): string | null {
  let latest: Score | null = null;
  for (const score of scores) {
    if (score.judge !== judge) continue;
    if (latest === null || score.completedAt > latest.completedAt) latest = score;
  }
  return latest?.judgeVersion ?? null;
}

/**
 * Costs where no dollars are known: a model's cost is its call share, 0 for the model with the lowest
 * mean score and 1 for the one with the highest; models between stand at even steps in the order of
 * their means (equal means: the run's order). With two models this is the share of calls to the
 * strong one, as RouteLLM counts cost (github.com/lm-sys/RouteLLM, routellm/evals).
 * @returns by model; null where fewer than two models have a score
 */
function callShares(matrix: OutcomeMatrix): Float64Array | null {
  const means = summarizeModels(matrix).map(({ meanScore }) => meanScore);
  const ranked = [...means.keys()]
    .filter((m) => means[m] !== null)
    .sort((a, b) => means[a]! - means[b]! || a - b);
  if (ranked.length < 2) return null;
  const shares = new Float64Array(means.length).fill(Number.NaN);
  for (const [rank, m] of ranked.entries()) shares[m] = rank / (ranked.length - 1);
  return shares;
}

/**
 * A run's outcomes as columns. Repeats of the judge are averaged; of several versions of the judge
 * the one that judged last counts. Outcomes and scores of other prompts or models are passed over,
 * so a part of the prompts may be given.
 *
 * `costBasis` is `usd` where the run says so and any cost is known, `call_share` where the run says
 * so and at least two models have scores, else `none` (all costs NaN).
 */
export function buildMatrix(
  run: Pick<Run, 'models' | 'trials' | 'costBasis'>,
  prompts: readonly Prompt[],
  outcomes: readonly Outcome[],
  scores: readonly Score[],
  options: BuildMatrixOptions,
): OutcomeMatrix {
  const { models, trials } = run;
  const size = prompts.length * models.length * trials;
  const indexOf = cellIndex(run, prompts);
  const state = new Uint8Array(size);
  const score = new Float64Array(size).fill(Number.NaN);
  const cost = new Float64Array(size).fill(Number.NaN);
  const latency = new Float64Array(size).fill(Number.NaN);
  const text = new Array<string | null>(size).fill(null);

  for (const outcome of outcomes) {
    const at = indexOf(outcome);
    if (at === undefined || (outcome.status === 'failed' && options.failed === 'exclude')) continue;
    state[at] = outcome.status === 'failed' ? CELL.failed : CELL.unscored;
    if (outcome.status === 'failed') score[at] = 0;
    if (outcome.cost !== null) cost[at] = toUsd(outcome.cost);
    if (outcome.latencyMs !== null) latency[at] = outcome.latencyMs;
    text[at] = outcome.text;
  }

  const ours = scores.filter(({ judge }) => judge === options.judge);
  const version = latestVersion(ours, options.judge);
  const repeats = new Map<number, number[]>();
  for (const verdict of ours) {
    const at = indexOf(verdict);
    if (verdict.score === null || verdict.judgeVersion !== version || at === undefined) continue;
    // A failed cell has no answer, so nothing a judge says of it counts.
    if (state[at] !== CELL.unscored) continue;
    const known = repeats.get(at);
    if (known === undefined) repeats.set(at, [verdict.score]);
    else known.push(verdict.score);
  }
  for (const [at, verdicts] of repeats) {
    state[at] = CELL.scored;
    score[at] = mean(verdicts);
  }

  const columns = { prompts, models, trials, state, score, cost, latency, text };
  if (run.costBasis === 'usd') {
    const known = cost.some((amount) => !Number.isNaN(amount));
    return { ...columns, costBasis: known ? 'usd' : 'none' };
  }
  cost.fill(Number.NaN);
  return inCallShares({ ...columns, costBasis: 'none' });
}

/** The matrix with call shares for costs; as it is, its costs unknown, where fewer than two models have a score. */
export function inCallShares(matrix: OutcomeMatrix): OutcomeMatrix {
  const { models, trials, state } = matrix;
  const shares = callShares(matrix);
  if (shares === null) return matrix;
  const cost = Float64Array.from(state, (cell, at) =>
    cell === CELL.missing ? Number.NaN : shares[Math.floor(at / trials) % models.length]!,
  );
  return { ...matrix, cost, costBasis: 'call_share' };
}
