import { type ClusterMean, clusterBounds, clusterPValue } from './cluster-mean.js';

/** Differences below this are rounding. */
const EQUAL = 1e-12;

/**
 * The largest share of groups that may do otherwise although none of those seen does: the exact
 * one-sided upper bound of a binomial share after no event, 1 − α^(1/G) (Clopper and Pearson 1934).
 * @param groups above 0; the effective number where sizes differ
 */
export function unseenShare(groups: number, alpha: number): number {
  return 1 - alpha ** (1 / groups);
}

/** Groups after which the share that may do otherwise is at most this; null where no number would do. */
export function groupsToRuleOut(share: number, alpha: number): number | null {
  if (!(share > 0)) return null;
  return share >= 1 ? 1 : Math.ceil(Math.log(alpha) / Math.log(1 - share));
}

/**
 * `clusterBounds` of differences that lie in [−1, 1]. Where no group differs from another there is no
 * spread for Student's t to go by, which is not certainty: those not seen may lie anywhere.
 */
export function boundedBounds(of: ClusterMean, alpha: number): { low: number; high: number } {
  if (!withoutSpread(of)) return clusterBounds(of, alpha);
  const unseen = unseenShare(of.degrees + 1, alpha);
  return { low: of.mean - unseen * (1 + of.mean), high: of.mean + unseen * (1 - of.mean) };
}

/** `clusterPValue` of differences that lie in [−1, 1]: dual to `boundedBounds`. */
export function boundedPValue(of: ClusterMean, threshold: number): number {
  if (!withoutSpread(of)) return clusterPValue(of, threshold);
  const share = (of.mean - threshold) / (1 + of.mean);
  return share > 0 ? Math.max(0, 1 - share) ** (of.degrees + 1) : 1;
}

const withoutSpread = ({ standardError }: ClusterMean): boolean => standardError <= EQUAL;
