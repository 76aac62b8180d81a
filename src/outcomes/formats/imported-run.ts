import type { NanoUsd, TokenUsage } from '../../costs/index.js';
import type { Prompt, TableReader } from '../../datasets/index.js';

/** One recorded answer: of one model to one prompt. */
export interface ImportedCell {
  readonly promptId: string;
  readonly model: string;
  /** Counts from 1. */
  readonly trial: number;
  /** In [0, 1]. Exactly one of `score` and `unscored` is null. */
  readonly score: number | null;
  /** Why there is no score. */
  readonly unscored: string | null;
  /** Null where the data does not say. */
  readonly cost: NanoUsd | null;
  readonly text: string | null;
  readonly usage: TokenUsage | null;
  readonly latencyMs: number | null;
  /** What the recorded judge gave as its reasons. */
  readonly rationale: string | null;
}

/** Recorded outcomes of real models, as read from somebody else's files. */
export interface ImportedRun {
  /** What was read, so that it can be read again. */
  readonly source: {
    readonly format: string;
    readonly path: string;
    readonly decontaminate: boolean;
  };
  readonly prompts: readonly Prompt[];
  /** As the data names them. */
  readonly models: readonly string[];
  readonly cells: readonly ImportedCell[];
  /** Scores were divided by this to reach [0, 1]. */
  readonly scoreScale: number;
  /** The model whose verdicts the scores are; absent where they are no model's, or the data does not say. */
  readonly judgeModel?: string;
  /** True if the answers are simulated: then all of them are. */
  readonly simulated?: boolean;
  /** `usd` where any cell has a cost, else `call_share`. */
  readonly costBasis: 'usd' | 'call_share';
  /** SHA-256 of the prompts. */
  readonly dataHash: string;
  /** What a reader of the numbers should know: repeats, gaps, what was dropped. */
  readonly notes: readonly string[];
}

export interface ImportOptions {
  /** Reads CSV and Parquet. */
  readonly reader: TableReader;
  /** Drop the prompts that the data's own authors list as contaminated. Default false. */
  readonly decontaminate?: boolean | undefined;
}

/** What a format reads out of a path; `importOutcomes` adds the rest. */
export type ImportedOutcomes = Pick<
  ImportedRun,
  'prompts' | 'models' | 'cells' | 'scoreScale' | 'judgeModel' | 'simulated'
> & {
  readonly notes: readonly string[];
};

/** One kind of recorded data. A new one is a file here and a line in the registry. */
export interface ImportFormat {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  /** Where the data is public; null for formats that have no home. */
  readonly origin: string | null;
  /** True if the data comes with a list of contaminated prompts. */
  readonly hasContaminationList: boolean;
  /** @throws UserError with one line a problem. */
  read(path: string, options: ImportOptions): Promise<ImportedOutcomes>;
}
