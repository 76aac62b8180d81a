import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../user-error.js';
import type { Experiment, ModelEntry } from './spec.js';
import { crossFindings } from './spec-checks.js';
import { type Problem, parseSpecDocument, pathText, problemLine } from './spec-document.js';
import {
  datasetEntryOf,
  embeddingsOf,
  judgeEntryOf,
  modelEntryOf,
  routerEntryOf,
} from './spec-entries.js';
import { type Finding, schemaFindings, valueAt } from './spec-findings.js';
import { expandPath, type PathEnvironment } from './spec-paths.js';
import {
  type ExperimentDocument,
  experimentDocument,
  judgeMapping,
  modelEntry,
} from './spec-schema.js';

/** Largest experiment file, in bytes. */
const MAX_BYTES = 1_000_000;
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
  const name = file ?? '(text)';
  const { data, syntax, positionOf } = parseSpecDocument(text);
  const problems: Problem[] = syntax.map((one) => ({ file: name, ...one }));
  if (data === undefined || data === null) {
    if (problems.length === 0) {
      const message = 'found an empty file, expected keys such as name, dataset and models';
      problems.push({ file: name, line: 1, column: 1, path: '', message });
    }
    return { problems };
  }
  const parsed = experimentDocument.safeParse(data);
  const context = {
    file,
    env: options.env,
    knownRouters: options.knownRouters ?? null,
    exists: options.exists ?? null,
  };
  const findings: readonly Finding[] = [
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, data)),
    ...crossFindings(data, context),
    ...hookFindings(data, options),
  ];
  for (const { path, part, message } of findings) {
    problems.push({ file: name, ...positionOf(path, part), path: pathText(path), message });
  }
  if (!parsed.success || problems.length > 0) {
    return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  return { experiment: experimentOf(parsed.data, file, options.env) };
}

/**
 * Reads an experiment file.
 * @throws UserError with every problem, one a line, or where the file cannot be read
 */
export function loadExperiment(path: string, options: ExperimentOptions): Experiment {
  const text = readExperimentText(path);
  const result = validateExperiment(text, path, { exists: existsSync, ...options });
  if ('experiment' in result) return result.experiment;
  throw new UserError(result.problems.map(problemLine).join('\n'));
}

/** @throws UserError where the file is missing, a folder, too large or no UTF-8 text. */
function readExperimentText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UserError(`Experiment file "${path}" cannot be read: ${reason}`, { cause: error });
  }
  if (bytes.length > MAX_BYTES) {
    throw new UserError(
      `Experiment file "${path}" has ${bytes.length} bytes, expected at most ${MAX_BYTES}; keep prompts in a dataset file`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(`Experiment file "${path}" is not UTF-8 text`, { cause: error });
  }
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
  const { dataset, models, parameters, embeddings, compare } = document;
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
