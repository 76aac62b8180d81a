import { resolve } from 'node:path';
import { createCatalogue } from '../costs/index.js';
import { hashPrompts, type Prompt } from '../datasets/index.js';
import {
  type Experiment,
  loadExperiment,
  type ModelEntry,
  type Plan,
  type PlannedModel,
  type PlannedVariant,
  plan,
} from '../experiments/index.js';
import { createJudge, type Judge } from '../judges/index.js';
import {
  type AskModel,
  type BatchApi,
  createModel,
  type Model,
  type ModelContext,
  type ModelSpec,
  modelProblem,
  modelSpecOf,
  openBatchApi,
} from '../models/index.js';
import { routers } from '../routers/index.js';
import { answerKeyOf, withCompressed } from './answer-key.js';
import { comparedRouters } from './compared-routers.js';
import { environment, type LogLevel } from './global-options.js';
import type { Io } from './io.js';
import { checkGraders, expandRecorded, readPrompts, recordedLookup } from './prompts.js';
import { ownLane } from './rate-limits.js';
import { compressPrompts } from './variants.js';

/** An experiment with everything that it names opened: ready to be estimated or executed. */
export interface Prepared {
  readonly experiment: Experiment;
  readonly prompts: readonly Prompt[];
  readonly dataHash: string;
  readonly plan: Plan;
  /** The models that answer, by id. */
  readonly models: ReadonlyMap<string, Model>;
  /** Opens the batch API of a model that answers; null where it has none. */
  readonly openBatches: (model: string) => Promise<BatchApi | null>;
  /** The models that judge, by judge id. */
  readonly judgingModels: ReadonlyMap<string, Model>;
  /** By id. Rubric judges ask through `connect`. */
  readonly judges: ReadonlyMap<string, Judge>;
  /** Gives the rubric judges their way to ask; call it before the first verdict. */
  readonly connect: (askFor: (judge: string, model: Model) => AskModel) => void;
  readonly simulated: boolean;
  readonly costBasis: 'usd' | 'call_share';
  readonly scoreScale: number;
  /** Sentences for whoever runs it, about what will not be as the file says. */
  readonly warnings: readonly string[];
}

export interface PrepareOptions {
  /** False to plan without keys: nothing will be asked. */
  readonly keys: boolean;
  /** Only the first so many prompts. */
  readonly limit?: number | undefined;
}

/** @throws UserError with everything that is wrong with the file, its datasets, models and prices */
export async function prepare(
  file: string,
  args: { readonly envFile: string[] | undefined },
  io: Io,
  options: PrepareOptions,
): Promise<Prepared> {
  const env = environment(args, io);
  const asOf = io.now().toISOString().slice(0, 10);
  const catalogue = await createCatalogue({ asOf });
  const experiment = loadExperiment(resolve(io.cwd, file), {
    env,
    knownRouters: [...routers.keys()],
    modelProblem: (entry) => modelProblem(entry, catalogue),
  });
  // A mistake in a router or its settings is found before anything is paid for.
  await comparedRouters(undefined, experiment.routers ?? [], io);
  const { prompts: all, imported } = await readPrompts(experiment);
  const prompts = options.limit === undefined ? all : all.slice(0, options.limit);
  checkGraders(experiment, prompts);

  const variants = await compressPrompts(experiment, prompts);
  const answerKey = withCompressed(answerKeyOf(prompts), prompts, variants);
  const context: ModelContext = {
    env: options.keys ? env : placeholderKeys,
    recorded: recordedLookup(imported),
    simulated: { answerKey, seed: 1 },
  };
  const specOf = (entry: ModelEntry): ModelSpec => ({
    ...modelSpecOf(entry, catalogue, asOf),
    ...rateLimitKeyOf(entry, experiment),
  });
  const open = (entry: ModelEntry): Promise<Model> => createModel(specOf(entry), context);
  const entries = new Map(expandRecorded(experiment, imported).map((entry) => [entry.id, entry]));
  const models = new Map<string, Model>();
  const warnings: string[] = [];
  for (const entry of entries.values()) {
    const model = await open(entry);
    models.set(entry.id, model);
    warnings.push(...ignoredParameters(`Model "${entry.id}"`, entry, model));
  }

  const judgingModels = new Map<string, Model>();
  const judges = new Map<string, Judge>();
  let askFor: ((judge: string, model: Model) => AskModel) | null = null;
  for (const entry of experiment.judges) {
    if (entry.kind === 'rubric') {
      const model = await open(entry.modelEntry);
      judgingModels.set(entry.id, model);
      const who = `Model "${model.id}" of the judge "${entry.id}"`;
      warnings.push(...ignoredParameters(who, entry.modelEntry, model));
    }
    const ask: AskModel = (request, signal) => {
      const model = judgingModels.get(entry.id);
      if (askFor === null || model === undefined)
        throw new Error('The judges are not connected yet');
      return askFor(entry.id, model)(request, signal);
    };
    judges.set(entry.id, createJudge(entry, { askFor: () => ask }));
  }

  return {
    experiment,
    prompts,
    dataHash: hashPrompts(prompts),
    plan: planOf(experiment, prompts, variants, entries, models, judges),
    models,
    openBatches: async (id) => {
      const entry = entries.get(id);
      return entry === undefined ? null : openBatchApi(specOf(entry), context);
    },
    judgingModels,
    judges,
    connect: (given) => {
      askFor = given;
    },
    simulated: [...models.values(), ...judgingModels.values()].some(
      ({ origin }) => origin === 'simulated',
    ),
    costBasis: imported.some(({ costBasis }) => costBasis === 'call_share') ? 'call_share' : 'usd',
    scoreScale: imported[0]?.scoreScale ?? 1,
    warnings,
  };
}

