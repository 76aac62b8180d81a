import { hashPrompts, type Prompt } from '../datasets/index.js';
import { hashOf } from '../hash.js';
import type { Model, ModelParameters, ModelRequest } from '../models/index.js';
import { cellKey, scoreKey } from '../outcomes/index.js';

/** A model as planned: all that shapes its answers. */
export interface PlannedModel {
  readonly id: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  readonly origin: Model['origin'];
  readonly parameters: ModelParameters;
}

/** A judge as planned: all that shapes its verdicts. */
export interface PlannedJudge {
  readonly id: string;
  readonly version: string;
  /** Verdicts asked for per answer. */
  readonly repeats: number;
}

/** One prompt × model × trial to be answered and judged. */
export interface PlannedCell {
  readonly prompt: Prompt;
  readonly model: PlannedModel;
  /** Counts from 1. */
  readonly trial: number;
  readonly cellKey: string;
}

/** A verdict to be asked for on a cell. */
export interface PlannedScore {
  readonly judge: PlannedJudge;
  /** Counts from 1. */
  readonly repeat: number;
  readonly scoreKey: string;
}

export interface PlanInput {
  readonly name: string;
  readonly prompts: readonly Prompt[];
  readonly models: readonly PlannedModel[];
  readonly judges: readonly PlannedJudge[];
  readonly trials: number;
  readonly seed: number;
  /** Anything else of the experiment that makes it another run, such as its routers. */
  readonly identity: unknown;
}

/** Every cell of a run, in the order in which they are begun. */
export interface Plan {
  readonly name: string;
  readonly cells: readonly PlannedCell[];
  readonly judges: readonly PlannedJudge[];
  /** The same experiment on the same data has the same hash. */
  readonly hash: string;
}

/**
 * Lays out a run. Pure: no file is read and nothing is asked.
 * Cells go trial by trial and prompt by prompt, so that a run that is cut short has answers of
 * every model to the prompts it reached.
 */
export function plan(input: PlanInput): Plan {
  const cells: PlannedCell[] = [];
  for (let trial = 1; trial <= input.trials; trial++) {
    for (const prompt of input.prompts) {
      for (const model of input.models) {
        const { messages } = prompt;
        const { baseUrl, parameters } = model;
        const key = cellKey({ messages, model: model.id, baseUrl, parameters, trial });
        cells.push({ prompt, model, trial, cellKey: key });
      }
    }
  }
  const { name, judges, seed, identity } = input;
  const keys = cells.map(({ cellKey }) => cellKey);
  // A changed reference, grader or domain leaves the answers as they are, but not what they are worth.
  const data = hashPrompts(input.prompts);
  return { name, cells, judges, hash: hashOf({ name, judges, seed, identity, data, keys }) };
}

/** The verdicts to be asked for on a cell. */
export function plannedScores(plan: Plan, cell: PlannedCell): readonly PlannedScore[] {
  return plan.judges.flatMap((judge) =>
    Array.from({ length: judge.repeats }, (_, index) => {
      const repeat = index + 1;
      const key = scoreKey({
        cellKey: cell.cellKey,
        prompt: cell.prompt,
        judge: judge.id,
        judgeVersion: judge.version,
        repeat,
      });
      return { judge, repeat, scoreKey: key };
    }),
  );
}

/** The request that a cell sends. */
export function requestOf(cell: PlannedCell): ModelRequest {
  return {
    messages: cell.prompt.messages,
    parameters: cell.model.parameters,
    trial: cell.trial,
    promptId: cell.prompt.id,
  };
}
