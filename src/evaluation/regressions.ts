import { boundedBounds, clusterDifference } from '../statistics/index.js';
import type { CommonPrompts } from './common-prompts.js';
import type { Regression } from './comparison.js';

/** Which run a column of a joint matrix was measured in. */
export interface MeasuredColumn {
  /** `provider/name`, as measured. */
  readonly model: string;
  /** Name of the run. */
  readonly run: string;
}

/** Of each side of a 95 % interval. */
const ALPHA = 0.025;

/**
 * Each model's later measurements against its first one, paired over the prompts that both have
 * scored; 95 % intervals from the cluster-robust t. Nothing is fitted or chosen, so all shared
 * prompts count, not the test part alone.
 * @param columns one for each model of the matrix
 */
export function findRegressions(
  { matrix, means }: CommonPrompts,
  groupOf: Int32Array,
  columns: readonly MeasuredColumn[],
  margin: number,
): Regression[] {
  const width = columns.length;
  const first = new Map<string, number>();
  const regressions: Regression[] = [];
  columns.forEach(({ model, run }, later) => {
    const from = first.get(model);
    if (from === undefined) {
      first.set(model, later);
      return;
    }
    const score = (row: number, column: number): number => means.score[row * width + column]!;
    const rows = matrix.prompts.flatMap((_, row) =>
      Number.isNaN(score(row, from)) || Number.isNaN(score(row, later)) ? [] : [row],
    );
    const difference = clusterDifference(
      rows.map((row) => score(row, later)),
      rows.map((row) => score(row, from)),
      rows.map((row) => groupOf[row]!),
    );
    const { low, high } = boundedBounds(difference, ALPHA);
    regressions.push({
      model,
      from: columns[from]!.run,
      to: run,
      difference: { mean: finite(difference.mean), low: finite(low), high: finite(high) },
      prompts: difference.rows,
      groups: difference.groups,
      regressed: high < -margin,
    });
  });
  return regressions;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
