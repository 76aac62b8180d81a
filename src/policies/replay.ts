import { CELL } from '../outcomes/index.js';
import type { Rng } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import { Episode } from './episode.js';
import { unmetNeed } from './needs.js';
import type { Policy, SeenCall } from './policy.js';
import type { ReplayData } from './replay-data.js';

/**
 * What replaying one policy over some prompts of a matrix gave, trials averaged per prompt.
 * Entry `i` belongs to `rows[i]` of the data.
 */
export interface Replayed {
  /** Score of the final answer, by row; 0 where the final call failed. */
  readonly quality: Float64Array;
  /** Cost of all calls made and signals needed, by row, in the matrix's cost basis. */
  readonly cost: Float64Array;
  /** Milliseconds of all calls made and signals needed, one after another, by row; NaN where unknown. */
  readonly latency: Float64Array;
  /** Index into the matrix's models of the model whose answer was kept: row `i`, trial `t` at `i * trials + t`. */
  readonly answeredBy: Int16Array;
}

/** Told of every episode: the place of its row, its trial, the calls made, and which of them was kept. */
export type EpisodeListener = (
  at: number,
  trial: number,
  calls: readonly SeenCall[],
  answer: number,
) => void;

/**
 * Runs a policy over stored outcomes: every call it would make is looked up in the same trial, and
 * its cost and latency are added up, abandoned answers included. A cell that was never measured
 * makes its row NaN, never 0. Nothing is learned along the way.
 * What a signal that the policy needs costs is paid once a prompt, where costs are in dollars at all.
 * @param rng drawn from in the order of rows and trials, by policies that draw
 * @throws UserError where the data lacks what the policy needs; see `unmetNeed`
 */
export function replay(
  policy: Policy,
  data: ReplayData,
  rng: Rng,
  onEpisode?: EpisodeListener,
): Replayed {
  const unmet = unmetNeed(policy, data);
  if (unmet !== null) throw new UserError(`Cannot replay policy "${policy.id}": ${unmet}`);
  const { matrix, features, rows } = data;
  const { trials } = matrix;
  const columns = policy.models.map((model) => matrix.models.indexOf(model));
  const learned = policy.initialState?.() ?? null;
  const quality = new Float64Array(rows.length);
  const cost = new Float64Array(rows.length);
  const latency = new Float64Array(rows.length);
  const answeredBy = new Int16Array(rows.length * trials);
  const signals = policy.needs.signals ?? [];
  if (rows.length === 0) return { quality, cost, latency, answeredBy };
  const episode = new Episode(policy, features[rows[0]!]!, rng, learned);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const firstCell = row * matrix.models.length * trials;
    for (let trial = 0; trial < trials; trial++) {
      episode.restart(features[row]!);
      let step = episode.next();
      while (step.kind === 'call') {
        const cell = firstCell + columns[step.model]! * trials + trial;
        cost[at]! += matrix.cost[cell]!;
        latency[at]! += matrix.latency[cell]!;
        const failed = matrix.state[cell] === CELL.failed;
        episode.record(step.model, failed ? null : (matrix.text[cell] ?? null), failed);
        step = episode.next();
      }
      const kept = columns[episode.calls[step.answer]!.model]!;
      quality[at]! += matrix.score[firstCell + kept * trials + trial]!;
      answeredBy[at * trials + trial] = kept;
      onEpisode?.(at, trial, episode.calls, step.answer);
    }
    quality[at]! /= trials;
    cost[at]! /= trials;
    latency[at]! /= trials;
    for (const id of signals) {
      const signal = features[row]!.signals![id]!;
      if (matrix.costBasis === 'usd') cost[at]! += signal.cost;
      latency[at]! += signal.latency;
    }
  }
  return { quality, cost, latency, answeredBy };
}
