import type { Prompt } from '../datasets/index.js';
import type { Outcome, Run } from './outcome.js';

type Cell = Pick<Outcome, 'promptId' | 'model' | 'trial'>;

/**
 * Where a cell stands in the columns of an `OutcomeMatrix` over these prompts and the run's models;
 * undefined for cells of others.
 */
export function cellIndex(
  { models, trials }: Pick<Run, 'models' | 'trials'>,
  prompts: readonly Prompt[],
): (cell: Cell) => number | undefined {
  const promptIndex = new Map(prompts.map(({ id }, index) => [id, index]));
  const modelIndex = new Map(models.map((model, index) => [model, index]));
  return ({ promptId, model, trial }) => {
    const p = promptIndex.get(promptId);
    const m = modelIndex.get(model);
    if (p === undefined || m === undefined || trial < 1 || trial > trials) return undefined;
    return (p * models.length + m) * trials + trial - 1;
  };
}
