import type { UsageRecord } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { JudgedAnswer, Outcome, Run, Score } from '../outcomes/index.js';
import { UserError } from '../user-error.js';

/** What every run store holds to, wherever it keeps its rows. */

/** Names a cell within its run. Neither a trial nor a model holds a NUL, so no two cells share a name. */
export const cellName = (cell: {
  readonly promptId: string;
  readonly model: string;
  readonly trial: number;
}): string => `${cell.trial}\0${cell.model}\0${cell.promptId}`;

/** Names a score within its run. Prompts of equal text share keys, so the key alone is not enough. */
export const scoreName = (
  score: Parameters<typeof cellName>[0] & { readonly scoreKey: string },
): string => `${score.scoreKey}\0${cellName(score)}`;

const describeCell = (cell: Outcome | Score): string =>
  `prompt "${cell.promptId}", model "${cell.model}", trial ${cell.trial} of run "${cell.runId}"`;

export const alreadyDone = (outcome: Outcome): Error =>
  new Error(`The cell of ${describeCell(outcome)} is already done`);

export const alreadyScored = (score: Score): Error =>
  new Error(`Judge "${score.judge}" has already scored ${describeCell(score)}`);

export const noSuchRun = (runId: string): Error => new Error(`There is no run "${runId}"`);

export const runExists = (runId: string): Error =>
  new UserError(`Run "${runId}" already exists: choose another name, or another file with --db`);

/** @throws RangeError unless exactly one of score and reason is given and the score is in [0, 1] */
export function checkScore(score: Score): void {
  if ((score.score === null) === (score.unscored === null)) {
    throw new RangeError(
      `Expected exactly one of score and unscored for ${describeCell(score)}, got ${score.score} and ${score.unscored}`,
    );
  }
  if (score.score !== null && !(score.score >= 0 && score.score <= 1)) {
    throw new RangeError(
      `Expected a score from 0 to 1 for ${describeCell(score)}, got ${score.score}`,
    );
  }
}

/** @throws Error where two prompts share an id */
function checkPrompts(run: Run, prompts: readonly Prompt[]): void {
  const seen = new Set<string>();
  for (const { id } of prompts) {
    if (seen.has(id)) throw new Error(`Prompt "${id}" stands twice in run "${run.id}"`);
    seen.add(id);
  }
}

/** @throws Error where something belongs to another run or stands twice */
export function checkImport(
  run: Run,
  prompts: readonly Prompt[],
  outcomes: readonly Outcome[],
  scores: readonly Score[],
  usage: readonly UsageRecord[],
): void {
  checkPrompts(run, prompts);
  for (const { runId } of [...outcomes, ...scores, ...usage]) {
    if (runId !== run.id) throw new Error(`A row of run "${runId}" is not part of "${run.id}"`);
  }
  const cells = new Set<string>();
  for (const outcome of outcomes) {
    const name = cellName(outcome);
    if (cells.has(name)) throw alreadyDone(outcome);
    cells.add(name);
  }
  const scored = new Set<string>();
  for (const score of scores) {
    checkScore(score);
    const name = scoreName(score);
    if (scored.has(name)) throw alreadyScored(score);
    scored.add(name);
  }
}

export function byScoreKey(
  judged: readonly JudgedAnswer[],
): ReadonlyMap<string, readonly JudgedAnswer[]> {
  const found = new Map<string, JudgedAnswer[]>();
  for (const one of judged) {
    const known = found.get(one.score.scoreKey);
    if (known === undefined) found.set(one.score.scoreKey, [one]);
    else known.push(one);
  }
  return found;
}

/** Rows of a run in the order of its plan, so that no reader depends on which answer arrived first. */
export function inPlanOrder<Row extends Outcome | Score>(
  rows: readonly Row[],
  promptIds: readonly string[],
  models: readonly string[],
): readonly Row[] {
  const prompts = new Map(promptIds.map((id, index) => [id, index]));
  const columns = new Map(models.map((model, index) => [model, index]));
  const last = Number.MAX_SAFE_INTEGER;
  return rows
    .map((row, index) => ({
      row,
      index,
      prompt: prompts.get(row.promptId) ?? last,
      model: columns.get(row.model) ?? last,
    }))
    .sort(
      (a, b) =>
        a.prompt - b.prompt ||
        a.model - b.model ||
        a.row.trial - b.row.trial ||
        compareScores(a.row, b.row) ||
        a.index - b.index,
    )
    .map(({ row }) => row);
}

function compareScores(a: Outcome | Score, b: Outcome | Score): number {
  if (!('judge' in a && 'judge' in b)) return 0;
  if (a.judge !== b.judge) return a.judge < b.judge ? -1 : 1;
  return a.repeat - b.repeat;
}
