import { type CostQuality, paretoFrontier } from '../../statistics/index.js';
import { thresholdsOf } from '../dial.js';
import type { RouterData } from '../router.js';
import { type AgreementDocument, agreedConfidence } from './agreement.js';
import { type Answers, opinionsOn, priorOf } from './learn-agreement.js';

/** Shares of answers accepted that are tried with each chain. */
const SHARES = Array.from({ length: 17 }, (_, at) => at / 16);

/** A chain of models, and how many of their answers are to be kept. */
export interface CascadeSetting {
  /** Positions among the candidates, in calling order. */
  readonly chain: readonly number[];
  /** Share of the answers, those of the last model aside, that are confident enough. */
  readonly acceptedShare: number;
}

/** Subsets of 0 … `size` − 1 with `least` to `most` members, each ascending. */
function chainsOf(size: number, least: number, most: number): number[][] {
  const grow = (chain: readonly number[]): number[][] => {
    const longer = Array.from({ length: size }, (_, next) => next)
      .filter((next) => next > (chain.at(-1) ?? -1))
      .flatMap((next) => (chain.length < most ? grow([...chain, next]) : []));
    return chain.length >= least ? [[...chain], ...longer] : longer;
  };
  return grow([]);
}

/** Confidences by row in the last answer of a chain's beginning, knowing the answers before it. */
export class ChainTrust {
  readonly #answers: Answers;
  readonly #agreement: AgreementDocument;
  readonly #known = new Map<string, Float64Array>();

  constructor(answers: Answers, agreement: AgreementDocument) {
    this.#answers = answers;
    this.#agreement = agreement;
  }

  /** NaN where the last model has no answer. */
  of(beginning: readonly number[]): Float64Array {
    const key = beginning.join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const last = beginning.at(-1)!;
    const rows = this.#answers.confidence.length / this.#answers.models;
    const trust = Float64Array.from({ length: rows }, (_, row) => {
      const opinions = opinionsOn(this.#answers, row, beginning);
      const own = opinions.find(({ model }) => model === last);
      if (own === undefined) return Number.NaN;
      const prior = priorOf(this.#answers, row * this.#answers.models + last);
      return agreedConfidence(this.#agreement, own, prior, opinions);
    });
    this.#known.set(key, trust);
    return trust;
  }

  /** Of each model but the last. */
  alongChain(chain: readonly number[]): Float64Array[] {
    return chain.slice(0, -1).map((_, at) => this.of(chain.slice(0, at + 1)));
  }
}

/** Mean cost and quality of a chain at one threshold, over the prompts where it was measured. */
function tryChain(
  data: RouterData,
  models: readonly number[],
  trust: readonly Float64Array[],
  chain: readonly number[],
  threshold: number,
): CostQuality {
  let costs = 0;
  let qualities = 0;
  let measured = 0;
  for (let row = 0; row < data.features.length; row++) {
    let cost = 0;
    for (let at = 0; at < chain.length; at++) {
      const cell = row * data.models.length + models[chain[at]!]!;
      cost += data.cost[cell]!;
      if (at < chain.length - 1 && !(trust[at]![row]! >= threshold)) continue;
      const quality = data.score[cell]!;
      if (!Number.isNaN(quality) && !Number.isNaN(cost)) {
        costs += cost;
        qualities += quality;
        measured++;
      }
      break;
    }
  }
  return { cost: costs / measured, quality: qualities / measured };
}

/** Threshold by share for a chain: quantiles of the confidences that could end it early. */
export function chainThreshold(
  trust: ChainTrust,
  chain: readonly number[],
): (acceptedShare: number) => number {
  return thresholdsOf(trust.alongChain(chain).flatMap((column) => [...column]));
}

/** Rows of a part that a verifier was learned from: it has an opinion of theirs out of fold. */
export function rowsWithOpinion(confidence: Float64Array, models: number): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row * models < confidence.length; row++) {
    const opinions = confidence.subarray(row * models, (row + 1) * models);
    if (opinions.some((opinion) => !Number.isNaN(opinion))) rows.push(row);
  }
  return Int32Array.from(rows);
}

/**
 * Which chains of the candidates, at which share of answers accepted, are worth their cost on these
 * data: the frontier over all of them, cheapest first (FrugalGPT's search, as an enumeration).
 * @param models the candidates, by cost, at least two, as indices into the data's models
 * @param trust of these data's answers, out of fold
 * @param longest most models in a chain
 */
export function worthwhileSettings(
  data: RouterData,
  models: readonly number[],
  trust: ChainTrust,
  longest: number,
): CascadeSetting[] {
  const settings: CascadeSetting[] = [];
  const points: CostQuality[] = [];
  for (const chain of chainsOf(models.length, 2, longest)) {
    const columns = trust.alongChain(chain);
    const threshold = chainThreshold(trust, chain);
    for (const acceptedShare of SHARES) {
      settings.push({ chain, acceptedShare });
      points.push(tryChain(data, models, columns, chain, threshold(acceptedShare)));
    }
  }
  return paretoFrontier(points).map((at) => settings[at]!);
}
