import type { Message } from '../wire/index.js';

/** How a prompt's answers are graded: a grader's name and its options. */
export interface GraderSpec {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One item of a dataset. */
export interface Prompt {
  readonly id: string;
  readonly messages: readonly Message[];
  /** The expected answer; graders say what they need of it. */
  readonly reference: string | null;
  readonly grader: GraderSpec | null;
  /** The kind of work, declared by the dataset. */
  readonly domain: string | null;
  /** Near-duplicates share one; null where the dataset does not say. */
  readonly group: string | null;
  /** In [0, 1], the dataset's own estimate; no router sees it. */
  readonly difficulty: number | null;
  /** The side it was published on (`train`, `validation`, `test`), if any. */
  readonly split: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A dataset as read: its prompts, where from, and the hash of their content. */
export interface Dataset {
  readonly path: string;
  readonly prompts: readonly Prompt[];
  /** SHA-256 over the prompts as parsed, independent of file format. */
  readonly hash: string;
}
