import { fitLogistic, type SparseRows } from '../../features/index.js';
import { createRng } from '../../statistics/index.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { type AgreementDocument, logit, type Opinion, voiceWeight } from './agreement.js';
import { conclusionOf } from './answer-conclusion.js';

/** Sets of other answers that each answer is seen beside. */
const DRAWS = 2;
/** Prompts that this is learned from at most. */
const MOST_PROMPTS = 3_000;
const PENALTY = 3e-4;
/** How much less the own weight of a pair of models counts than the weight of the voice heard. */
const PAIR_WEIGHT = 0.5;

/** What there is to know of each answer of a part, by prompt and model, row-major. */
export interface Answers {
  readonly models: number;
  /** The verifier's, out of fold; NaN where there is no answer. */
  readonly confidence: Float64Array;
  readonly conclusion: readonly (string | null)[];
  /** In [0, 1]; NaN where never scored. */
  readonly score: Float64Array;
  /** Expected before any call, out of fold; null where nobody foretells. */
  readonly prior: Float64Array | null;
}

/**
 * The answers of a part's prompts to some models.
 * @param models indices into the data's models
 */
export function answersOf(
  data: RouterData,
  models: readonly number[],
  confidence: Float64Array,
  prior: Float64Array | null,
): Answers {
  const width = models.length;
  const score = new Float64Array(confidence.length);
  const conclusion: (string | null)[] = [];
  for (let row = 0; row < data.features.length; row++) {
    for (let m = 0; m < width; m++) {
      const cell = row * data.models.length + models[m]!;
      const text = data.text[cell] ?? null;
      score[row * width + m] = data.score[cell]!;
      const known = !Number.isNaN(confidence[row * width + m]!);
      conclusion.push(known && text !== null ? conclusionOf(text) : null);
    }
  }
  return { models: width, confidence, conclusion, score, prior };
}

/** The answers of some rows. */
export function answersWhere(answers: Answers, keep: (row: number) => boolean): Answers {
  const { models } = answers;
  const cell = (_: unknown, at: number): boolean => keep(Math.floor(at / models));
  return {
    models,
    confidence: answers.confidence.filter(cell),
    conclusion: answers.conclusion.filter(cell),
    score: answers.score.filter(cell),
    prior: answers.prior === null ? null : answers.prior.filter(cell),
  };
}

/** At most so many rows, evenly spaced. */
export const evenly =
  (rows: number, most: number) =>
  (row: number): boolean =>
    rows <= most || Math.floor(((row + 1) * most) / rows) > Math.floor((row * most) / rows);

const thinned = (answers: Answers, most: number): Answers =>
  answersWhere(answers, evenly(answers.confidence.length / answers.models, most));

class RowBuilder {
  readonly #starts = [0];
  readonly #indices: number[] = [];
  readonly #values: number[] = [];

  add(column: number, value: number): void {
    this.#indices.push(column);
    this.#values.push(value);
  }

  end(): void {
    this.#starts.push(this.#indices.length);
  }

  rows(columns: number): SparseRows {
    return {
      columns,
      starts: Int32Array.from(this.#starts),
      indices: Int32Array.from(this.#indices),
      values: Float64Array.from(this.#values),
    };
  }
}

/** Where nobody foretells, one half: it moves nothing. */
export const priorOf = ({ prior }: Answers, cell: number): number =>
  prior === null ? 0.5 : prior[cell]!;

/**
 * Logistic regression on the verifier's and the prior's log-odds of answers that stand alone. Without
 * a prior it is the verifier's confidence, which is calibrated.
 */
function learnAlone(answers: Answers): AgreementDocument['alone'] {
  const { confidence, score } = answers;
  if (answers.prior === null) return { confidence: 1, prior: 0, offset: 0 };
  const builder = new RowBuilder();
  const labels: number[] = [];
  confidence.forEach((own, cell) => {
    if (Number.isNaN(own) || Number.isNaN(score[cell]!)) return;
    builder.add(0, logit(own));
    builder.add(1, logit(priorOf(answers, cell)));
    builder.end();
    labels.push(score[cell]!);
  });
  const { weights, bias } = fitLogistic(builder.rows(2), Float64Array.from(labels), {
    l2: PENALTY,
  });
  return { confidence: written(weights[0]!), prior: written(weights[1]!), offset: written(bias) };
}

/** Learns, out of fold, how far answers vouch for each other: logistic regression on pairs. */
export function learnAgreement(all: Answers, seed: number): AgreementDocument {
  const answers = thinned(all, MOST_PROMPTS);
  const { models, confidence, conclusion, score } = answers;
  const prompts = confidence.length / models;
  const rng = createRng(seed, 'agreement');
  const voices = 2;
  const pairs = voices + 2 * models;
  const columns = pairs + 2 * models * models;
  const builder = new RowBuilder();
  const labels: number[] = [];
  for (let row = 0; row < prompts; row++) {
    for (let m = 0; m < models; m++) {
      const cell = row * models + m;
      if (Number.isNaN(confidence[cell]!) || Number.isNaN(score[cell]!)) continue;
      for (let draw = 0; draw < DRAWS; draw++) {
        const heard = drawOthers(models, m, rng.next(), rng.next);
        builder.add(0, logit(confidence[cell]!));
        builder.add(1, logit(priorOf(answers, cell)));
        const voiced = heard.filter((other) => conclusion[row * models + other] !== null);
        const loudness = voiceWeight(voiced.length);
        for (const other of conclusion[cell] === null ? [] : voiced) {
          const differs = conclusion[row * models + other] === conclusion[cell] ? 0 : 1;
          builder.add(voices + 2 * other + differs, loudness);
          builder.add(pairs + 2 * (m * models + other) + differs, PAIR_WEIGHT * loudness);
        }
        builder.end();
        labels.push(score[cell]!);
      }
    }
  }
  const fitted = fitLogistic(builder.rows(columns), Float64Array.from(labels), { l2: PENALTY });
  const table = (differs: number): number[][] =>
    Array.from({ length: models }, (_, m) =>
      Array.from({ length: models }, (_, other) =>
        written(
          fitted.weights[voices + 2 * other + differs]! +
            PAIR_WEIGHT * fitted.weights[pairs + 2 * (m * models + other) + differs]!,
        ),
      ),
    );
  return {
    alone: learnAlone(answers),
    together: {
      confidence: written(fitted.weights[0]!),
      prior: written(fitted.weights[1]!),
      offset: written(fitted.bias),
    },
    same: table(0),
    different: table(1),
  };
}

/** At least one other model; each of them with a chance that is drawn too, so that all sizes occur. */
function drawOthers(models: number, own: number, chance: number, next: () => number): number[] {
  const others = Array.from({ length: models }, (_, m) => m).filter((m) => m !== own);
  const heard = others.filter(() => next() < chance);
  if (heard.length > 0 || others.length === 0) return heard;
  return [others[Math.floor(next() * others.length)]!];
}

/** What is known of some models' answers to a prompt; models without an answer are passed over. */
export function opinionsOn(answers: Answers, row: number, models: readonly number[]): Opinion[] {
  return models.flatMap((model) => {
    const cell = row * answers.models + model;
    const confidence = answers.confidence[cell]!;
    if (Number.isNaN(confidence)) return [];
    return [{ model, confidence, conclusion: answers.conclusion[cell]! }];
  });
}
