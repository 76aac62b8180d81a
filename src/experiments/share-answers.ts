import type { Outcome, Run, RunStore, Score } from '../outcomes/index.js';
import { type Plan, type PlannedCell, plannedScores } from './plan.js';
import type { ProgressListener } from './progress.js';

export interface ShareInput {
  readonly run: Run;
  readonly plan: Plan;
  readonly store: RunStore;
  readonly onProgress: ProgressListener;
}

/**
 * Gives the cells that share another's answer that answer and its verdicts, as far as they are there:
 * at the cost that it had, with nothing spent. A request that failed failed for all that share it. So
 * what a compression leaves as it is differs from the prompt without it by exactly 0.
 */
export async function shareAnswers({ run, plan, store, onProgress }: ShareInput): Promise<void> {
  const sharing = plan.cells.filter(({ sharedWith }) => sharedWith !== undefined);
  if (sharing.length === 0) return;
  const outcomes = new Map(
    (await store.readOutcomes(run.id)).map((one) => [JSON.stringify(placeOf(one)), one]),
  );
  const scores = new Map(
    (await store.readScores(run.id)).map((one) => [verdictName(one, one.scoreKey), one]),
  );
  await Promise.all(
    sharing.map(async (cell) => {
      const own: Place = { promptId: cell.prompt.id, model: cell.model.id, trial: cell.trial };
      const from: Place = { ...own, model: cell.sharedWith! };
      const original = outcomes.get(JSON.stringify(placeOf(from)));
      if (original === undefined) return;
      const known = outcomes.get(JSON.stringify(placeOf(own)));
      if (known === undefined || (known.status === 'failed' && original.status === 'done')) {
        await addCopy(store, original, own);
        const { status, error } = original;
        onProgress({ kind: 'cell', model: cell.model.id, outcome: status, cost: 0, error });
      }
      await Promise.all(
        missingVerdicts(plan, cell, from, own, scores).map((score) => store.addScore(score, [])),
      );
    }),
  );
}

type Place = Pick<Outcome, 'promptId' | 'model' | 'trial'>;

const placeOf = ({ promptId, model, trial }: Place) => [promptId, model, trial];

const verdictName = (place: Place, scoreKey: string): string =>
  JSON.stringify([...placeOf(place), scoreKey]);

function addCopy(store: RunStore, original: Outcome, own: Place): Promise<void> {
  return store.addOutcome({ ...original, ...own, origin: 'reused' }, []);
}

/** The other cell's verdicts, as its own, that it has not or has without a score. */
function missingVerdicts(
  plan: Plan,
  cell: PlannedCell,
  from: Place,
  own: Place,
  scores: ReadonlyMap<string, Score>,
): readonly Score[] {
  return plannedScores(plan, cell).flatMap(({ scoreKey }) => {
    const given = scores.get(verdictName(from, scoreKey));
    const known = scores.get(verdictName(own, scoreKey));
    if (given === undefined) return [];
    if (known !== undefined && (known.score !== null || given.score === null)) return [];
    return [{ ...given, ...own }];
  });
}
