import type { NanoUsd, Purpose } from '../costs/index.js';
import {
  buildMatrix,
  type ModelSummary,
  type Run,
  type RunStore,
  type Score,
  type SpendTotal,
  summarizeModels,
} from '../outcomes/index.js';

/** What a run measured, read back from the store: the same however often the run was interrupted. */
export interface RunSummary {
  readonly run: Run;
  readonly prompts: number;
  readonly models: readonly ModelSummary[];
  readonly cells: {
    readonly planned: number;
    readonly done: number;
    readonly reused: number;
    readonly failed: number;
    /** Answers that the judge `run.judge` was asked about and gave no score, in none of its verdicts. */
    readonly unscored: number;
  };
  /** Money spent: live only. */
  readonly spend: ReadonlyMap<Purpose, NanoUsd>;
  /** What simulated calls would have cost, kept apart as nobody paid it. */
  readonly simulatedSpend: ReadonlyMap<Purpose, NanoUsd>;
  /** Billed attempts whose usage never arrived, booked at their worst case. */
  readonly estimatedRecords: number;
  /** Failures by reason, most frequent first. */
  readonly failures: readonly { readonly reason: string; readonly cells: number }[];
  /** Verdicts asked for and how many of them gave no score, by judge and reason, most frequent first. */
  readonly unscored: readonly UnscoredReason[];
}

export interface UnscoredReason {
  readonly judge: string;
  readonly reason: string;
  readonly verdicts: number;
  /** Of this judge in all, scored ones included. */
  readonly asked: number;
}

export async function summarizeRun(store: RunStore, run: Run): Promise<RunSummary> {
  // One after the other: read at once, ten thousand cells take a hundred megabytes more.
  const prompts = await store.readPrompts(run.id);
  const outcomes = await store.readOutcomes(run.id);
  const scores = await store.readScores(run.id);
  const totals = await store.totalSpend(run.id);
  const matrix = buildMatrix(run, prompts, outcomes, scores, { judge: run.judge, failed: 'zero' });
  const failures = new Map<string, number>();
  let done = 0;
  let reused = 0;
  for (const { status, origin, error } of outcomes) {
    if (status === 'failed') {
      const reason = withoutRequest(error ?? 'unknown');
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
    } else {
      done++;
      if (origin === 'reused') reused++;
    }
  }
  return {
    run,
    prompts: prompts.length,
    models: summarizeModels(matrix),
    cells: {
      planned: prompts.length * run.models.length * run.trials,
      done,
      reused,
      failed: outcomes.length - done,
      unscored: unscoredAnswers(scores, run.judge),
    },
    spend: spendOf(totals, 'live'),
    simulatedSpend: spendOf(totals, 'simulated'),
    estimatedRecords: totals.reduce((sum, { estimated }) => sum + estimated, 0),
    failures: [...failures]
      .map(([reason, cells]) => ({ reason, cells }))
      .sort((a, b) => b.cells - a.cells),
    unscored: unscoredReasons(scores),
  };
}

/** The number that a provider gave one request would make every reason the only one of its kind. */
function withoutRequest(reason: string): string {
  return reason.replace(/ \(request [^)]*\)/, '');
}

function unscoredAnswers(scores: readonly Score[], judge: string): number {
  const isScored = new Map<string, boolean>();
  for (const { judge: by, promptId, model, trial, score } of scores) {
    if (by !== judge) continue;
    const cell = JSON.stringify([promptId, model, trial]);
    isScored.set(cell, score !== null || isScored.get(cell) === true);
  }
  return [...isScored.values()].filter((scored) => !scored).length;
}

function unscoredReasons(scores: readonly Score[]): readonly UnscoredReason[] {
  const asked = new Map<string, number>();
  const reasons = new Map<string, { judge: string; reason: string; verdicts: number }>();
  for (const { judge, unscored } of scores) {
    asked.set(judge, (asked.get(judge) ?? 0) + 1);
    if (unscored === null) continue;
    const reason = withoutRequest(unscored);
    const key = JSON.stringify([judge, reason]);
    const verdicts = (reasons.get(key)?.verdicts ?? 0) + 1;
    reasons.set(key, { judge, reason, verdicts });
  }
  return [...reasons.values()]
    .map((one) => ({ ...one, asked: asked.get(one.judge) ?? 0 }))
    .sort((a, b) => b.verdicts - a.verdicts);
}

function spendOf(totals: readonly SpendTotal[], origin: SpendTotal['origin']) {
  const spend = new Map<Purpose, NanoUsd>();
  for (const total of totals) {
    if (total.origin !== origin) continue;
    spend.set(total.purpose, (spend.get(total.purpose) ?? 0) + total.cost);
  }
  return spend;
}
