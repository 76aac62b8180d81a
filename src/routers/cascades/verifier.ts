import { z } from 'zod';
import {
  dot,
  type Features,
  NgramHasher,
  type SparseVector,
  sigmoid,
} from '../../features/index.js';
import { ngramsOf, TEXT_BUCKETS } from '../learned/requests/text-space.js';
import { conclusionOf } from './answer-conclusion.js';
import { ANSWER_SIGNALS, answerSignals } from './answer-signals.js';

/** Buckets for n-grams of the prompt, and as many again for those of the answer. */
export const BUCKETS = TEXT_BUCKETS;
/** Standard deviations beyond which an unusual signal counts no further. */
const SIGNAL_LIMIT = 4;
/** Characters of an answer whose n-grams are read; signals are of all of it. */
const ANSWER_READ = 4_000;

const weight = z.number().min(-1e6).max(1e6);

/**
 * A learned verifier, as data: a logistic model whose calibration and inverse document frequencies
 * are already multiplied into its weights. Weights of zero are left out.
 */
export const verifierSchema = z.strictObject({
  bias: weight,
  /** One a model of the cascade. */
  models: z.array(weight).max(1000),
  /** In the order of `answerSignals`; weights one a model of the cascade. */
  signals: z
    .array(
      z.strictObject({
        mean: weight,
        scale: z.number().min(0).max(1e12),
        weights: z.array(weight).max(1000),
      }),
    )
    .length(ANSWER_SIGNALS),
  /** Buckets below 16,384 are n-grams of the prompt, those above of the answer. */
  ngrams: z.strictObject({
    buckets: z
      .array(
        z
          .int()
          .min(0)
          .max(2 * BUCKETS - 1),
      )
      .max(2 * BUCKETS),
    weights: z.array(weight).max(2 * BUCKETS),
  }),
});
export type VerifierDocument = z.output<typeof verifierSchema>;

const hasher = new NgramHasher(BUCKETS);

export const hashPrompt = ngramsOf;
export const hashAnswer = (text: string): SparseVector =>
  hasher.hash(text.length > ANSWER_READ ? text.slice(0, ANSWER_READ) : text, 'answer');

/** A signal on the scale the verifier was trained on. */
export const scaledSignal = (value: number, mean: number, scale: number): number =>
  Math.min(SIGNAL_LIMIT, Math.max(-SIGNAL_LIMIT, (value - mean) * scale));

/** What the verifier makes of an answer. */
export interface Reading {
  /** Of the answer being good, in [0, 1], to six decimals. */
  readonly confidence: number;
  /** See `conclusionOf`. */
  readonly conclusion: string | null;
}

/** As it is remembered: a request has few answers, and a list of them takes the least room. */
interface ReadAnswer extends Reading {
  readonly model: number;
  readonly answer: string;
}

/** The same verifier over some of its models, in another order. */
export function verifierOver(
  document: VerifierDocument,
  positions: readonly number[],
): VerifierDocument {
  const of = (weights: readonly number[]): number[] => positions.map((at) => weights[at]!);
  return {
    ...document,
    models: of(document.models),
    signals: document.signals.map((signal) => ({ ...signal, weights: of(signal.weights) })),
  };
}

/** Predicts from a prompt and an answer to it how good the answer is. */
export class Verifier {
  readonly document: VerifierDocument;
  readonly #promptWeights = new Float64Array(BUCKETS);
  readonly #answerWeights = new Float64Array(BUCKETS);
  readonly #promptLogits = new WeakMap<Features, number>();
  readonly #known = new WeakMap<Features, ReadAnswer[]>();
  #last: Features | null = null;
  #readings: ReadAnswer[] = [];

  constructor(document: VerifierDocument) {
    this.document = document;
    document.ngrams.buckets.forEach((bucket, at) => {
      const weights = bucket < BUCKETS ? this.#promptWeights : this.#answerWeights;
      weights[bucket % BUCKETS] = document.ngrams.weights[at]!;
    });
  }

  /** Remembered for as long as the features live: a family of policies asks alike. */
  read(features: Features, model: number, answer: string): Reading {
    if (features !== this.#last) {
      this.#last = features;
      this.#readings = this.#known.get(features) ?? [];
      this.#known.set(features, this.#readings);
    }
    const readings = this.#readings;
    for (const known of readings) {
      if (known.model === model && known.answer === answer) return known;
    }
    const reading = {
      model,
      answer,
      confidence: Math.round(sigmoid(this.#logit(features, model, answer)) * 1e6) / 1e6,
      conclusion: conclusionOf(answer),
    };
    readings.push(reading);
    return reading;
  }

  confidence(features: Features, model: number, answer: string): number {
    return this.read(features, model, answer).confidence;
  }

  #logit(features: Features, model: number, answer: string): number {
    const { bias, models, signals } = this.document;
    const values = answerSignals(features, answer);
    let logit =
      bias +
      models[model]! +
      this.#promptLogit(features) +
      dot(hashAnswer(answer), this.#answerWeights);
    for (let at = 0; at < signals.length; at++) {
      const { mean, scale, weights } = signals[at]!;
      logit += scaledSignal(values[at]!, mean, scale) * weights[model]!;
    }
    return logit;
  }

  #promptLogit(features: Features): number {
    const known = this.#promptLogits.get(features);
    if (known !== undefined) return known;
    const logit = dot(hashPrompt(features), this.#promptWeights);
    this.#promptLogits.set(features, logit);
    return logit;
  }
}
