import { approximateTokens } from '../costs/index.js';
import type { Judge } from '../judges/index.js';
import type { Model, ModelRequest } from '../models/index.js';
import type { Outcome } from '../outcomes/index.js';
import { expectedOutputTokens, type ForeseenCall } from './estimate.js';
import { askedModel, type Plan, type PlannedCell, plannedScores, requestOf } from './plan.js';

/** A judge that asks a model, and that model. */
export interface JudgingModel {
  readonly judge: Judge;
  readonly model: Model;
}

/** What need not be paid for again. */
export interface Known {
  /** Answers by cell key. */
  readonly answers: ReadonlyMap<string, Pick<Outcome, 'text'>>;
  /** Whether a verdict on that answer is known. */
  readonly isScored: (scoreKey: string, answer: string) => boolean;
}

/** A few sentences of reasoning and a verdict. */
const VERDICT_TOKENS = 120;
/** The judge's tokenizer may make this many tokens of one of the answering model's. */
const TOKENS_PER_ANSWER_TOKEN = 2;

const NOTHING_KNOWN: Known = { answers: new Map(), isScored: () => false };

/**
 * The calls that filling the plan's cells takes: one for each answer that is not known, and one for
 * each verdict that a model is asked for.
 * @param models by id
 * @param judging by judge id; judges without a model are absent
 */
export function* foreseeCalls(
  plan: Plan,
  models: ReadonlyMap<string, Model>,
  judging: ReadonlyMap<string, JudgingModel>,
  known: Known = NOTHING_KNOWN,
): Generator<ForeseenCall> {
  for (const cell of plan.cells) {
    if (cell.sharedWith !== undefined) continue;
    const model = models.get(askedModel(cell.model));
    if (model === undefined)
      throw new Error(`The plan names the model "${cell.model.id}", which was not handed in`);
    const answer = known.answers.get(cell.cellKey)?.text ?? null;
    const request = requestOf(cell);
    const expectedOutput =
      answer === null
        ? expectedOutputTokens(request, cell.prompt.reference)
        : approximateTokens(answer);
    if (answer === null) {
      const call = foreseen(model, 'candidate', request, expectedOutput);
      yield { ...call, model: cell.model.id };
    }
    for (const { judge, repeat, scoreKey } of plannedScores(plan, cell)) {
      const asked = judging.get(judge.id);
      if (asked?.judge.requestFor === undefined) continue;
      if (answer !== null && known.isScored(scoreKey, answer)) continue;
      yield verdictOn(asked.judge.requestFor(shown(cell, answer, repeat)), {
        model: asked.model,
        expectedAnswer: answer === null ? expectedOutput : 0,
        longestAnswer: answer === null ? request.parameters.maxTokens : 0,
      });
    }
  }
}

/** An answer not yet given is foreseen as a placeholder, and its length added. */
function shown({ prompt }: PlannedCell, answer: string | null, repeat: number) {
  return { prompt, answer: answer ?? '', recordedScore: null, repeat };
}

function verdictOn(
  request: ModelRequest,
  answer: {
    readonly model: Model;
    readonly expectedAnswer: number;
    readonly longestAnswer: number;
  },
): ForeseenCall {
  const call = foreseen(answer.model, 'judge', request, VERDICT_TOKENS);
  return {
    ...call,
    inputTokens: call.inputTokens + answer.expectedAnswer,
    worstInputTokens: call.worstInputTokens + TOKENS_PER_ANSWER_TOKEN * answer.longestAnswer,
  };
}

function foreseen(
  model: Model,
  purpose: ForeseenCall['purpose'],
  request: ModelRequest,
  expectedOutput: number,
): ForeseenCall {
  const worstInputTokens = model.countInput(request);
  return {
    model: model.id,
    purpose,
    pricing: model.pricing,
    supportsBatch: model.supportsBatch,
    inputTokens: model.expectInput?.(request) ?? worstInputTokens,
    worstInputTokens,
    maxTokens: request.parameters.maxTokens,
    expectedOutput,
  };
}
