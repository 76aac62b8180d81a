import type { UsageRecord } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { ModelRequest } from '../models/index.js';

/** What a judge is shown. */
export interface JudgeInput {
  readonly prompt: Prompt;
  /** The answer's text. */
  readonly answer: string;
  /** The stored score of recorded data; only the judge `recorded` looks at it. */
  readonly recordedScore: number | null;
  /** Which verdict on the same answer this is, from 1 (the default); repeats are independent samples. */
  readonly repeat?: number;
}

/** Exactly one of `score` and `unscored` is null: no verdict is never a silent 0. */
export interface Verdict {
  /** In [0, 1]. */
  readonly score: number | null;
  readonly unscored: string | null;
  readonly rationale: string | null;
  /** What the verdict cost; empty for graders. */
  readonly usage: readonly UsageRecord[];
}

/** Turns (prompt, answer) into a verdict. A grader is a judge that needs no model. */
export interface Judge {
  readonly id: string;
  /** Changes whenever the same input could be judged differently; part of the score key. */
  readonly version: string;
  /** The model it asks; null for graders. */
  readonly model: string | null;
  judge(input: JudgeInput, signal: AbortSignal): Promise<Verdict>;
  /** What its model is asked about an answer; absent for graders. */
  requestFor?(input: JudgeInput): ModelRequest;
}
