import { BudgetReached, type NanoUsd, type UsageRecord } from '../costs/index.js';
import type { Judge } from '../judges/index.js';
import type { CallResult, ModelRequest } from '../models/index.js';
import type { Outcome, Run, RunStore, Score } from '../outcomes/index.js';
import { UserError } from '../user-error.js';
import {
  type Plan,
  type PlannedCell,
  type PlannedScore,
  plannedScores,
  requestOf,
} from './plan.js';
import { pool } from './pool.js';
import type { ProgressListener } from './progress.js';
import { shareAnswers } from './share-answers.js';
import { Slots } from './slots.js';

export interface ExecuteInput {
  readonly run: Run;
  readonly plan: Plan;
  readonly store: RunStore;
  /** Asks a planned model; retries, limits, budget and metering are its business. @throws BudgetReached */
  readonly ask: (
    cell: PlannedCell,
    request: ModelRequest,
    operationId: string,
    signal: AbortSignal,
  ) => Promise<CallResult>;
  /** By id; every judge of the plan is here. A judge lets `BudgetReached` through. */
  readonly judges: ReadonlyMap<string, Judge>;
  /** Calls under way at once, of answering and judging models together. */
  readonly maxConcurrency: number;
  /** Take matching outcomes and scores of earlier runs instead of paying for them again. */
  readonly reuse: boolean;
  /** Try failed cells and unscored answers once more. */
  readonly retryErrors: boolean;
  /** Aborted: begin nothing more, finish what is under way. */
  readonly drain: AbortSignal;
  /** Aborted: cut off what is under way as well. */
  readonly abort: AbortSignal;
  readonly now: () => Date;
  readonly onProgress: ProgressListener;
}

/** How an execution ended; what it measured is in the store. */
export type Ending = 'complete' | 'budget_reached' | 'interrupted';

const KEYS_AT_ONCE = 5_000;
/** Cells begun per call allowed, so that calls need not wait for verdicts to be committed. */
const CELLS_PER_CALL = 3;

/**
 * Fills the run's missing cells: answers first, each committed before it is judged.
 * Running it again on the same run goes on where the last execution stopped.
 * @throws UserError where a provider refuses our key, as every further call would fail alike
 */
export async function execute(input: ExecuteInput): Promise<Ending> {
  const { plan, store, run, onProgress } = input;
  const known = await readKnown(store, run.id);
  const resumed = [...known.outcomes.values()].filter(({ status }) => status === 'done').length;
  const reused = input.reuse ? await reuse(input, plan.cells, known) : 0;
  onProgress({ kind: 'begun', planned: plan.cells.length, resumed, reused });
  let ending: Ending;
  try {
    ending = await fill(input, plan.cells, known);
  } catch (error) {
    await store.setRunStatus(run.id, 'interrupted', input.now().toISOString());
    throw error;
  }
  await store.setRunStatus(run.id, ending, input.now().toISOString());
  onProgress({ kind: 'ended' });
  return ending;
}

/** What a run holds already, by cell and by verdict. */
export interface KnownCells {
  readonly outcomes: Map<Address, Outcome>;
  readonly scores: Map<string, Score>;
}

export async function readKnown(store: RunStore, runId: string): Promise<KnownCells> {
  return {
    outcomes: new Map((await store.readOutcomes(runId)).map((o) => [addressOf(o), o])),
    scores: new Map((await store.readScores(runId)).map((s) => [nameOf(s), s])),
  };
}

