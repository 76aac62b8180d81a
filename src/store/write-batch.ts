import type { Outcome, Score } from '../outcomes/index.js';
import { alreadyDone, alreadyScored, cellName, noSuchRun, scoreName } from './run-rules.js';
import type { Encoded } from './table-columns.js';

type Row = readonly Encoded[];

/** One call of a run store's writers, its rows already encoded. */
export type Write = { readonly usage: readonly Row[]; readonly runIds: readonly string[] } & (
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly row: Row }
  | { readonly kind: 'score'; readonly score: Score; readonly row: Row }
  | { readonly kind: 'usage' }
);

/** Which cells and scores a run already has; true where it is final and cannot be replaced. */
export interface RunKeys {
  readonly cells: Map<string, boolean>;
  readonly scores: Map<string, boolean>;
}

/** What a transaction has to do for a batch of writes. */
export interface BatchPlan {
  /** One entry a write: why it is refused, or null. */
  readonly refusals: readonly (Error | null)[];
  readonly outcomes: readonly Row[];
  readonly scores: readonly Row[];
  readonly usage: readonly Row[];
  /** Stored rows that newer ones replace. */
  readonly replacedOutcomes: readonly Outcome[];
  readonly replacedScores: readonly Score[];
}

/**
 * Decides what a batch writes and which of its writes are refused, each on its own.
 * Updates `keys` as if the batch were committed: whoever fails to commit must forget them.
 */
export function planBatch(
  writes: readonly Write[],
  keys: ReadonlyMap<string, RunKeys | null>,
): BatchPlan {
  const outcomes = new Map<string, Row>();
  const scores = new Map<string, Row>();
  const usage: Row[] = [];
  const replacedOutcomes: Outcome[] = [];
  const replacedScores: Score[] = [];

  const place = (
    run: string,
    taken: Map<string, boolean>,
    name: string,
    final: boolean,
    staged: Map<string, Row>,
    row: Row,
  ): 'refused' | 'added' | 'replaced' => {
    const state = taken.get(name);
    if (state === true) return 'refused';
    taken.set(name, final);
    const place = `${run}\0${name}`;
    const replacesStored = state === false && !staged.has(place);
    staged.delete(place);
    staged.set(place, row);
    return replacesStored ? 'replaced' : 'added';
  };

  const refusals = writes.map((write): Error | null => {
    const absent = write.runIds.find((id) => !keys.get(id));
    if (absent !== undefined) return noSuchRun(absent);
    if (write.kind === 'outcome') {
      const { outcome, row } = write;
      const taken = keys.get(outcome.runId)?.cells ?? new Map();
      const final = outcome.status === 'done';
      const done = place(outcome.runId, taken, cellName(outcome), final, outcomes, row);
      if (done === 'refused') return alreadyDone(outcome);
      if (done === 'replaced') replacedOutcomes.push(outcome);
    } else if (write.kind === 'score') {
      const { score, row } = write;
      const taken = keys.get(score.runId)?.scores ?? new Map();
      const final = score.score !== null;
      const done = place(score.runId, taken, scoreName(score), final, scores, row);
      if (done === 'refused') return alreadyScored(score);
      if (done === 'replaced') replacedScores.push(score);
    }
    usage.push(...write.usage);
    return null;
  });
  return {
    refusals,
    outcomes: [...outcomes.values()],
    scores: [...scores.values()],
    usage,
    replacedOutcomes,
    replacedScores,
  };
}
