import { hashPrompts, type Prompt } from '../datasets/index.js';
import { hashOf } from '../hash.js';
import type { Model, ModelParameters, ModelRequest } from '../models/index.js';
import { cellKey, scoreKey } from '../outcomes/index.js';
import type { Message } from '../wire/index.js';

/** A model as planned: all that shapes its answers. */
export interface PlannedModel {
  /** Names it in outcomes and summaries: `provider/name`, or `provider/name+label` in a variant. */
  readonly id: string;
  /** Whom a variant asks, `provider/name`; absent where that is its id. */
  readonly asks?: string;
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
  /** What is sent: the prompt's own, or what the variant's compression made of them. */
  readonly messages: readonly Message[];
  /**
   * Id of the planned model whose cell of this prompt and trial sends the very same to the same model:
   * its answer and verdicts are this cell's too, and nobody is asked again.
   */
  readonly sharedWith?: string;
}

/** A compression of all prompts, measured with every model beside the prompts as they are. */
export interface PlannedVariant {
  readonly label: string;
  /** What it makes of each prompt, in the order of the prompts. */
  readonly messages: readonly (readonly Message[])[];
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
  /** Besides the prompts as they are; none where left out. */
  readonly variants?: readonly PlannedVariant[];
  readonly judges: readonly PlannedJudge[];
  readonly trials: number;
  readonly seed: number;
  /** Anything else of the experiment that makes it another run, such as its routers. */
  readonly identity: unknown;
}

/** Every cell of a run, in the order in which they are begun. */
export interface Plan {
  readonly name: string;
  /** Models as they are, then those of each variant. */
  readonly models: readonly PlannedModel[];
  readonly cells: readonly PlannedCell[];
  readonly judges: readonly PlannedJudge[];
  /** The same experiment on the same data has the same hash. */
  readonly hash: string;
}

/** The id of a model in a variant. */
export function variantModelId(model: string, label: string): string {
  return `${model}+${label}`;
}

/** Whom a planned model asks, `provider/name`. */
export function askedModel({ id, asks }: PlannedModel): string {
  return asks ?? id;
}

/**
 * Lays out a run. Pure: no file is read and nothing is asked.
 * Cells go trial by trial and prompt by prompt, so that a run that is cut short has answers of
 * every model to the prompts it reached.
 */
export function plan(input: PlanInput): Plan {
  const { name, prompts, judges, trials, seed, identity } = input;
  const columns = columnsOf(input);
  const cells: PlannedCell[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    prompts.forEach((prompt, row) => {
      const sent = new Map<string, string>();
      for (const { model, messagesOf } of columns) {
        const messages = messagesOf(prompt, row);
        const { baseUrl, parameters } = model;
        const parts = { messages, model: askedModel(model), baseUrl, parameters, trial };
        const key = cellKey(parts);
        const sharedWith = sent.get(key);
        if (sharedWith === undefined) sent.set(key, model.id);
        const shared = sharedWith === undefined ? {} : { sharedWith };
        cells.push({ prompt, model, trial, cellKey: key, messages, ...shared });
      }
    });
  }
  const models = columns.map(({ model }) => model);
  const keys = cells.map(({ cellKey }) => cellKey);
  // A changed reference, grader or domain leaves the answers as they are, but not what they are worth.
  const data = hashPrompts(prompts);
  return {
    name,
    models,
    cells,
    judges,
    hash: hashOf({ name, judges, seed, identity, data, keys }),
  };
}

interface Column {
  readonly model: PlannedModel;
  readonly messagesOf: (prompt: Prompt, row: number) => readonly Message[];
}

function columnsOf({ models, variants = [] }: PlanInput): readonly Column[] {
  const asWritten = models.map((model): Column => {
    return { model, messagesOf: ({ messages }) => messages };
  });
  const compressed = variants.flatMap(({ label, messages }) =>
    models.map((model): Column => {
      const id = variantModelId(model.id, label);
      return { model: { ...model, id, asks: model.id }, messagesOf: (_, row) => messages[row]! };
    }),
  );
  return [...asWritten, ...compressed];
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
    messages: cell.messages,
    parameters: cell.model.parameters,
    trial: cell.trial,
    promptId: cell.prompt.id,
  };
}
