import type { Neighbours } from './most-similar.js';
import { NeighbourMoments } from './neighbour-moments.js';

/** How far neighbours are heeded. */
export interface Guard {
  /** How many are asked. */
  readonly neighbours: number;
  /** Similarity that the overall means count for, in sum, beside that of the neighbours. */
  readonly shrinkage: number;
  /** Standard errors that a deviation has to stand out by. */
  readonly guard: number;
}

/** With few neighbours their own spread says little: this many more are supposed to spread as all prompts do. */
const SPREAD_FLOOR = 10;

/**
 * Scores as deviations from the models' overall means, in two parts: what all models of a prompt
 * deviate by together (how hard it is), and what each deviates by from that. The second is paired:
 * the prompt itself drops out of it, and it alone turns a choice.
 */
export interface Deviations {
  /** Rows × 1; NaN where no model has a score. */
  readonly together: Float64Array;
  /** Rows × models; NaN where missing, or where no other model has a score to compare with. */
  readonly apart: Float64Array;
  /** Mean square of `apart`, by model. */
  readonly spread: Float64Array;
}

/** @param score rows × models; NaN where missing */
export function deviationsFrom(means: ArrayLike<number>, score: ArrayLike<number>): Deviations {
  const models = means.length;
  const rows = score.length / models;
  const together = new Float64Array(rows);
  const apart = new Float64Array(score.length).fill(Number.NaN);
  const spread = new Float64Array(models);
  const counts = new Float64Array(models);
  for (let row = 0; row < rows; row++) {
    let known = 0;
    let sum = 0;
    for (let model = 0; model < models; model++) {
      const deviation = score[row * models + model]! - means[model]!;
      if (Number.isNaN(deviation)) continue;
      known++;
      sum += deviation;
    }
    together[row] = sum / known;
    if (known < 2) continue;
    for (let model = 0; model < models; model++) {
      const cell = row * models + model;
      if (Number.isNaN(score[cell]!)) continue;
      apart[cell] = score[cell]! - means[model]! - together[row]!;
      spread[model]! += apart[cell]! ** 2;
      counts[model]!++;
    }
  }
  for (let model = 0; model < models; model++) {
    spread[model] = counts[model] === 0 ? 0 : spread[model]! / counts[model]!;
  }
  return { together, apart, spread };
}

/**
 * What a neighbourhood's moments support of a model's deviation: its weighted mean, shrunk by the
 * weight of the overall mean, and by 1 − (guard · standard error / mean)² down to 0 where it stands
 * out by less than `guard` standard errors (the non-negative garrotte of Breiman, 1995).
 */
export function supported(
  moments: NeighbourMoments,
  model: number,
  spread: number,
  { shrinkage, guard }: Guard,
): number {
  const shrunk = moments.shrunk(model, shrinkage);
  if (guard === 0 || shrunk === 0) return shrunk;
  const mean = moments.mean[model]!;
  const effective = moments.effective[model]!;
  const variance =
    (moments.variance[model]! * effective + spread * SPREAD_FLOOR) / (effective + SPREAD_FLOOR);
  const missed = (guard * guard * variance) / effective / (mean * mean);
  return missed >= 1 ? 0 : shrunk * (1 - missed);
}

/** Forecasts quality from neighbours, no further from the overall means than they support. */
export class GuardedForecast {
  readonly #means: ArrayLike<number>;
  readonly #deviations: Deviations;
  readonly #guard: Guard;
  readonly #apart: NeighbourMoments;
  readonly #together = new NeighbourMoments(1);

  constructor(means: ArrayLike<number>, deviations: Deviations, guard: Guard) {
    this.#means = means;
    this.#deviations = deviations;
    this.#guard = guard;
    this.#apart = new NeighbourMoments(means.length);
  }

  /** Overwrites `out`, by model. In [0, 1], with the differences between models kept where they fit. */
  into(out: Float64Array, neighbours: Neighbours): void {
    const { together, apart, spread } = this.#deviations;
    const count = this.#guard.neighbours;
    const moments = this.#apart.take(neighbours, apart, count, true);
    const alike = this.#together.take(neighbours, together, count, true);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let model = 0; model < out.length; model++) {
      out[model] = this.#means[model]! + supported(moments, model, spread[model]!, this.#guard);
      least = Math.min(least, out[model]!);
      most = Math.max(most, out[model]!);
    }
    const shared = alike.shrunk(0, this.#guard.shrinkage);
    const shift = Math.min(Math.max(shared, -least), 1 - most);
    for (let model = 0; model < out.length; model++) {
      out[model] = Math.min(1, Math.max(0, out[model]! + shift));
    }
  }
}
