import {
  inverseDocumentFrequency,
  type SparseRows,
  type SparseVector,
} from '../../features/index.js';
import { createRng } from '../../statistics/index.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { ANSWER_SIGNALS, answerSignals } from './answer-signals.js';
import { BUCKETS, hashAnswer, hashPrompt, scaledSignal } from './verifier.js';
import type { AnswerRows } from './verifier-fit.js';

/** N-grams of fewer texts than this, or of a smaller share of them, say little of new ones. */
const LEAST_TEXTS = 3;
const LEAST_SHARE = 0.01;
/** N-grams of a larger share of the prompts (a preamble, an instruction) tell them little apart. */
const MOST_PROMPTS = 0.3;

export interface Scaling {
  readonly mean: number;
  readonly scale: number;
}

/** Answers to learn from, and how what they are made of is weighed. */
export interface VerifierTraining {
  readonly rows: AnswerRows;
  /** Rows of the data that `rows.promptOf` counts. */
  readonly prompts: Int32Array;
  readonly idf: Float64Array;
  /** Column of each bucket; −1 where it has none. */
  readonly columnOfBucket: Int32Array;
  readonly scaling: readonly Scaling[];
}

/** Whole groups in drawn order, until they hold `most` answers. */
function sampleRows(data: RouterData, models: readonly number[], most: number, seed: number) {
  const answered = (row: number): number[] =>
    models.flatMap((index, model) => {
      const cell = row * data.models.length + index;
      const usable =
        data.failed[cell] === 0 &&
        (data.text[cell] ?? null) !== null &&
        !Number.isNaN(data.score[cell]!);
      return usable ? [model] : [];
    });
  const groups = new Map<number, number[]>();
  data.groups.forEach((group, row) => {
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [row]);
    else members.push(row);
  });
  const order = [...groups.values()];
  const rng = createRng(seed, 'verifier-sample');
  for (let at = order.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const sample: { row: number; models: number[] }[] = [];
  let answers = 0;
  for (const rows of order) {
    if (answers >= most) break;
    for (const row of rows) {
      const having = answered(row);
      answers += having.length;
      if (having.length > 0) sample.push({ row, models: having });
    }
  }
  return sample.sort((a, b) => a.row - b.row);
}

function pack(
  vectors: readonly SparseVector[],
  idf: Float64Array,
  columnOfBucket: Int32Array,
  offset: number,
): SparseRows {
  const starts = new Int32Array(vectors.length + 1);
  let entries = 0;
  vectors.forEach(({ indices }, row) => {
    for (const index of indices) if (columnOfBucket[offset + index]! >= 0) entries++;
    starts[row + 1] = entries;
  });
  const indices = new Int32Array(entries);
  const values = new Float64Array(entries);
  let to = 0;
  for (const vector of vectors) {
    for (let at = 0; at < vector.indices.length; at++) {
      const bucket = offset + vector.indices[at]!;
      const column = columnOfBucket[bucket]!;
      if (column < 0) continue;
      indices[to] = column;
      values[to++] = vector.values[at]! * idf[bucket]!;
    }
  }
  return { columns: 0, starts, indices, values };
}

function scaleSignals(raw: readonly (readonly number[])[]) {
  const scaling = Array.from({ length: ANSWER_SIGNALS }, (_, at): Scaling => {
    let mean = 0;
    for (const signals of raw) mean += signals[at]! / raw.length;
    let variance = 0;
    for (const signals of raw) variance += (signals[at]! - mean) ** 2 / raw.length;
    const deviation = Math.sqrt(variance);
    return { mean: written(mean), scale: deviation > 1e-9 ? written(1 / deviation) : 0 };
  });
  const signals = new Float32Array(raw.length * ANSWER_SIGNALS);
  raw.forEach((values, answer) => {
    for (let at = 0; at < ANSWER_SIGNALS; at++) {
      const { mean, scale } = scaling[at]!;
      signals[answer * ANSWER_SIGNALS + at] = scaledSignal(values[at]!, mean, scale);
    }
  });
  return { scaling, signals };
}

/**
 * Puts together what a verifier is trained on. Failed calls have no answer to learn from.
 * @param models indices into the data's models
 * @param most answers beyond this are left out: whole groups of prompts at a time
 */
export function verifierTraining(
  data: RouterData,
  models: readonly number[],
  most: number,
  seed: number,
): VerifierTraining {
  const sample = sampleRows(data, models, most, seed);
  const count = sample.reduce((sum, one) => sum + one.models.length, 0);
  const promptOf = new Int32Array(count);
  const modelOf = new Int32Array(count);
  const labels = new Float64Array(count);
  const answers: SparseVector[] = [];
  const raw: number[][] = [];
  sample.forEach(({ row, models: having }, prompt) => {
    for (const model of having) {
      const cell = row * data.models.length + models[model]!;
      const text = data.text[cell]!;
      promptOf[answers.length] = prompt;
      modelOf[answers.length] = model;
      labels[answers.length] = data.score[cell]!;
      answers.push(hashAnswer(text));
      raw.push(answerSignals(data.features[row]!, text));
    }
  });
  const prompts = sample.map(({ row }) => hashPrompt(data.features[row]!));
  const idf = Float64Array.of(
    ...inverseDocumentFrequency(prompts, BUCKETS, leastTexts(prompts.length)).map((weight) =>
      weight < leastWeight(prompts.length) ? 0 : weight,
    ),
    ...inverseDocumentFrequency(answers, BUCKETS, leastTexts(answers.length)),
  );
  const columnOfBucket = new Int32Array(2 * BUCKETS).fill(-1);
  let ngrams = 0;
  idf.forEach((weight, bucket) => {
    if (weight !== 0) columnOfBucket[bucket] = ngrams++;
  });
  const { scaling, signals } = scaleSignals(raw);
  return {
    rows: {
      prompts: pack(prompts, idf, columnOfBucket, 0),
      answers: pack(answers, idf, columnOfBucket, BUCKETS),
      ngrams,
      signals,
      signalCount: ANSWER_SIGNALS,
      models: models.length,
      promptOf,
      modelOf,
      labels,
    },
    prompts: Int32Array.from(sample, ({ row }) => row),
    idf,
    columnOfBucket,
    scaling,
  };
}

/** The inverse document frequency of what `MOST_PROMPTS` of the prompts hold. */
const leastWeight = (prompts: number): number =>
  Math.log((1 + prompts) / (1 + MOST_PROMPTS * prompts)) + 1;

const leastTexts = (texts: number): number => Math.max(LEAST_TEXTS, Math.ceil(LEAST_SHARE * texts));
