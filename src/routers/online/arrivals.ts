import type { Rng } from '../../statistics/index.js';
import { written } from '../policy-document.js';
import type { ColdOptions } from '../router.js';

/** A random order of `count` arrivals (Fisher–Yates). */
export function arrivalOrder(count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, row) => row);
  for (let at = count - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    const moved = order[at]!;
    order[at] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** The dial of a policy that starts from nothing: how it weighs cost. */
export const coldLabel = ({ costWeight }: ColdOptions): string =>
  `cost_weight=${written(costWeight)}`;
