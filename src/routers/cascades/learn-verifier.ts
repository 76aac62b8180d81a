import { calibrate, sigmoid } from '../../features/index.js';
import { innerFolds } from '../learned/inner-folds.js';
import { written } from '../policy-document.js';
import type { RouterData } from '../router.js';
import { ANSWER_SIGNALS } from './answer-signals.js';
import { Verifier, type VerifierDocument } from './verifier.js';
import { AnswerWeights, fitAnswers, logitsOf, logLoss, OWN_WEIGHT } from './verifier-fit.js';
import { type VerifierTraining, verifierTraining } from './verifier-training.js';

const FOLDS = 3;
/** Answers to learn from at most: more move a verifier of this size little. */
const MOST_ANSWERS = 20_000;
/** Strong to weak. */
const PENALTIES = [0.1, 0.02, 0.005];
/** Enough to tell penalties apart. */
const TRIAL_STEPS = 10;
/** The last fit starts from the mean of the folds' and needs few more. */
const LAST_STEPS = 15;
/** Weights smaller than this share of the largest are written as zero. */
const NEGLIGIBLE = 1e-3;

/** There are many of these; five digits keep a table small. */
const shortly = (weight: number): number => Number(weight.toPrecision(5));

export interface LearnedVerifier {
  readonly verifier: Verifier;
  /** Confidence by prompt and model, row-major, from a model that never saw the prompt's group; NaN where it learned from no answer. */
  readonly outOfFold: Float64Array;
}

const learned = new WeakMap<RouterData, Map<string, LearnedVerifier>>();

/**
 * Learns to tell good answers from bad ones by prompt and answer text: logistic regression on hashed
 * n-grams and `answerSignals`, its penalty chosen and its probabilities calibrated (Platt) out of
 * fold, groups of near-duplicates whole. What it learns from are the scores of `data` alone, of at
 * most 20,000 answers. Learned once a part, whichever cascades ask.
 * @param models indices into the data's models
 */
export function learnVerifier(
  data: RouterData,
  models: readonly number[],
  seed: number,
): LearnedVerifier {
  const known = learned.get(data) ?? new Map<string, LearnedVerifier>();
  learned.set(data, known);
  const key = `${seed} ${models.join(' ')}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const fresh = learn(data, models, seed);
  known.set(key, fresh);
  return fresh;
}

interface Part {
  readonly train: Int32Array;
  readonly held: Int32Array;
}

function partsOf(data: RouterData, { rows, prompts }: VerifierTraining, seed: number): Part[] {
  const foldOf = innerFolds(
    Int32Array.from(prompts, (row) => data.groups[row]!),
    FOLDS,
    seed,
  );
  const all = rows.promptOf.map((_, answer) => answer);
  return Array.from({ length: FOLDS }, (_, fold) => ({
    train: all.filter((answer) => foldOf[rows.promptOf[answer]!] !== fold),
    held: all.filter((answer) => foldOf[rows.promptOf[answer]!] === fold),
  })).filter(({ train, held }) => train.length > 0 && held.length > 0);
}

/** The penalty of lowest loss on the first part held out, and the weights it gave there. */
function choosePenalty({ rows }: VerifierTraining, { train, held }: Part) {
  let start = new AnswerWeights(rows);
  let best = { l2: PENALTIES[0]!, weights: start, loss: Number.POSITIVE_INFINITY };
  for (const l2 of PENALTIES) {
    const weights = fitAnswers(rows, train, l2, start, TRIAL_STEPS);
    let loss = 0;
    logitsOf(rows, weights, held).forEach((logit, at) => {
      loss += logLoss(logit, rows.labels[held[at]!]!);
    });
    if (!(loss < best.loss)) break;
    best = { l2, weights, loss };
    start = weights;
  }
  return best;
}

function learn(data: RouterData, models: readonly number[], seed: number): LearnedVerifier {
  const training = verifierTraining(data, models, MOST_ANSWERS, seed);
  const { rows } = training;
  const parts = partsOf(data, training, seed);
  const logits = new Float64Array(rows.labels.length);
  const start = new AnswerWeights(rows);
  let l2 = PENALTIES[0]!;
  if (parts[0] !== undefined) {
    const chosen = choosePenalty(training, parts[0]);
    l2 = chosen.l2;
    for (const part of parts) {
      const weights =
        part === parts[0]
          ? chosen.weights
          : fitAnswers(rows, part.train, l2, chosen.weights, TRIAL_STEPS);
      logitsOf(rows, weights, part.held).forEach((logit, at) => {
        logits[part.held[at]!] = logit;
      });
      for (let at = 0; at < start.values.length; at++) {
        start.values[at]! += weights.values[at]! / parts.length;
      }
    }
  }
  const { scale, shift } = calibrate(logits, rows.labels);
  const all = rows.promptOf.map((_, answer) => answer);
  const fitted = fitAnswers(rows, all, l2, start, LAST_STEPS);
  const outOfFold = new Float64Array(data.features.length * models.length).fill(Number.NaN);
  logits.forEach((logit, answer) => {
    const row = training.prompts[rows.promptOf[answer]!]!;
    outOfFold[row * models.length + rows.modelOf[answer]!] = sigmoid(scale * logit + shift);
  });
  return { verifier: new Verifier(writeDown(fitted, scale, shift, training)), outOfFold };
}

function writeDown(
  { values, bias, firstSignal, firstModel, firstOwn }: AnswerWeights,
  scale: number,
  shift: number,
  { rows, idf, columnOfBucket, scaling }: VerifierTraining,
): VerifierDocument {
  const folded = idf.map((inverse, bucket) => {
    const column = columnOfBucket[bucket]!;
    return column < 0 ? 0 : scale * values[column]! * inverse;
  });
  const largest = folded.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const kept = [...folded.keys()].filter(
    (bucket) => folded[bucket] !== 0 && Math.abs(folded[bucket]!) >= NEGLIGIBLE * largest,
  );
  const models = Array.from({ length: rows.models }, (_, model) => model);
  return {
    bias: written(scale * values[bias]! + shift),
    models: models.map((model) => written(scale * values[firstModel + model]!)),
    signals: scaling.map((scaled, at) => ({
      ...scaled,
      weights: models.map((model) =>
        written(
          scale *
            (values[firstSignal + at]! +
              OWN_WEIGHT * values[firstOwn + model * ANSWER_SIGNALS + at]!),
        ),
      ),
    })),
    ngrams: { buckets: kept, weights: kept.map((bucket) => shortly(folded[bucket]!)) },
  };
}
