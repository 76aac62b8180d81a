import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  expandPath,
  type Finding,
  type PathEnvironment,
  type Problem,
  problemLine,
  readDocument,
  readDocumentText,
  valueAt,
} from '../documents/index.js';
import { embeddingsOf } from '../features/index.js';
import { UserError } from '../user-error.js';
import type { Experiment, ModelEntry } from './spec.js';
import { crossFindings } from './spec-checks.js';
import {
  datasetEntryOf,
  judgeEntryOf,
  modelEntryOf,
  routerEntryOf,
  variantsOf,
} from './spec-entries.js';
import {
  type ExperimentDocument,
  experimentDocument,
  judgeMapping,
  modelEntry,
} from './spec-schema.js';

const DEFAULT_MARGIN = 0.01;

export interface ExperimentOptions {
  /** Where `${SWITCHYARD_…}` in paths is looked up. */
  readonly env: PathEnvironment;
  /** Ids that `routers` may name; any where left out. */
  readonly knownRouters?: readonly string[];
  /** Says what is wrong with a model beyond the file's form (unknown provider, no price), or null. */
  readonly modelProblem?: (model: ModelEntry) => string | null;
  /** Whether a dataset path exists; not checked where left out. */
  readonly exists?: (path: string) => boolean;
}

export type ValidatedExperiment =
  | { readonly experiment: Experiment }
  | { readonly problems: readonly Problem[] };

/**
 * Reads an experiment from text and reports everything that is wrong with it at once, in the order
 * of the file.
 * @param file names the text in problems and anchors its relative paths; null for neither
 */
export function validateExperiment(
  text: string,
  file: string | null,
  options: ExperimentOptions,
): ValidatedExperiment {
  const context = {
    file,
    env: options.env,
    knownRouters: options.knownRouters ?? null,
    exists: options.exists ?? null,
  };
  const read = readDocument(text, file ?? '(text)', {
    schema: experimentDocument,
    keys: 'keys such as name, dataset and models',
    check: (data) => [...crossFindings(data, context), ...hookFindings(data, options)],
  });
  if ('problems' in read) return read;
  return { experiment: experimentOf(read.document, file, options.env) };
}

/**
 * Reads an experiment file.
 * @throws UserError with every problem, one a line, or where the file cannot be read
 */
export function loadExperiment(path: string, options: ExperimentOptions): Experiment {
  const text = readDocumentText(path, 'Experiment file', 'keep prompts in a dataset file');
  const result = validateExperiment(text, path, { exists: existsSync, ...options });
  if ('experiment' in result) return result.experiment;
  throw new UserError(result.problems.map(problemLine).join('\n'));
}

/** Asks the caller about every model and judging model that is well formed. */
function hookFindings(data: unknown, { modelProblem }: ExperimentOptions): readonly Finding[] {
  if (modelProblem === undefined) return [];
  const models = listAt(data, 'models').flatMap((written, index) => {
    const parsed = modelEntry.safeParse(written);
    if (!parsed.success || hasWildcard(parsed.data)) return [];
    const message = modelProblem(modelEntryOf(parsed.data, undefined));
    return message === null ? [] : [{ path: ['models', index], part: 'value' as const, message }];
  });
  const judges = listAt(data, 'judges').flatMap((written, index) => {
    const parsed = judgeMapping.safeParse(written);
    const entry = parsed.success ? judgeEntryOf(parsed.data) : null;
    if (entry?.kind !== 'rubric') return [];
    const message = modelProblem(entry.modelEntry);
    const path = ['judges', index, 'model'];
    return message === null ? [] : [{ path, part: 'value' as const, message }];
  });
  return [...models, ...judges];
}

function hasWildcard(model: string | { readonly id: string }): boolean {
  return (typeof model === 'string' ? model : model.id) === 'recorded/*';
}

function listAt(data: unknown, key: string): readonly unknown[] {
  const list = valueAt(data, [key]);
  return Array.isArray(list) ? list : [];
}

function experimentOf(
  document: ExperimentDocument,
  file: string | null,
  env: PathEnvironment,
): Experiment {
  const pathOf = (written: string): string => {
    const expanded = expandPath(written, file, env);
    if ('problem' in expanded) throw new UserError(expanded.problem);
    return expanded.path;
  };
  const { dataset, models, parameters, compress, embeddings, compare } = document;
  const variants = variantsOf(compress ?? []);
  const datasets = (Array.isArray(dataset) ? dataset : [dataset]).map((one) =>
    datasetEntryOf(one, pathOf),
  );
  const imports = datasets.some((one) => one.import !== null);
  const judges = (document.judges ?? [imports ? 'recorded' : 'grader']).map(judgeEntryOf);
  return {
    file: file === null ? null : resolve(file),
    name: document.name,
    description: document.description ?? null,
    datasets,
    models: models.map((model) => modelEntryOf(model, parameters)),
    ...(variants.length === 0 ? {} : { variants }),
    judges,
    judge: document.judge ?? judges[0]?.id ?? 'grader',
    trials: document.trials ?? 1,
    seed: document.seed ?? 1,
    budgetUsd: document.budget_usd ?? null,
    maxConcurrency: document.max_concurrency ?? null,
    routers: document.routers?.map((router) => routerEntryOf(router, pathOf)) ?? null,
    ...(embeddings === undefined ? {} : { embeddings: embeddingsOf(embeddings) }),
    compare: { margin: compare?.margin ?? DEFAULT_MARGIN, splitSeed: compare?.split_seed ?? 1 },
  };
}
