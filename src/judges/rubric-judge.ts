import { hashOf } from '../hash.js';
import type { AskModel, ModelParameters, ModelRequest } from '../models/index.js';
import type { Judge, JudgeInput, Verdict } from './judge.js';
import type { Rubric } from './rubric.js';
import { readRubricReply } from './rubric-reply.js';
import { REQUEST_VERSION, rubricMessages, verdictSchema } from './rubric-request.js';
import { scored, unscored } from './verdict.js';

/** Enough for a few sentences of reasoning and a verdict. */
export const RUBRIC_PARAMETERS: ModelParameters = { temperature: 0, maxTokens: 512 };

export interface RubricJudgeOptions {
  readonly id: string;
  /** The judging model, `provider/name`. */
  readonly model: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  readonly rubric: Rubric;
  readonly parameters: ModelParameters;
  /** Asks the judging model; books its usage under the purpose `judge`. */
  readonly ask: AskModel;
}

/**
 * A judge that asks a model for a verdict by a rubric; code turns the verdict into the score.
 * A reply that holds no offered verdict and a call that failed are unscored, with the reason and
 * with what they cost. An empty answer gets the rubric's lowest score without a call.
 * Verdicts by category, reasoning first: G-Eval (arXiv:2303.16634); the fencing follows the
 * practice of inspect_ai's model-graded scorers.
 */
export function createRubricJudge(options: RubricJudgeOptions): Judge {
  const { id, model, baseUrl, rubric, parameters } = options;
  const fingerprint = hashOf({ request: REQUEST_VERSION, rubric, model, baseUrl, parameters });
  return {
    id,
    version: `${rubric.id}-${rubric.version}-${fingerprint.slice(0, 12)}`,
    model,
    judge: (input, signal) => judgeByRubric(options, input, signal),
    requestFor: (input) => requestOf(options, input),
  };
}

function requestOf(
  { rubric, parameters }: RubricJudgeOptions,
  { prompt, answer, repeat }: JudgeInput,
): ModelRequest {
  return {
    messages: rubricMessages(rubric, prompt, answer),
    parameters,
    responseSchema: verdictSchema(rubric),
    trial: repeat ?? 1,
  };
}

async function judgeByRubric(
  options: RubricJudgeOptions,
  input: JudgeInput,
  signal: AbortSignal,
): Promise<Verdict> {
  const { rubric, ask } = options;
  const { answer } = input;
  if (answer.trim() === '') {
    return scored(Math.min(...rubric.scale.map((grade) => grade.score)), 'the answer is empty');
  }
  const result = await ask(requestOf(options, input), signal);
  if (!result.ok) {
    const { kind, message } = result.error;
    return unscored(`judge call failed: ${kind}: ${message}`, result.usage);
  }
  const reply = readRubricReply(result.answer.text, rubric);
  if ('grade' in reply) return scored(reply.grade.score, reply.reasoning, result.usage);
  const cut = result.answer.finishReason === 'length';
  const reason = cut ? `${reply.problem}; it was cut off at max_tokens` : reply.problem;
  return unscored(reason, result.usage);
}
