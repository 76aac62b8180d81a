import { z } from 'zod';
import {
  dot,
  type Features,
  NgramHasher,
  type SparseVector,
  sigmoid,
} from '../../features/index.js';
import { ANSWER_SIGNALS, answerSignals } from './answer-signals.js';

/** Buckets for n-grams of the prompt, and as many again for those of the answer. */
export const BUCKETS = 2 ** 14;
/** Standard deviations beyond which an unusual signal counts no further. */
const SIGNAL_LIMIT = 4;

const weight = z.number().min(-1e6).max(1e6);

/**
 * A learned verifier, as data: a logistic model whose calibration and inverse document frequencies
 * are already multiplied into its weights. Weights of zero are left out.
 */
export const verifierSchema = z.strictObject({
  bias: weight,
  /** One a model of the cascade. */
  models: z.array(weight).max(1000),
  /** In the order of `answerSignals`. */
  signals: z
    .array(z.strictObject({ mean: weight, scale: z.number().min(0).max(1e12), weight }))
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

export const hashPrompt = (text: string): SparseVector => hasher.hash(text, 'prompt');
export const hashAnswer = (text: string): SparseVector => hasher.hash(text, 'answer');

/** Signals on the scale the verifier was trained on. */
export function scaledSignals(
  signals: readonly number[],
  scaling: readonly { readonly mean: number; readonly scale: number }[],
): number[] {
  return signals.map((value, at) => {
    const { mean, scale } = scaling[at]!;
    return Math.min(SIGNAL_LIMIT, Math.max(-SIGNAL_LIMIT, (value - mean) * scale));
  });
}

/** Predicts from a prompt and an answer to it how good the answer is, in [0, 1]. */
export class Verifier {
  readonly document: VerifierDocument;
  readonly #promptWeights = new Float64Array(BUCKETS);
  readonly #answerWeights = new Float64Array(BUCKETS);
  readonly #promptLogits = new WeakMap<Features, number>();
  readonly #known = new WeakMap<Features, Map<string, number>[]>();

  constructor(document: VerifierDocument) {
    this.document = document;
    document.ngrams.buckets.forEach((bucket, at) => {
      const weights = bucket < BUCKETS ? this.#promptWeights : this.#answerWeights;
      weights[bucket % BUCKETS] = document.ngrams.weights[at]!;
    });
  }

  /** To six decimals. Remembered for as long as the features live: a family of policies asks alike. */
  confidence(features: Features, model: number, answer: string): number {
    let byModel = this.#known.get(features);
    if (byModel === undefined) {
      byModel = this.document.models.map(() => new Map());
      this.#known.set(features, byModel);
    }
    const known = byModel[model]!.get(answer);
    if (known !== undefined) return known;
    const confidence = Math.round(sigmoid(this.#logit(features, model, answer)) * 1e6) / 1e6;
    byModel[model]!.set(answer, confidence);
    return confidence;
  }

  #logit(features: Features, model: number, answer: string): number {
    const { bias, models, signals } = this.document;
    const scaled = scaledSignals(answerSignals(features, answer), signals);
    return (
      bias +
      models[model]! +
      this.#promptLogit(features) +
      dot(hashAnswer(answer), this.#answerWeights) +
      scaled.reduce((sum, value, at) => sum + value * signals[at]!.weight, 0)
    );
  }

  #promptLogit(features: Features): number {
    const known = this.#promptLogits.get(features);
    if (known !== undefined) return known;
    const logit = dot(hashPrompt(features.text), this.#promptWeights);
    this.#promptLogits.set(features, logit);
    return logit;
  }
}
