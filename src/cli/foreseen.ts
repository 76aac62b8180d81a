import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Estimate,
  estimate,
  foreseeCalls,
  type Known,
  plannedScores,
} from '../experiments/index.js';
import type { Store } from '../store/index.js';
import type { Io } from './io.js';
import type { Prepared } from './prepare.js';
import { withStore } from './store-access.js';

/** What running would cost, and how many cells need no answer any more. */
export interface Foreseen {
  readonly estimate: Estimate;
  readonly answered: number;
  /** Cells that share another's answer. */
  readonly shared: number;
}

/** Adds up the answers and verdicts that no run in the store has paid for yet. */
export async function foresee(
  prepared: Prepared,
  options: { readonly db: string; readonly cache: boolean },
  io: Io,
): Promise<Foreseen> {
  const { plan, models, judges, judgingModels } = prepared;
  const judging = new Map(
    [...judgingModels].flatMap(([id, model]) => {
      const judge = judges.get(id);
      return judge === undefined ? [] : [[id, { judge, model }] as const];
    }),
  );
  const known =
    options.cache && existsSync(resolve(io.cwd, options.db))
      ? await withStore(options, io, (store) => knownOf(store, prepared))
      : undefined;
  return {
    estimate: estimate(foreseeCalls(plan, models, judging, known)),
    answered: plan.cells.filter(
      ({ cellKey, sharedWith }) => sharedWith === undefined && known?.answers.has(cellKey),
    ).length,
    shared: plan.cells.filter(({ sharedWith }) => sharedWith !== undefined).length,
  };
}

async function knownOf(store: Store, { plan }: Prepared): Promise<Known> {
  const [answers, judged] = await Promise.all([
    store.runs.findOutcomesByKey(plan.cells.map(({ cellKey }) => cellKey)),
    store.runs.findScoresByKey(
      plan.cells.flatMap((cell) => plannedScores(plan, cell).map(({ scoreKey }) => scoreKey)),
    ),
  ]);
  return {
    answers,
    isScored: (scoreKey, answer) =>
      judged.get(scoreKey)?.some((found) => found.answer === answer) ?? false,
  };
}
