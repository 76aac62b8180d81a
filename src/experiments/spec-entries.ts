import { type CompressionSpec, compressionLabel } from '../compression/index.js';
import { DEFAULT_RUBRIC, RUBRIC_PARAMETERS } from '../judges/index.js';
import { connectionOf, type ModelParameters } from '../models/index.js';
import type { DatasetEntry, JudgeEntry, ModelEntry, RouterEntry, VariantEntry } from './spec.js';
import type {
  DatasetDocument,
  JudgeDocument,
  ModelDocument,
  ParametersDocument,
  RouterDocument,
} from './spec-schema.js';

/** Most tokens of an answer where the file does not say. */
const DEFAULT_MAX_TOKENS = 1024;

export function datasetEntryOf(
  document: DatasetDocument,
  pathOf: (written: string) => string,
): DatasetEntry {
  const {
    path,
    import: format,
    filter,
    limit,
  } = typeof document === 'string' ? { path: document } : document;
  return {
    path: pathOf(path),
    import: format ?? null,
    filter: filter ?? {},
    limit: limit ?? null,
  };
}

/** @param shared the file's own `parameters` */
export function modelEntryOf(
  document: ModelDocument,
  shared: ParametersDocument | undefined,
): ModelEntry {
  const written = typeof document === 'string' ? { id: document } : document;
  const parameters = parametersOf(
    { maxTokens: DEFAULT_MAX_TOKENS },
    shared ?? {},
    written.parameters ?? {},
  );
  return connectedModel(written.id, written, parameters);
}

/** The compressions that change anything; the prompts as they are need no entry. */
export function variantsOf(compress: readonly CompressionSpec[]): readonly VariantEntry[] {
  return compress.flatMap((compression) =>
    compression.steps.length === 0 ? [] : [{ label: compressionLabel(compression), compression }],
  );
}

export function judgeEntryOf(document: JudgeDocument): JudgeEntry {
  if (document === 'grader') return { kind: 'grader', id: 'grader', repeats: 1 };
  if (document === 'recorded') return { kind: 'recorded', id: 'recorded', repeats: 1 };
  const parameters = parametersOf(RUBRIC_PARAMETERS, document.parameters ?? {});
  const modelEntry = connectedModel(document.model, document, parameters);
  return {
    kind: 'rubric',
    id: document.id,
    model: document.model,
    baseUrl: modelEntry.baseUrl,
    rubric: document.rubric ?? DEFAULT_RUBRIC,
    parameters,
    repeats: document.repeats ?? 1,
    modelEntry,
  };
}

export function routerEntryOf(
  document: RouterDocument,
  pathOf: (written: string) => string,
): RouterEntry {
  if (typeof document === 'string') return { id: document, settings: {} };
  const { id, router, file, ...settings } = document;
  if (file === undefined) return { id: id ?? router ?? '', settings };
  return {
    id: file,
    file: pathOf(file),
    settings: (settings.settings ?? {}) as RouterEntry['settings'],
  };
}

type Connection = Omit<Exclude<ModelDocument, string>, 'id' | 'parameters'>;

function connectedModel(id: string, document: Connection, parameters: ModelParameters): ModelEntry {
  const { rate_limits } = document;
  return {
    ...connectionOf(id, document),
    parameters,
    rateLimits: {
      requestsPerMinute: rate_limits?.requests_per_minute ?? null,
      tokensPerMinute: rate_limits?.tokens_per_minute ?? null,
      maxConcurrency: rate_limits?.max_concurrency ?? null,
    },
  };
}

/** Later documents go over earlier ones, member by member, those of `extra` too. */
function parametersOf(
  base: ModelParameters,
  ...documents: readonly ParametersDocument[]
): ModelParameters {
  let merged = base;
  for (const { temperature, max_tokens, top_p, seed, stop, extra } of documents) {
    merged = {
      ...merged,
      ...(temperature === undefined ? {} : { temperature }),
      ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
      ...(top_p === undefined ? {} : { topP: top_p }),
      ...(seed === undefined ? {} : { seed }),
      ...(stop === undefined ? {} : { stop: typeof stop === 'string' ? [stop] : stop }),
      ...(extra === undefined ? {} : { extra: { ...merged.extra, ...extra } }),
    };
  }
  return merged;
}
