import { written } from '../policy-document.js';
import type { ColdOptions } from '../router.js';

/** The dial of a policy that starts from nothing: how it weighs cost. */
export const coldLabel = ({ costWeight }: ColdOptions): string =>
  `cost_weight=${written(costWeight)}`;
