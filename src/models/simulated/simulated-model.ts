import { approximateTokens, type TokenUsage } from '../../costs/index.js';
import { createRng, type Rng } from '../../statistics/index.js';
import type { FinishReason } from '../../wire/index.js';
import type { Model, ModelRequest } from '../model.js';
import { ModelError } from '../model-error.js';
import { type AnswerKey, type AnswerKeyEntry, promptHash } from './answer-key.js';
import { answerText } from './answer-text.js';
import { cutText } from './cut-text.js';
import { chanceOfRight } from './item-response.js';
import { judgingTaskOf, qualityOf, requestToRate } from './judging.js';
import { profileOf, type SimulatedProfile } from './profiles.js';
import { schemaValue } from './schema-value.js';
import { labelsOf, parseObject, wrongAnswer } from './wrong-answer.js';

export interface SimulatedOptions {
  readonly answerKey: AnswerKey;
  readonly seed: number;
}

/** What a simulated model says, with its invented tokens and time. */
export interface SimulatedAnswer {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
  readonly latencyMs: number;
}

/** Chance that a judge says something that is no verdict, so that unscored answers occur. */
const NO_VERDICT = 0.005;
/** Standard deviation of a rating of difficulty, on the scale from 0 to 1. */
const RATING_ERROR = 0.15;
/** Spread of log latency. */
const LATENCY_SIGMA = 0.4;
const TOKENS_PER_MESSAGE = 4;

/**
 * A model of the simulated family: `simulated/small`, `simulated/medium`, `simulated/large` or
 * `simulated/judge`. It answers offline, for nothing and at once; its prices, token counts and
 * latencies are invented and reported, and nothing it says is evidence of any real model.
 *
 * Whether it is right about a prompt of the key follows the item response model (`chanceOfRight`)
 * with its ability for the prompt's kind of work; a prompt not in the key gets a stock reply. Asked
 * to judge (a response schema and an `<answer>` block), it compares with the reference.
 * The same seed, model, prompt, trial and temperature give the same answer; at temperature 0 the
 * trial does not matter.
 * @throws UserError if there is no such model, naming the nearest
 */
export function createSimulatedModel(id: string, options: SimulatedOptions): Model {
  const profile = profileOf(id);
  return {
    id: profile.id,
    origin: 'simulated',
    pricing: profile.pricing,
    baseUrl: null,
    rateLimitKey: 'simulated',
    supportsBatch: false,
    countInput: countRequestTokens,
    async attempt(request, signal) {
      if (signal.aborted) throw new ModelError('aborted', `${profile.id}: aborted before the call`);
      return {
        ...simulateAnswer(profile, request, promptHash(request.messages), options),
        cost: null,
        recordedScore: null,
      };
    },
  };
}

/** What `profile` answers; `hash` identifies the prompt. Pure. */
export function simulateAnswer(
  profile: SimulatedProfile,
  request: ModelRequest,
  hash: string,
  { answerKey, seed }: SimulatedOptions,
): SimulatedAnswer {
  const { temperature, seed: sampleSeed } = request.parameters;
  const sample =
    temperature === 0 ? 'greedy' : `${request.trial}/${temperature ?? ''}/${sampleSeed ?? ''}`;
  const rng = createRng(seed, 'simulated answer', profile.id, hash, sample);
  const spoken = speak(profile, request, answerKey, rng);
  const { text, finishReason } = cutText(spoken, request.parameters);
  const latencyMs = profile.medianLatencyMs * Math.exp(LATENCY_SIGMA * rng.normal());
  return {
    text,
    finishReason,
    usage: {
      input: countRequestTokens(request),
      cachedInput: 0,
      cacheWrite: 0,
      output: approximateTokens(text),
      reasoning: 0,
    },
    latencyMs: Math.round(latencyMs),
  };
}

/** Input tokens of a request as the simulated family counts and bills them. */
export function countRequestTokens({ messages, responseSchema }: ModelRequest): number {
  const schema = responseSchema === undefined ? '' : JSON.stringify(responseSchema.schema);
  return messages.reduce(
    (total, { content }) => total + TOKENS_PER_MESSAGE + approximateTokens(content),
    approximateTokens(schema),
  );
}

function speak(
  profile: SimulatedProfile,
  request: ModelRequest,
  answerKey: AnswerKey,
  rng: Rng,
): string {
  const schema = request.responseSchema?.schema;
  const task = schema === undefined ? null : judgingTaskOf(request.messages, answerKey);
  if (schema !== undefined && task !== null) {
    if (rng.next() < NO_VERDICT) return 'There is not enough here to settle on a grade.';
    const errs = rng.next() < profile.judgingError;
    const quality = qualityOf(task, rng);
    const text = 'Compared with the reference, point by point.';
    return JSON.stringify(
      schemaValue(schema, { text, quality: errs ? (quality > 0 ? 0 : 1) : quality }),
    );
  }
  const rated = schema === undefined ? requestToRate(request.messages) : null;
  if (rated !== null) return rating(answerKey.find([{ role: 'user', content: rated }]), rng);
  const entry = answerKey.find(request.messages);
  const spoken = entry === null ? null : answer(profile, entry, rng);
  if (schema === undefined) {
    return spoken?.text ?? 'This simulated model knows only the prompts of its answer key.';
  }
  if (spoken !== null && parseObject(spoken.content) !== null) return spoken.content;
  const text = spoken?.text ?? 'Not in the answer key of this simulated model.';
  return JSON.stringify(schemaValue(schema, { text, quality: 1 }));
}

/** How demanding a request is, from 0 to 10: near its difficulty in the key, or anything where it has none. */
function rating(entry: AnswerKeyEntry | null, rng: Rng): string {
  if (rng.next() < NO_VERDICT) return 'That depends on who is asked.';
  const difficulty = entry?.difficulty ?? rng.next();
  return String(
    Math.round(10 * Math.min(1, Math.max(0, difficulty + RATING_ERROR * rng.normal()))),
  );
}

function answer(
  profile: SimulatedProfile,
  entry: AnswerKeyEntry,
  rng: Rng,
): { readonly content: string; readonly text: string } {
  const ability = Object.hasOwn(profile.abilities, entry.domain)
    ? profile.abilities[entry.domain]!
    : profile.abilities.general;
  const labels = labelsOf(entry).length;
  const guess = labels > 0 ? 1 / labels : 0;
  const isRight = rng.next() < chanceOfRight(ability, entry.difficulty, guess);
  const content = isRight ? entry.reference : wrongAnswer(entry, rng);
  return { content, text: answerText(content, isRight, entry, profile.verbosity, rng) };
}
