import { approximateTokens, type ModelPricing } from '../costs/index.js';
import type { Model } from '../models/index.js';
import { expectedOutputTokens, type ForeseenCall } from './estimate.js';
import { type Plan, type PlannedCell, requestOf } from './plan.js';

/** A judge's model, as far as its cost goes. */
export interface JudgingModel {
  readonly id: string;
  readonly pricing: ModelPricing | null;
  readonly maxTokens: number;
}

/** What a judge's prompt holds besides question, reference and answer: rubric, fences, schema (about 425). */
const RUBRIC_TOKENS = 500;
/** A few sentences of reasoning and a verdict. */
const VERDICT_TOKENS = 120;

/**
 * The calls that filling these cells takes: one for the answer, then one for each verdict that a
 * model is asked for.
 * @param models by id
 * @param judgingModels by judge id; judges without a model are absent
 */
export function* foreseeCalls(
  plan: Plan,
  cells: Iterable<PlannedCell>,
  models: ReadonlyMap<string, Model>,
  judgingModels: ReadonlyMap<string, JudgingModel>,
): Generator<ForeseenCall> {
  for (const cell of cells) {
    const model = models.get(cell.model.id);
    if (model === undefined)
      throw new Error(`The plan names the model "${cell.model.id}", which was not handed in`);
    const request = requestOf(cell);
    const inputTokens = model.countInput(request);
    const { maxTokens } = request.parameters;
    const expectedOutput = expectedOutputTokens(request, cell.prompt.reference);
    yield {
      model: model.id,
      purpose: 'candidate',
      pricing: model.pricing,
      inputTokens,
      worstInputTokens: inputTokens,
      maxTokens,
      expectedOutput,
    };
    for (const judge of plan.judges) {
      const judging = judgingModels.get(judge.id);
      if (judging === undefined) continue;
      const shown = inputTokens + RUBRIC_TOKENS + approximateTokens(cell.prompt.reference ?? '');
      for (let repeat = 1; repeat <= judge.repeats; repeat++) {
        yield {
          model: judging.id,
          purpose: 'judge',
          pricing: judging.pricing,
          inputTokens: shown + expectedOutput,
          worstInputTokens: shown + maxTokens,
          maxTokens: judging.maxTokens,
          expectedOutput: VERDICT_TOKENS,
        };
      }
    }
  }
}
