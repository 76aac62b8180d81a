import {
  calibrate,
  crossValidate,
  fitLogistic,
  inverseDocumentFrequency,
  type SparseRows,
  type SparseVector,
  sigmoid,
} from '../features/index.js';
import { createRng } from '../statistics/index.js';
import { ANSWER_SIGNALS, answerSignals } from './answer-signals.js';
import type { ModelSummary } from './model-summary.js';
import { written } from './policy-document.js';
import type { RouterData } from './router.js';
import {
  BUCKETS,
  hashAnswer,
  hashPrompt,
  scaledSignals,
  Verifier,
  type VerifierDocument,
} from './verifier.js';

const FOLDS = 3;
/** N-grams of fewer texts than this say nothing of new ones. */
const LEAST_TEXTS = 3;
/** Strong to weak. */
const PENALTIES = [1, 0.1, 0.01, 0.001];
/** Weights smaller than this share of the largest are written as zero. */
const NEGLIGIBLE = 1e-3;

export interface LearnedVerifier {
  readonly verifier: Verifier;
  /** Confidence by prompt and model, row-major, from a model that never saw the prompt; NaN without text. */
  readonly outOfFold: Float64Array;
}

interface Example {
  readonly row: number;
  /** Index into the cascade's models. */
  readonly model: number;
  readonly answer: string;
  readonly score: number;
}

interface Scaling {
  readonly mean: number;
  readonly scale: number;
}

function scalingOf(columns: readonly (readonly number[])[]): Scaling[] {
  return Array.from({ length: ANSWER_SIGNALS }, (_, at) => {
    const mean = columns.reduce((sum, signals) => sum + signals[at]!, 0) / columns.length;
    const variance =
      columns.reduce((sum, signals) => sum + (signals[at]! - mean) ** 2, 0) / columns.length;
    const deviation = Math.sqrt(variance);
    return { mean: written(mean), scale: deviation > 1e-9 ? written(1 / deviation) : 0 };
  });
}

function examplesOf(data: RouterData, models: readonly ModelSummary[]): Example[] {
  return data.features.flatMap((_, row) =>
    models.flatMap(({ index }, model) => {
      const cell = row * data.models.length + index;
      const answer = data.text[cell] ?? null;
      const score = data.score[cell]!;
      return answer === null || Number.isNaN(score) ? [] : [{ row, model, answer, score }];
    }),
  );
}

/** Columns: n-grams of the prompt, n-grams of the answer, signals, one per model. */
function trainingRows(
  examples: readonly Example[],
  prompts: ReadonlyMap<number, SparseVector>,
  answers: readonly SparseVector[],
  idf: { readonly prompt: Float64Array; readonly answer: Float64Array },
  signals: readonly (readonly number[])[],
  models: number,
): SparseRows {
  const columns = 2 * BUCKETS + ANSWER_SIGNALS + models;
  const starts = new Int32Array(examples.length + 1);
  const most = examples.reduce(
    (sum, { row }, at) =>
      sum + prompts.get(row)!.indices.length + answers[at]!.indices.length + ANSWER_SIGNALS + 1,
    0,
  );
  const indices = new Int32Array(most);
  const values = new Float64Array(most);
  let entry = 0;
  const add = (index: number, value: number): void => {
    if (value === 0) return;
    indices[entry] = index;
    values[entry++] = value;
  };
  const addText = (vector: SparseVector, weights: Float64Array, offset: number): void => {
    for (let at = 0; at < vector.indices.length; at++) {
      const bucket = vector.indices[at]!;
      add(offset + bucket, vector.values[at]! * weights[bucket]!);
    }
  };
  examples.forEach((example, at) => {
    addText(prompts.get(example.row)!, idf.prompt, 0);
    addText(answers[at]!, idf.answer, BUCKETS);
    signals[at]!.forEach((value, signal) => {
      add(2 * BUCKETS + signal, value);
    });
    add(2 * BUCKETS + ANSWER_SIGNALS + example.model, 1);
    starts[at + 1] = entry;
  });
  return { columns, starts, indices: indices.slice(0, entry), values: values.slice(0, entry) };
}

/**
 * Learns to tell good answers from bad ones by prompt and answer text: logistic regression on hashed
 * n-grams and `answerSignals`, its penalty chosen and its probabilities calibrated out of fold.
 * All answers to one prompt stay in one fold. What it learns from are the scores of `data` alone.
 */
export function learnVerifier(
  data: RouterData,
  models: readonly ModelSummary[],
  seed: number,
): LearnedVerifier {
  const examples = examplesOf(data, models);
  const labels = Float64Array.from(examples, ({ score }) => score);
  const rowsSeen = [...new Set(examples.map(({ row }) => row))];
  const prompts = new Map(rowsSeen.map((row) => [row, hashPrompt(data.features[row]!.text)]));
  const answers = examples.map(({ answer }) => hashAnswer(answer));
  const idf = {
    prompt: inverseDocumentFrequency([...prompts.values()], BUCKETS, LEAST_TEXTS),
    answer: inverseDocumentFrequency(answers, BUCKETS, LEAST_TEXTS),
  };
  const raw = examples.map(({ row, answer }) => answerSignals(data.features[row]!, answer));
  const scaling = scalingOf(raw);
  const signals = raw.map((one) => scaledSignals(one, scaling));
  const rows = trainingRows(examples, prompts, answers, idf, signals, models.length);
  const rng = createRng(seed, 'verifier-folds');
  const foldOfRow = new Map(rowsSeen.map((row) => [row, rng.below(FOLDS)]));
  const folds = Int32Array.from(examples, ({ row }) => foldOfRow.get(row)!);
  const validated = crossValidate(rows, labels, folds, PENALTIES);
  const { scale, shift } = calibrate(validated.outOfFold, labels);
  const fitted = fitLogistic(rows, labels, { l2: validated.l2 });
  const outOfFold = new Float64Array(data.features.length * models.length).fill(Number.NaN);
  examples.forEach(({ row, model }, at) => {
    outOfFold[row * models.length + model] = sigmoid(scale * validated.outOfFold[at]! + shift);
  });
  const document = writeDown(
    fitted.weights.map((weight) => weight * scale),
    fitted.bias * scale + shift,
    idf,
    scaling,
    models.length,
  );
  return { verifier: new Verifier(document), outOfFold };
}

function writeDown(
  weights: Float64Array,
  bias: number,
  idf: { readonly prompt: Float64Array; readonly answer: Float64Array },
  scaling: readonly Scaling[],
  models: number,
): VerifierDocument {
  const folded = weights
    .subarray(0, 2 * BUCKETS)
    .map((weight, at) => weight * (at < BUCKETS ? idf.prompt[at]! : idf.answer[at - BUCKETS]!));
  const largest = folded.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const kept = [...folded.keys()].filter(
    (at) => folded[at] !== 0 && Math.abs(folded[at]!) >= NEGLIGIBLE * largest,
  );
  const shortly = (weight: number): number => Number(weight.toPrecision(5));
  return {
    bias: written(bias),
    models: Array.from({ length: models }, (_, model) =>
      written(weights[2 * BUCKETS + ANSWER_SIGNALS + model]!),
    ),
    signals: scaling.map(({ mean, scale }, at) => ({
      mean,
      scale,
      weight: written(weights[2 * BUCKETS + at]!),
    })),
    ngrams: { buckets: kept, weights: kept.map((at) => shortly(folded[at]!)) },
  };
}
