import { z } from 'zod';
import { type AgreementDocument, agreedConfidence, type Opinion } from './agreement.js';
import { errorDraws, expectedMaximum } from './expected-maximum.js';

const weight = z.number().min(-1e6).max(1e6);
const members = z.array(z.int().min(0).max(7)).max(8);

/**
 * How estimates of quality move as models are called, as data. Sets of models are ascending indices.
 */
export const estimatesSchema = z.strictObject({
  /**
   * For each set called: by model not in it (ascending), what an answer's estimate above what was
   * expected of it, by model called, adds to the estimate of the model not called.
   */
  carry: z
    .array(z.strictObject({ called: members, weights: z.array(z.array(weight).max(8)).max(8) }))
    .max(256),
  /**
   * Covariance of the move of the estimates of `wanted` from when only `called` were called,
   * row-major. What calling them is worth beyond the best estimate is `offset + slope` times what
   * E[max] of normal variables is beyond it.
   */
  moves: z
    .array(
      z.strictObject({
        called: members,
        wanted: members,
        covariance: z.array(weight).max(64),
        offset: weight,
        slope: weight,
      }),
    )
    .max(6561),
});
export type EstimatesDocument = z.output<typeof estimatesSchema>;

/** A set of models as bits. */
export const bitsOf = (models: readonly number[]): number =>
  models.reduce((bits, model) => bits | (1 << model), 0);

/** Models in a set, ascending. */
export function membersOf(bits: number): number[] {
  const found: number[] = [];
  for (let model = 0; bits >> model !== 0; model++) if ((bits >> model) & 1) found.push(model);
  return found;
}

export const sizeOf = (bits: number): number => membersOf(bits).length;

/** Sets of models with 1 to `most` members, small ones first. */
export function setsOf(models: number, most: number): number[] {
  return Array.from({ length: 2 ** models }, (_, bits) => bits)
    .filter((bits) => bits > 0 && sizeOf(bits) <= most)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || a - b);
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** A set that contains all that was called, and the room that its worth is computed in. */
interface Supermodel {
  readonly bits: number;
  readonly members: readonly number[];
  /** Null where nothing of it is still to be called. */
  readonly draws: Float64Array | null;
  readonly offset: number;
  readonly slope: number;
  readonly means: Float64Array;
}

/** Estimates of quality after some calls, and what further calls are worth. Made of data alone. */
export class QualityEstimates {
  readonly #agreement: AgreementDocument;
  /** By bits of what was called, then by model not called. */
  readonly #carry = new Map<number, readonly (readonly number[])[]>();
  /** By bits of what was called. */
  readonly #supermodels = new Map<number, Supermodel[]>();

  constructor(agreement: AgreementDocument, { carry, moves }: EstimatesDocument) {
    this.#agreement = agreement;
    for (const { called, weights } of carry) this.#carry.set(bitsOf(called), weights);
    for (const { called, wanted, covariance, offset, slope } of moves) {
      const bits = bitsOf(called);
      const known = this.#supermodels.get(bits) ?? [];
      this.#supermodels.set(bits, known);
      known.push({
        bits: bitsOf(wanted),
        members: wanted,
        draws: wanted.length === 1 ? null : errorDraws(covariance, wanted.length),
        offset,
        slope,
        means: new Float64Array(wanted.length),
      });
    }
    for (const supermodels of this.#supermodels.values()) {
      supermodels.sort((a, b) => a.members.length - b.members.length || a.bits - b.bits);
    }
  }

  /**
   * Estimates by model, in [0, 1]: of those called by verifier, expectation and agreement; of the
   * others by expectation and how those called did against theirs.
   * @param called bits of the models that gave an answer; those without an opinion stay as expected
   */
  quality(called: number, prior: Float64Array, opinions: readonly Opinion[]): Float64Array {
    const estimates = Float64Array.from(prior, clamp);
    for (const opinion of opinions) {
      const expected = prior[opinion.model]!;
      estimates[opinion.model] = agreedConfidence(this.#agreement, opinion, expected, opinions);
    }
    const weights = this.#carry.get(called);
    if (weights === undefined) return estimates;
    const surprises = membersOf(called).map((model) => estimates[model]! - clamp(prior[model]!));
    let other = 0;
    for (let model = 0; model < prior.length; model++) {
      if ((called >> model) & 1) continue;
      const own = weights[other++]!;
      let moved = clamp(prior[model]!);
      for (let at = 0; at < surprises.length; at++) moved += own[at]! * surprises[at]!;
      estimates[model] = clamp(moved);
    }
    return estimates;
  }

  /**
   * Sets of models worth calling after some calls, that set itself among them, with the quality to be
   * expected of the best of their answers. A set is dropped, and with it all that it grows into, once
   * one of its models adds nothing to it, even for free (the pruning of Dekoninck et al., Lemma 1, at
   * a cost weight of 0, so that it holds for all weights).
   * @param called bits of the models that gave an answer
   * @param barred bits of models that can be called no more
   */
  worthwhile(
    called: number,
    barred: number,
    quality: Float64Array,
  ): { readonly bits: number; readonly worth: number }[] {
    const worth = new Map<number, number>();
    if (called !== 0) {
      const best = Math.max(...membersOf(called).map((model) => quality[model]!));
      worth.set(called, best);
    }
    for (const { bits, members, means, draws, offset, slope } of this.#supermodels.get(called) ??
      []) {
      if ((bits & barred) !== 0) continue;
      let least = Number.NEGATIVE_INFINITY;
      for (const model of members) {
        if ((called >> model) & 1) continue;
        const without = bits & ~(1 << model);
        if (without === 0) continue;
        const rest = worth.get(without);
        least = Math.max(least, rest ?? Number.POSITIVE_INFINITY);
      }
      if (least === Number.POSITIVE_INFINITY) continue;
      for (let at = 0; at < members.length; at++) means[at] = quality[members[at]!]!;
      const value = draws === null ? means[0]! : worthOf(means, draws, offset, slope);
      if (value > least + LEAST_GAIN) worth.set(bits, value);
    }
    return [...worth].map(([bits, value]) => ({ bits, worth: value }));
  }
}

function worthOf(means: Float64Array, draws: Float64Array, offset: number, slope: number): number {
  let best = 0;
  for (const mean of means) if (mean > best) best = mean;
  return best + offset + slope * (expectedMaximum(means, draws) - best);
}

/** Gains below this are within the error of what is learned. */
const LEAST_GAIN = 1e-3;