function planOf(
  experiment: Experiment,
  prompts: readonly Prompt[],
  variants: readonly PlannedVariant[],
  entries: ReadonlyMap<string, ModelEntry>,
  models: ReadonlyMap<string, Model>,
  judges: ReadonlyMap<string, Judge>,
): Plan {
  const { name, trials, seed, judge, routers: wanted, compare, embeddings } = experiment;
  const planned = [...models.values()].map((model): PlannedModel => {
    const parameters = entries.get(model.id)?.parameters ?? { maxTokens: 1 };
    // What a simulated model says depends on its seed, so the seed belongs to what shapes the answer.
    const seeded = model.origin === 'simulated' ? { seed, ...parameters } : parameters;
    return { id: model.id, baseUrl: model.baseUrl, origin: model.origin, parameters: seeded };
  });
  return plan({
    name,
    prompts,
    models: planned,
    variants,
    judges: experiment.judges.map(({ id, repeats }) => ({
      id,
      version: judges.get(id)?.version ?? '',
      repeats,
    })),
    trials,
    seed,
    identity: {
      judge,
      routers: wanted,
      compare,
      ...(embeddings === undefined ? {} : { embeddings }),
      ...(variants.length === 0 ? {} : { variants: experiment.variants }),
    },
  });
}

function rateLimitKeyOf(entry: ModelEntry, experiment: Experiment) {
  const rateLimitKey = ownLane(entry, experiment);
  return rateLimitKey === null ? {} : { rateLimitKey };
}

/** What the file asks for and a provider refuses, so that it is not sent. */
function ignoredParameters(who: string, { parameters }: ModelEntry, model: Model): string[] {
  const ignored = model.ignores?.filter((name) => parameters[name] !== undefined) ?? [];
  const names: Partial<Record<string, string>> = { topP: 'top_p' };
  return ignored.map(
    (name) =>
      `${who} takes no ${names[name] ?? name}: it is not sent, and the provider's default holds`,
  );
}

/** Says on stderr what will not be as the file says. */
export function showWarnings(
  { warnings }: Prepared,
  options: { readonly logLevel: LogLevel },
  io: Io,
): void {
  if (options.logLevel === 'error') return;
  for (const warning of warnings) io.err(`warning: ${warning}\n`);
}

/** Stands in for every key where nothing will be asked. */
const placeholderKeys: Io['env'] = new Proxy(
  {},
  {
    get: (_, name) => (String(name).endsWith('_API_KEY') ? 'unused' : undefined),
  },
);