/** Asks for the answers and verdicts that the cells lack. @throws as `execute` */
export async function fill(
  input: ExecuteInput,
  cells: readonly PlannedCell[],
  { outcomes, scores }: KnownCells,
): Promise<Ending> {
  const { onProgress } = input;
  let budgetReached = false;
  let failed = false;
  const stopped = () => budgetReached || failed || input.drain.aborted || input.abort.aborted;
  const missing = function* (): Generator<PlannedCell> {
    for (const cell of cells) {
      if (cell.sharedWith !== undefined) continue;
      const outcome = outcomes.get(addressOfCell(cell));
      if (outcome?.status === 'failed' && !input.retryErrors) continue;
      if (outcome?.status !== 'done' || missingScores(input, cell, scores).length > 0) yield cell;
    }
  };
  const slots = new Slots(input.maxConcurrency);
  // A worst case that does not fit may fit once calls under way have settled for less than theirs.
  const call = <Result>(task: () => Promise<Result>): Promise<Result> =>
    slots.run(async () => {
      while (true) {
        try {
          return await task();
        } catch (error) {
          if (!(error instanceof BudgetReached) || !(await slots.anotherEnds())) throw error;
        }
      }
    });
  const fillOne = async (cell: PlannedCell): Promise<void> => {
    try {
      const outcome = outcomes.get(addressOfCell(cell));
      // A slot is held until what was paid for is durable: a kill then loses no more than was in flight.
      const answered =
        outcome?.status === 'done'
          ? outcome
          : await call(async () => (stopped() ? null : answer(input, cell)));
      if (answered === null || answered.status === 'failed') return;
      for (const score of missingScores(input, cell, scores)) {
        const give = async () => (stopped() ? undefined : judge(input, cell, answered, score));
        const isCall = input.judges.get(score.judge.id)?.model != null;
        await (isCall ? call(give) : give());
      }
    } catch (error) {
      if (!(error instanceof BudgetReached)) {
        failed = true;
        throw error;
      }
      if (!budgetReached) onProgress({ kind: 'stopping', reason: 'budget' });
      budgetReached = true;
    }
  };
  const announceDrain = () => onProgress({ kind: 'stopping', reason: 'interrupted' });
  input.drain.addEventListener('abort', announceDrain, { once: true });

  try {
    await pool(missing(), CELLS_PER_CALL * input.maxConcurrency, fillOne, stopped);
  } finally {
    input.drain.removeEventListener('abort', announceDrain);
  }
  await shareAnswers(input);
  const interrupted = input.drain.aborted || input.abort.aborted;
  return budgetReached ? 'budget_reached' : interrupted ? 'interrupted' : 'complete';
}

/** Names a cell within its run. */
export type Address = string;

export function addressOf(cell: { promptId: string; model: string; trial: number }): Address {
  return JSON.stringify([cell.promptId, cell.model, cell.trial]);
}

export function addressed({ prompt, model, trial }: PlannedCell) {
  return { promptId: prompt.id, model: model.id, trial };
}

export function addressOfCell(cell: PlannedCell): Address {
  return addressOf(addressed(cell));
}

/** Prompts of equal text share keys, so a score is known by its cell and its key. */
function nameOf(score: {
  promptId: string;
  model: string;
  trial: number;
  scoreKey: string;
}): string {
  return `${addressOf(score)} ${score.scoreKey}`;
}

function missingScores(
  input: Pick<ExecuteInput, 'plan' | 'retryErrors'>,
  cell: PlannedCell,
  scores: ReadonlyMap<string, Score>,
): readonly PlannedScore[] {
  return plannedScores(input.plan, cell).filter(({ scoreKey }) => {
    const score = scores.get(nameOf({ ...addressed(cell), scoreKey }));
    return score === undefined || (score.score === null && input.retryErrors);
  });
}

/**
 * Takes over answers and verdicts that any earlier run has already paid for. Recorded answers cost
 * nothing to ask for again, and repeated prompts would share one. A verdict is taken only where it is
 * about the very answer: a repeated prompt, and a run without the cache, gave others to the same key.
 * @returns the number of cells taken
 */
export async function reuse(
  input: Pick<ExecuteInput, 'plan' | 'store' | 'run' | 'retryErrors'>,
  cells: readonly PlannedCell[],
  { outcomes, scores }: KnownCells,
): Promise<number> {
  const { store, run } = input;
  let taken = 0;
  for (let from = 0; from < cells.length; from += KEYS_AT_ONCE) {
    const chunk = cells
      .slice(from, from + KEYS_AT_ONCE)
      .filter((cell) => cell.model.origin !== 'recorded' && cell.sharedWith === undefined);
    const open = chunk.filter((cell) => outcomes.get(addressOfCell(cell))?.status !== 'done');
    const earlier = await store.findOutcomesByKey(open.map(({ cellKey }) => cellKey));
    await Promise.all(
      open.map(async (cell) => {
        const original = earlier.get(cell.cellKey);
        // An answer that this run paid for is a repeated prompt's, which is a sample of its own.
        if (!original || (original.runId === run.id && original.origin !== 'reused')) return;
        const address = { runId: run.id, ...addressed(cell) };
        const outcome: Outcome = { ...original, ...address, origin: 'reused' };
        await store.addOutcome(outcome, []);
        outcomes.set(addressOfCell(cell), outcome);
        taken++;
      }),
    );
    await reuseScores(input, chunk, outcomes, scores);
  }
  return taken;
}

