import type { CompareInput } from '../evaluation/index.js';
import { hashOf } from '../hash.js';
import type { OutcomeMatrix, Run } from '../outcomes/index.js';
import type { Store } from '../store/index.js';
import { UserError } from '../user-error.js';
import { modelsAsTheyAre, variantPairs } from './run-variants.js';

export interface ComparedRunsOptions {
  readonly failed: 'zero' | 'exclude';
  /** US dollars a call by model, assumed; null to take costs as measured. */
  readonly prices: Readonly<Record<string, number>> | null;
}

/** What is compared, put together from one run or several. */
export type ComparedRuns = Pick<
  CompareInput,
  'run' | 'matrix' | 'runs' | 'columns' | 'variants'
> & {
  readonly warnings: readonly string[];
};

/** Reads runs back and joins them over their shared prompts. */
export async function readComparedRuns(
  store: Store,
  runs: readonly [Run, ...Run[]],
  { failed, prices }: ComparedRunsOptions,
): Promise<ComparedRuns> {
  const { assumePrices, buildMatrix, joinMatrices, latestVersion, requestColumns } = await import(
    '../outcomes/index.js'
  );
  const [first, ...further] = runs;
  const repeated = further.find((run, i) => runs.slice(0, i + 1).some(({ id }) => id === run.id));
  if (repeated !== undefined) {
    throw new UserError(
      `The run "${repeated.name}" (${repeated.id}) is named twice: name each run once, older ones of a name by their ids (switchyard list).`,
    );
  }
  const otherJudge = further.find(({ judge }) => judge !== first.judge);
  if (otherJudge !== undefined) {
    throw new UserError(
      `The run "${first.name}" is scored by the judge "${first.judge}" and "${otherJudge.name}" by "${otherJudge.judge}", so their scores do not compare: compare runs of one judge.`,
    );
  }
  const matrices: OutcomeMatrix[] = [];
  const versions: (string | null)[] = [];
  const variantsOf: CompareInput['variants'][] = [];
  for (const run of runs) {
    const [prompts, outcomes, scores] = await Promise.all([
      store.runs.readPrompts(run.id),
      store.runs.readOutcomes(run.id),
      store.runs.readScores(run.id),
    ]);
    const { judge } = run;
    versions.push(latestVersion(scores, judge));
    const asTheyAre = { ...run, models: modelsAsTheyAre(run) };
    matrices.push(buildMatrix(asTheyAre, prompts, outcomes, scores, { judge, failed }));
    const pairs = variantPairs(run);
    if (pairs.length > 0) {
      const matrix = buildMatrix(run, prompts, outcomes, scores, { judge, failed });
      variantsOf.push({ matrix, pairs, ...requestColumns(run, prompts, outcomes) });
    }
  }
  const later = versions.findIndex((version) => version !== versions[0]);
  if (later > 0) {
    throw new UserError(
      `The judge "${first.judge}" is another in "${runs[later]!.name}" (version ${versions[later]}) than in "${first.name}" (${versions[0]}), so their scores do not compare: run one of them again with the other's judge.`,
    );
  }
  const priced = prices === null ? matrices : assumePrices(matrices, prices);
  if (further.length === 0) {
    const [variants] = variantsOf;
    const one = { run: first, matrix: priced[0]!, warnings: [] };
    return variants === undefined ? one : { ...one, variants };
  }
  const labels = labelsOf(runs);
  const { matrix, columns } = joinMatrices(
    priced.map((one, i) => ({ label: labels[i]!, matrix: one })),
  );
  const kept = matrix.prompts.length;
  const left = runs.map((_, i) => `${labels[i]} ${priced[i]!.prompts.length - kept}`);
  const cut = matrices.some(({ trials }) => trials !== matrix.trials);
  const warnings = [
    `${runs.length} runs are compared over the ${kept} prompts that they share (equal messages, reference and grader); left out: ${left.join(', ')}.`,
    ...(variantsOf.length > 0
      ? ['Compressed prompts are left out of a comparison of several runs: compare each run alone.']
      : []),
    ...(cut ? [`Only the first ${matrix.trials} trials count, the fewest of these runs.`] : []),
  ];
  return {
    run: {
      ...first,
      dataHash: jointHash(runs),
      models: matrix.models,
      trials: matrix.trials,
      simulated: runs.some(({ simulated }) => simulated),
    },
    matrix,
    runs: runs.map(({ id }, i) => ({ id, name: labels[i]! })),
    columns: columns.map(({ model, from }) => ({ model, run: labels[from]! })),
    warnings,
  };
}

/** Names, or ids where two runs have one name. */
function labelsOf(runs: readonly Run[]): string[] {
  return runs.map(({ id, name }) =>
    runs.some((other) => other.id !== id && other.name === name) ? id : name,
  );
}

/** Runs over the very same prompts have the same test part, whichever of them are compared. */
function jointHash(runs: readonly Run[]): string {
  const hashes = [...new Set(runs.map(({ dataHash }) => dataHash))].sort();
  return hashes.length === 1 ? hashes[0]! : hashOf({ joint: hashes });
}
