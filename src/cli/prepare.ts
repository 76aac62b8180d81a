import { resolve } from 'node:path';
import {
  type Catalogue,
  createCatalogue,
  type ModelPricing,
  pricingFromExperiment,
} from '../costs/index.js';
import { filterPrompts, hashPrompts, type Prompt, readDataset } from '../datasets/index.js';
import { didYouMean } from '../did-you-mean.js';
import {
  type Experiment,
  type JudgeEntry,
  loadExperiment,
  type ModelEntry,
  type Plan,
  type PlannedModel,
  plan,
} from '../experiments/index.js';
import { createJudge, graderProblem, type Judge } from '../judges/index.js';
import {
  type AskModel,
  createModel,
  type Model,
  type ModelContext,
  PROVIDERS,
  providerOf,
  type RecordedLookup,
  SIMULATED_MODELS,
} from '../models/index.js';
import { type ImportedRun, importOutcomes } from '../outcomes/index.js';
import { routers } from '../routers/index.js';
import { createTableReader } from '../store/index.js';
import { UserError } from '../user-error.js';
import { answerKeyOf } from './answer-key.js';
import { comparedRouters } from './compared-routers.js';
import { environment, type LogLevel } from './global-options.js';
import type { Io } from './io.js';
import { ownLane } from './rate-limits.js';

/** An experiment with everything that it names opened: ready to be estimated or executed. */
export interface Prepared {
  readonly experiment: Experiment;
  readonly prompts: readonly Prompt[];
  readonly dataHash: string;
  readonly plan: Plan;
  /** The models that answer, by id. */
  readonly models: ReadonlyMap<string, Model>;
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
    modelProblem: (entry) => priceProblem(entry, catalogue),
  });
  // A mistake in a router or its settings is found before anything is paid for.
  await comparedRouters(undefined, experiment.routers ?? [], io);
  const { prompts: all, imported } = await readPrompts(experiment);
  const prompts = options.limit === undefined ? all : all.slice(0, options.limit);
  checkGraders(experiment, prompts);

  const context: ModelContext = {
    env: options.keys ? env : placeholderKeys,
    recorded: recordedLookup(imported),
    simulated: { answerKey: answerKeyOf(prompts), seed: 1 },
  };
  const open = (entry: ModelEntry): Promise<Model> =>
    createModel(
      {
        id: entry.id,
        baseUrl: entry.baseUrl,
        apiKeyEnv: entry.apiKeyEnv,
        pricing: pricingOf(entry, catalogue, asOf),
        ...(entry.api === null ? {} : { api: entry.api }),
        ...(entry.timeoutMs === null ? {} : { timeoutMs: entry.timeoutMs }),
        ...rateLimitKeyOf(entry, experiment),
      },
      context,
    );
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
    plan: planOf(experiment, prompts, entries, models, judges),
    models,
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
    },
  });
}

/** Prompts of all datasets in order, and the recorded outcomes that came with them. */
async function readPrompts(
  experiment: Experiment,
): Promise<{ readonly prompts: readonly Prompt[]; readonly imported: readonly ImportedRun[] }> {
  const reader = createTableReader();
  const prompts: Prompt[] = [];
  const imported: ImportedRun[] = [];
  const places = new Map<string, string>();
  for (const entry of experiment.datasets) {
    const { filter } = entry;
    const limit = entry.limit ?? undefined;
    let read: readonly Prompt[];
    if (entry.import === null) {
      read = (await readDataset(entry.path, { reader, filter, limit })).prompts;
    } else {
      const run = await importOutcomes(entry.import, entry.path, { reader });
      imported.push(run);
      read = filterPrompts(run.prompts, filter, entry.path).slice(0, limit);
    }
    for (const prompt of read) {
      const earlier = places.get(prompt.id);
      if (earlier !== undefined) {
        throw new UserError(
          `${entry.path}: the id "${prompt.id}" is also used in ${earlier}: give each prompt of an experiment an id of its own`,
        );
      }
      places.set(prompt.id, entry.path);
      prompts.push(prompt);
    }
  }
  return { prompts, imported };
}

function recordedLookup(imported: readonly ImportedRun[]): RecordedLookup {
  const cells = new Map(
    imported
      .flatMap((run) => run.cells)
      .map((cell) => [JSON.stringify([cell.promptId, cell.model, cell.trial]), cell]),
  );
  return (model, { promptId, trial }) =>
    cells.get(JSON.stringify([promptId, model, trial])) ?? null;
}

/** `recorded/*` stands for every model of the imported data. */
function expandRecorded(
  experiment: Experiment,
  imported: readonly ImportedRun[],
): readonly ModelEntry[] {
  const known = [...new Set(imported.flatMap(({ models }) => models))];
  return experiment.models.flatMap((entry) => {
    if (entry.id === 'recorded/*')
      return known.map((model) => ({ ...entry, id: `recorded/${model}` }));
    const name = entry.id.replace(/^recorded\//, '');
    if (name !== entry.id && !known.includes(name)) {
      throw new UserError(
        `Model "${entry.id}" is not in the imported data, which has: ${known.join(', ')}`,
      );
    }
    return [entry];
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

function pricingOf(entry: ModelEntry, catalogue: Catalogue, asOf: string): ModelPricing | null {
  return entry.price === null
    ? catalogue.find(entry.id, entry.baseUrl)
    : pricingFromExperiment(entry.id, entry.price, asOf);
}

/** An unknown price is found before the first call, not booked as nothing after it. */
function priceProblem(entry: ModelEntry, catalogue: Catalogue): string | null {
  const offline = entry.id.startsWith('recorded/') || SIMULATED_MODELS.includes(entry.id);
  if (entry.baseUrl === null && !PROVIDERS.includes(providerOf(entry.id))) {
    return `found "${entry.id}", expected a provider of ${PROVIDERS.join(', ')}${didYouMean(providerOf(entry.id), PROVIDERS)}, or a base_url that speaks the format of one`;
  }
  if (offline || entry.price !== null) return null;
  if (entry.id.startsWith('simulated/')) {
    return `found "${entry.id}", expected one of ${SIMULATED_MODELS.join(', ')}${didYouMean(entry.id, SIMULATED_MODELS)}`;
  }
  if (catalogue.find(entry.id, entry.baseUrl) !== null) return null;
  const [nearest] = entry.baseUrl === null ? catalogue.suggest(entry.id) : [];
  const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
  return `found "${entry.id}", whose price is unknown${hint}, expected a known model or a price: {input, output} in US dollars per million tokens (0 must be said)`;
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

/** Prompts that the judge `grader` could never score are found before anything is paid for. */
function checkGraders(experiment: Experiment, prompts: readonly Prompt[]): void {
  if (!experiment.judges.some(({ kind }: JudgeEntry) => kind === 'grader')) return;
  const problems = prompts.flatMap((prompt) => {
    const problem = graderProblem(prompt);
    return problem === null ? [] : [`prompt "${prompt.id}": ${problem}`];
  });
  if (problems.length === 0) return;
  const more = problems.length > 5 ? ` (and ${problems.length - 5} more prompts)` : '';
  throw new UserError(`The judge "grader" cannot score ${problems.slice(0, 5).join('; ')}${more}`);
}

/** Stands in for every key where nothing will be asked. */
const placeholderKeys: Io['env'] = new Proxy(
  {},
  {
    get: (_, name) => (String(name).endsWith('_API_KEY') ? 'unused' : undefined),
  },
);
