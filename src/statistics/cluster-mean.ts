import { effectiveNumber } from './small-sample.js';
import { studentTCdf, studentTQuantile } from './student-t.js';
import { sum } from './sum.js';

/** A mean whose rows come in groups that are independent of one another. */
export interface ClusterMean {
  readonly mean: number;
  /** Cluster-robust; NaN for fewer than two groups. */
  readonly standardError: number;
  /** The effective number of groups less one: groups less one where all are of one size. */
  readonly degrees: number;
  readonly rows: number;
  readonly groups: number;
}

/**
 * Mean with a cluster-robust standard error: the sandwich estimator of an intercept
 * (Liang and Zeger 1986), the residuals summed within groups before they are squared.
 * @param groups group index of each row, from 0; indices may have gaps
 * @param correction `CR0` plain, `CR1` times G / (G − 1), which for groups of one is the textbook s / √n
 */
export function clusterMean(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  correction: 'CR0' | 'CR1' = 'CR1',
): ClusterMean {
  const rows = values.length;
  const average = rows === 0 ? Number.NaN : sum(values) / rows;
  const residuals = new Map<number, number>();
  const sizes = new Map<number, number>();
  for (let i = 0; i < rows; i++) {
    const group = groups[i]!;
    residuals.set(group, (residuals.get(group) ?? 0) + values[i]! - average);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const count = residuals.size;
  const squares = sum([...residuals.values()].map((residual) => residual * residual));
  const scale = correction === 'CR1' ? count / (count - 1) : 1;
  return {
    mean: average,
    standardError: count < 2 ? Number.NaN : Math.sqrt(scale * squares) / rows,
    degrees: effectiveNumber(sizes.values()) - 1,
    rows,
    groups: count,
  };
}

/** Mean of the differences `first − second`, row by row, with its cluster-robust standard error. */
export function clusterDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  groups: ArrayLike<number>,
  correction: 'CR0' | 'CR1' = 'CR1',
): ClusterMean {
  const differences = Float64Array.from(first, (value, i) => value - second[i]!);
  return clusterMean(differences, groups, correction);
}

/**
 * One-sided bounds of a cluster mean from Student's t, as many degrees of freedom as groups count for.
 * Without spread both bounds are the mean; with fewer than two groups they are infinite.
 * @param alpha error probability of each side
 */
export function clusterBounds(of: ClusterMean, alpha: number): { low: number; high: number } {
  if (of.standardError === 0) return { low: of.mean, high: of.mean };
  if (!(of.standardError > 0)) {
    return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  }
  const reach = studentTQuantile(1 - alpha, of.degrees) * of.standardError;
  return { low: of.mean - reach, high: of.mean + reach };
}

/** One-sided p-value of "the mean is at most `threshold`"; NaN for fewer than two groups. */
export function clusterPValue(of: ClusterMean, threshold: number): number {
  if (of.standardError === 0) return of.mean > threshold ? 0 : 1;
  return studentTCdf((threshold - of.mean) / of.standardError, of.degrees);
}
