import {
  calibrate,
  crossValidate,
  fitLogistic,
  inverseDocumentFrequency,
  type LogisticModel,
  type SparseRows,
  type SparseVector,
  sigmoid,
  toRows,
} from '../../features/index.js';
import { createRng } from '../../statistics/index.js';
import type { ModelMeans } from '../model-means.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { ANSWER_SIGNALS, answerSignals } from './answer-signals.js';
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

/** There are many of these; five digits keep a table small. */
const shortly = (weight: number): number => Number(weight.toPrecision(5));

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

function examplesOf(data: RouterData, models: readonly ModelMeans[]): Example[] {
  return data.features.flatMap((_, row) =>
    models.flatMap(({ index }, model) => {
      const cell = row * data.models.length + index;
      const answer = data.text[cell] ?? null;
      const score = data.score[cell]!;
      return answer === null || Number.isNaN(score) ? [] : [{ row, model, answer, score }];
    }),
  );
}

/** Training rows, and where each bucket's column is; a bucket that no row uses has none (−1). */
interface TrainingSet {
  readonly rows: SparseRows;
  readonly columnOfBucket: Int32Array;
  /** First of the columns of signals; those of models follow. */
  readonly firstSignal: number;
}

/** Columns: n-grams of prompt and answer that have a weight, signals, one per model. */
function trainingSet(
  examples: readonly Example[],
  prompts: ReadonlyMap<number, SparseVector>,
  answers: readonly SparseVector[],
  idf: Float64Array,
  signals: readonly (readonly number[])[],
  models: number,
): TrainingSet {
  const columnOfBucket = new Int32Array(2 * BUCKETS).fill(-1);
  let firstSignal = 0;
  idf.forEach((weight, bucket) => {
    if (weight !== 0) columnOfBucket[bucket] = firstSignal++;
  });
  const ngramsOf = (vector: SparseVector, offset: number): [number, number][] =>
    Array.from(vector.indices, (index, at): [number, number] => {
      const bucket = offset + index;
      return [columnOfBucket[bucket]!, vector.values[at]! * idf[bucket]!];
    }).filter(([column]) => column >= 0);
  const ngramsOfPrompt = new Map(
    [...prompts].map(([row, vector]) => [row, ngramsOf(vector, 0)] as const),
  );
  const vectors = examples.map((example, at): SparseVector => {
    const entries = [
      ...ngramsOfPrompt.get(example.row)!,
      ...ngramsOf(answers[at]!, BUCKETS),
      ...signals[at]!.map((value, signal): [number, number] => [firstSignal + signal, value]),
      [firstSignal + ANSWER_SIGNALS + example.model, 1] as [number, number],
    ];
    return {
      indices: Int32Array.from(entries, ([column]) => column),
      values: Float64Array.from(entries, ([, value]) => value),
    };
  });
  const columns = firstSignal + ANSWER_SIGNALS + models;
  return { rows: toRows(vectors, columns), columnOfBucket, firstSignal };
}

/**
 * Learns to tell good answers from bad ones by prompt and answer text: logistic regression on hashed
 * n-grams and `answerSignals`, its penalty chosen and its probabilities calibrated out of fold.
 * All answers to one prompt stay in one fold. What it learns from are the scores of `data` alone.
 */
export function learnVerifier(
  data: RouterData,
  models: readonly ModelMeans[],
  seed: number,
): LearnedVerifier {
  const examples = examplesOf(data, models);
  const labels = Float64Array.from(examples, ({ score }) => score);
  const rowsSeen = [...new Set(examples.map(({ row }) => row))];
  const prompts = new Map(rowsSeen.map((row) => [row, hashPrompt(data.features[row]!.text)]));
  const answers = examples.map(({ answer }) => hashAnswer(answer));
  const idf = Float64Array.of(
    ...inverseDocumentFrequency([...prompts.values()], BUCKETS, LEAST_TEXTS),
    ...inverseDocumentFrequency(answers, BUCKETS, LEAST_TEXTS),
  );
  const raw = examples.map(({ row, answer }) => answerSignals(data.features[row]!, answer));
  const scaling = scalingOf(raw);
  const signals = raw.map((one) => scaledSignals(one, scaling));
  const training = trainingSet(examples, prompts, answers, idf, signals, models.length);
  const { rows } = training;
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
  const calibrated = {
    weights: fitted.weights.map((weight) => weight * scale),
    bias: fitted.bias * scale + shift,
  };
  const document = writeDown(calibrated, training, idf, scaling, models.length);
  return { verifier: new Verifier(document), outOfFold };
}

function writeDown(
  { weights, bias }: LogisticModel,
  { columnOfBucket, firstSignal }: TrainingSet,
  idf: Float64Array,
  scaling: readonly Scaling[],
  models: number,
): VerifierDocument {
  const folded = idf.map((inverse, bucket) => {
    const column = columnOfBucket[bucket]!;
    return column < 0 ? 0 : weights[column]! * inverse;
  });
  const largest = folded.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const kept = [...folded.keys()].filter(
    (bucket) => folded[bucket] !== 0 && Math.abs(folded[bucket]!) >= NEGLIGIBLE * largest,
  );
  return {
    bias: written(bias),
    models: Array.from({ length: models }, (_, model) =>
      written(weights[firstSignal + ANSWER_SIGNALS + model]!),
    ),
    signals: scaling.map(({ mean, scale }, at) => ({
      mean,
      scale,
      weight: written(weights[firstSignal + at]!),
    })),
    ngrams: { buckets: kept, weights: kept.map((bucket) => shortly(folded[bucket]!)) },
  };
}
