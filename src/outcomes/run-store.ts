import type { UsageRecord } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { Outcome, Run, RunStatus, Score, SpendTotal } from './outcome.js';

/** A verdict together with the answer that it is about. */
export interface JudgedAnswer {
  readonly answer: string;
  readonly score: Score;
}

/**
 * Where runs, prompts, outcomes, scores and usage are kept.
 * Writes resolve once they are durable (group commit, at most 10 ms after they were asked for);
 * what one call is given is committed together or not at all.
 */
export interface RunStore {
  /** Creates a run with its prompts. @throws if the id exists. */
  createRun(run: Run, prompts: readonly Prompt[]): Promise<void>;
  setRunStatus(runId: string, status: RunStatus, endedAt: string | null): Promise<void>;
  /** By id, or the latest run of that name; null if there is none. */
  findRun(idOrName: string): Promise<Run | null>;
  /** Newest first. */
  listRuns(): Promise<readonly Run[]>;
  /** In the order they were created with. */
  readPrompts(runId: string): Promise<readonly Prompt[]>;

  /** Adds an outcome with the usage it was billed for; replaces a `failed` one of the same cell. @throws if the cell is already done. */
  addOutcome(outcome: Outcome, usage: readonly UsageRecord[]): Promise<void>;
  /** Adds a score with the usage it was billed for; replaces an unscored one of the same key. @throws if it is already scored. */
  addScore(score: Score, usage: readonly UsageRecord[]): Promise<void>;
  /** Adds usage that led to no outcome (a call that was cut short). */
  addUsage(usage: readonly UsageRecord[]): Promise<void>;
  /** Everything of an import at once, through the fastest way in. All or nothing. */
  importRun(
    run: Run,
    prompts: readonly Prompt[],
    outcomes: readonly Outcome[],
    scores: readonly Score[],
    usage: readonly UsageRecord[],
  ): Promise<void>;

  readOutcomes(runId: string): Promise<readonly Outcome[]>;
  readScores(runId: string): Promise<readonly Score[]>;
  readUsage(runId: string): Promise<readonly UsageRecord[]>;
  totalSpend(runId: string): Promise<readonly SpendTotal[]>;

  /** Done outcomes of any run with these cell keys, the oldest of each: the store is the response cache. */
  findOutcomesByKey(cellKeys: readonly string[]): Promise<ReadonlyMap<string, Outcome>>;
  /**
   * Scores (never unscored ones) of any run with these score keys, the oldest for each answer that was
   * judged: a key names the question, and two samples of it can be two answers.
   */
  findScoresByKey(
    scoreKeys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly JudgedAnswer[]>>;

  close(): Promise<void>;
}
