import { didYouMean } from '../did-you-mean.js';
import type { AskModel, ModelParameters } from '../models/index.js';
import { UserError } from '../user-error.js';
import { createGraderJudge } from './grader-judge.js';
import type { Judge } from './judge.js';
import { createRecordedJudge } from './recorded-judge.js';
import { createRubricJudge } from './rubric-judge.js';
import { rubrics } from './rubrics/index.js';

/** A rubric judge as data. */
export interface RubricJudgeSpec {
  readonly kind: 'rubric';
  readonly id: string;
  /** The judging model, `provider/name`. */
  readonly model: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  /** Id of a rubric. */
  readonly rubric: string;
  readonly parameters: ModelParameters;
}

/** A judge as data: what an experiment file names. */
export type JudgeSpec =
  | { readonly kind: 'grader'; readonly id: 'grader' }
  | { readonly kind: 'recorded'; readonly id: 'recorded' }
  | RubricJudgeSpec;

/**
 * The judge that the data describes.
 * @param askFor gives the way to ask a rubric judge's model, with retries, limits, budget and
 *   metering under the purpose `judge` seen to; not called for judges without a model
 * @throws UserError for a rubric that does not exist
 */
export function createJudge<Rubric extends RubricJudgeSpec>(
  spec: Rubric | Exclude<JudgeSpec, RubricJudgeSpec>,
  { askFor }: { readonly askFor: (spec: Rubric) => AskModel },
): Judge {
  if (spec.kind === 'grader') return createGraderJudge();
  if (spec.kind === 'recorded') return createRecordedJudge();
  const { id, model, baseUrl, parameters } = spec;
  const rubric = rubrics.get(spec.rubric);
  if (rubric === undefined) {
    const known = [...rubrics.keys()];
    throw new UserError(
      `Judge "${id}": unknown rubric "${spec.rubric}", expected ${known.join(', ')}${didYouMean(spec.rubric, known)}`,
    );
  }
  return createRubricJudge({ id, model, baseUrl, rubric, parameters, ask: askFor(spec) });
}
