import type { CompressionSpec } from '../compression/index.js';
import type { DatasetFilter } from '../datasets/index.js';
import type { SignalSpec } from '../features/index.js';
import type { RubricJudgeSpec } from '../judges/index.js';
import type { ModelConnection, ModelParameters } from '../models/index.js';

export interface DatasetEntry {
  /** Absolute. */
  readonly path: string;
  /** Recorded outcomes of this format, which hold the prompts too; null for a file of prompts. */
  readonly import: string | null;
  /** As written; empty to take all. */
  readonly filter: DatasetFilter;
  /** Only the first so many that pass the filter; null for all. */
  readonly limit: number | null;
}

/** Null members are unlimited. */
export interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly maxConcurrency: number | null;
}

/** A model, or `recorded/*` for every model of an imported dataset. */
export interface ModelEntry extends ModelConnection {
  /** The file's `parameters` with the model's own over them. */
  readonly parameters: ModelParameters;
  readonly rateLimits: RateLimits;
}

/** A judge that asks a model, by a rubric. */
export interface RubricJudgeEntry extends RubricJudgeSpec {
  /** How its model is reached and priced. */
  readonly modelEntry: ModelEntry;
  /** Verdicts asked for per answer. */
  readonly repeats: number;
}

export type JudgeEntry =
  | RubricJudgeEntry
  | { readonly kind: 'grader'; readonly id: 'grader'; readonly repeats: 1 }
  | { readonly kind: 'recorded'; readonly id: 'recorded'; readonly repeats: 1 };

export interface RouterEntry {
  /** Id of the router; of one in a user's own file, the path as written. */
  readonly id: string;
  /** Absolute path of that file; absent for routers of the program's own. */
  readonly file?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A compression of all prompts, measured with every model beside the prompts as they are. */
export interface VariantEntry {
  /** Short, and the same for the same compression. */
  readonly label: string;
  readonly compression: CompressionSpec;
}

/** An experiment file as read: defaults filled in, paths absolute. */
export interface Experiment {
  /** Absolute path of the file; null where it was given as text. */
  readonly file: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly datasets: readonly DatasetEntry[];
  readonly models: readonly ModelEntry[];
  /** Besides the prompts as they are; absent where the file names none. */
  readonly variants?: readonly VariantEntry[];
  readonly judges: readonly JudgeEntry[];
  /** Id of the judge that a comparison uses. */
  readonly judge: string;
  readonly trials: number;
  readonly seed: number;
  /** US dollars; null for no cap. */
  readonly budgetUsd: number | null;
  /** Calls in flight over all models; null for the default. */
  readonly maxConcurrency: number | null;
  /** Null where the file names none and the default list is meant. */
  readonly routers: readonly RouterEntry[] | null;
  /** Where embeddings come from; absent where none are wanted. */
  readonly embeddings?: SignalSpec;
  readonly compare: { readonly margin: number; readonly splitSeed: number };
}