async function reuseScores(
  input: Pick<ExecuteInput, 'plan' | 'store' | 'run' | 'retryErrors'>,
  cells: readonly PlannedCell[],
  outcomes: ReadonlyMap<Address, Outcome>,
  scores: Map<string, Score>,
): Promise<void> {
  const { store, run } = input;
  const missing = cells.flatMap((cell) => {
    const outcome = outcomes.get(addressOfCell(cell));
    if (outcome?.status !== 'done') return [];
    return missingScores(input, cell, scores).map(({ scoreKey }) => ({ cell, outcome, scoreKey }));
  });
  const judged = await store.findScoresByKey(missing.map(({ scoreKey }) => scoreKey));
  await Promise.all(
    missing.map(async ({ cell, outcome, scoreKey }) => {
      const found = judged.get(scoreKey)?.find(({ answer }) => answer === outcome.text)?.score;
      if (found === undefined || found.runId === run.id) return;
      const score: Score = { ...found, runId: run.id, ...addressed(cell) };
      await store.addScore(score, []);
      scores.set(nameOf(score), score);
    }),
  );
}

/** Asks for one answer and commits it. Null where it was cut off before it ended. */
async function answer(input: ExecuteInput, cell: PlannedCell): Promise<Outcome | null> {
  const { run, store, now, onProgress } = input;
  const operationId = `${run.id}:${cell.cellKey}`;
  const result = await input.ask(cell, requestOf(cell), operationId, input.abort);
  if (!result.ok && result.error.kind === 'aborted') {
    await store.addUsage(result.usage);
    return null;
  }
  if (!result.ok && result.error.kind === 'authentication') {
    await store.addUsage(result.usage);
    throw new UserError(`${cell.model.id}: ${result.error.message}`, { exitCode: 1 });
  }
  const cost = totalCost(result.usage);
  const common = {
    runId: run.id,
    ...addressed(cell),
    cellKey: cell.cellKey,
    origin: cell.model.origin,
    attempts: result.attempts,
    latencyMs: result.latencyMs,
    cost,
    completedAt: now().toISOString(),
  };
  const outcome: Outcome = result.ok
    ? {
        ...common,
        status: 'done',
        ...(result.answer.lacks?.includes('latency') ? { latencyMs: null } : {}),
        text: result.answer.lacks?.includes('text') ? null : result.answer.text,
        finishReason: result.answer.finishReason,
        usage: result.answer.usage,
        recordedScore: result.answer.recordedScore,
        error: null,
      }
    : {
        ...common,
        status: 'failed',
        text: null,
        finishReason: null,
        usage: null,
        recordedScore: null,
        error: `${result.error.kind}: ${result.error.message}`,
      };
  await store.addOutcome(outcome, result.usage);
  const { error } = outcome;
  const ended = result.ok ? 'done' : 'failed';
  // What a recorded answer cost was paid long ago.
  const spent = cell.model.origin === 'recorded' ? 0 : (cost ?? 0);
  onProgress({ kind: 'cell', model: cell.model.id, outcome: ended, cost: spent, error });
  return outcome;
}

/** Asks for one verdict and commits it. */
async function judge(
  input: ExecuteInput,
  cell: PlannedCell,
  outcome: Outcome,
  planned: PlannedScore,
): Promise<void> {
  const { run, store, now, onProgress } = input;
  const judge = input.judges.get(planned.judge.id);
  if (judge === undefined)
    throw new Error(`The plan names the judge "${planned.judge.id}", which was not handed in`);
  const { recordedScore } = outcome;
  const verdict = await judge.judge(
    { prompt: cell.prompt, answer: outcome.text ?? '', recordedScore, repeat: planned.repeat },
    input.abort,
  );
  if (input.abort.aborted && verdict.score === null) {
    await store.addUsage(verdict.usage);
    return;
  }
  const score: Score = {
    runId: run.id,
    ...addressed(cell),
    judge: judge.id,
    judgeVersion: judge.version,
    repeat: planned.repeat,
    scoreKey: planned.scoreKey,
    score: verdict.score,
    unscored: verdict.unscored,
    rationale: verdict.rationale,
    completedAt: now().toISOString(),
  };
  await store.addScore(score, verdict.usage);
  const cost = totalCost(verdict.usage) ?? 0;
  onProgress({ kind: 'judged', judge: judge.id, unscored: verdict.score === null, cost });
}

/** Cost of all attempts; null if any is unknown, as a sum without it would understate. */
function totalCost(usage: readonly UsageRecord[]): NanoUsd | null {
  let total = 0;
  for (const { cost } of usage) {
    if (cost === null) return null;
    total += cost;
  }
  return total;
}
