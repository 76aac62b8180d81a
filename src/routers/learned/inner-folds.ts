import { createRng } from '../../statistics/index.js';

/**
 * A fold from 0 up to `folds` for each row. Rows of one group share a fold, and folds are as even in
 * rows as whole groups allow: groups go, the largest first and else in drawn order, to the fold with
 * the fewest rows so far. With fewer groups than folds, some folds stay empty.
 */
export function innerFolds(groups: Int32Array, folds: number, seed: number): Int32Array {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const order = [...sizes.keys()];
  const rng = createRng(seed, 'inner-folds');
  for (let at = order.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  order.sort((a, b) => sizes.get(b)! - sizes.get(a)!);
  const rows = new Float64Array(folds);
  const foldOf = new Map<number, number>();
  for (const group of order) {
    const emptiest = rows.indexOf(Math.min(...rows));
    rows[emptiest]! += sizes.get(group)!;
    foldOf.set(group, emptiest);
  }
  return Int32Array.from(groups, (group) => foldOf.get(group)!);
}
