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
  const run = new PolicyReplay(policy, data, rng, onEpisode);
  for (let at = 0; at < data.rows.length; at++) run.takeRow(at);
  return run.replayed;
}

/**
 * Replays several policies, each as if alone. They take every prompt one after another, so that what
 * they share about a prompt need only be kept until the next one.
 * @param rngOf a generator for each policy
 * @returns one for each policy, in their order
 * @throws UserError where the data lacks what a policy needs; see `unmetNeed`
 */
export function replayAll(
  policies: readonly Policy[],
  data: ReplayData,
  rngOf: (policy: Policy) => Rng,
): Replayed[] {
  const runs = policies.map((policy) => new PolicyReplay(policy, data, rngOf(policy)));
  for (let at = 0; at < data.rows.length; at++) for (const run of runs) run.takeRow(at);
  return runs.map(({ replayed }) => replayed);
}

/** One policy under way over some prompts. */
class PolicyReplay {
  readonly replayed: Replayed;
  readonly #policy: Policy;
  readonly #data: ReplayData;
  readonly #columns: Int32Array;
  readonly #signals: readonly string[];
  readonly #rng: Rng;
  readonly #learned: unknown;
  readonly #onEpisode: EpisodeListener | undefined;

  constructor(policy: Policy, data: ReplayData, rng: Rng, onEpisode?: EpisodeListener) {
    const unmet = unmetNeed(policy, data);
    if (unmet !== null) throw new UserError(`Cannot replay policy "${policy.id}": ${unmet}`);
    const { matrix, rows } = data;
    this.replayed = {
      quality: new Float64Array(rows.length),
      cost: new Float64Array(rows.length),
      latency: new Float64Array(rows.length),
      answeredBy: new Int16Array(rows.length * matrix.trials),
    };
    this.#policy = policy;
    this.#data = data;
    this.#columns = Int32Array.from(policy.models, (model) => matrix.models.indexOf(model));
    this.#signals = policy.needs.signals ?? [];
    this.#rng = rng;
    this.#learned = policy.initialState?.() ?? null;
    this.#onEpisode = onEpisode;
  }

  takeRow(at: number): void {
    if (this.#policy.choose === undefined || this.#onEpisode !== undefined) this.#play(at);
    else this.#look(at, this.#policy.choose(this.#data.features[this.#data.rows[at]!]!));
    if (this.#signals.length > 0) this.#paySignals(at);
  }

  /** Where one call of a model is all there is to it. */
  #look(at: number, model: number): void {
    const { matrix, rows } = this.#data;
    const { trials } = matrix;
    const kept = this.#columns[model];
    if (kept === undefined) {
      const { id, models } = this.#policy;
      throw new Error(`Policy "${id}" wants to call model ${model} of ${models.length} models`);
    }
    const first = (rows[at]! * matrix.models.length + kept) * trials;
    let quality = 0;
    let cost = 0;
    let latency = 0;
    for (let trial = 0; trial < trials; trial++) {
      quality += matrix.score[first + trial]!;
      cost += matrix.cost[first + trial]!;
      latency += matrix.latency[first + trial]!;
      this.replayed.answeredBy[at * trials + trial] = kept;
    }
    this.replayed.quality[at] = quality / trials;
    this.replayed.cost[at] = cost / trials;
    this.replayed.latency[at] = latency / trials;
  }

  #play(at: number): void {
    const { matrix, features, rows } = this.#data;
    const { trials } = matrix;
    const row = rows[at]!;
    const firstCell = row * matrix.models.length * trials;
    let quality = 0;
    let cost = 0;
    let latency = 0;
    for (let trial = 0; trial < trials; trial++) {
      const episode = new Episode(this.#policy, features[row]!, this.#rng, this.#learned);
      let step = episode.next();
      while (step.kind === 'call') {
        const cell = firstCell + this.#columns[step.model]! * trials + trial;
        cost += matrix.cost[cell]!;
        latency += matrix.latency[cell]!;
        const failed = matrix.state[cell] === CELL.failed;
        episode.record(step.model, failed ? null : (matrix.text[cell] ?? null), failed);
        step = episode.next();
      }
      const kept = this.#columns[episode.calls[step.answer]!.model]!;
      quality += matrix.score[firstCell + kept * trials + trial]!;
      this.replayed.answeredBy[at * trials + trial] = kept;
      this.#onEpisode?.(at, trial, episode.calls, step.answer);
    }
    this.replayed.quality[at] = quality / trials;
    this.replayed.cost[at] = cost / trials;
    this.replayed.latency[at] = latency / trials;
  }

  /** Paid once a prompt. */
  #paySignals(at: number): void {
    const { matrix, features, rows } = this.#data;
    for (const id of this.#signals) {
      const signal = features[rows[at]!]!.signals![id]!;
      if (matrix.costBasis === 'usd') this.replayed.cost[at]! += signal.cost;
      this.replayed.latency[at]! += signal.latency;
    }
  }
}
