import { type NanoUsd, toUsd } from '../../costs/index.js';
import { clusterBounds, clusterMean, sum } from '../../statistics/index.js';
import type { SuggestedSaving } from './suggestion.js';

/** Of each side of a 95 % interval. */
const ALPHA = 0.025;

/** A saving that every request was looked at for. */
export function exactSaving(nano: NanoUsd): SuggestedSaving {
  const value = toUsd(nano);
  return { value, low: value, high: value };
}

/**
 * What a population saves, from what each of a sample does: the mean times the population, with
 * Student's t on groups that repeat one another. Nothing is estimated where all of it was looked at.
 * @param savings nano-dollars by request; negative where it would cost more
 * @param groups requests of the same messages have the same
 * @returns null where the sample has too few groups for an interval
 */
export function sampledSaving(
  savings: readonly NanoUsd[],
  groups: readonly string[],
  population: number,
): SuggestedSaving | null {
  if (savings.length >= population) return exactSaving(sum(savings));
  const indices = new Map<string, number>();
  const groupOf = groups.map((group) => {
    const index = indices.get(group) ?? indices.size;
    indices.set(group, index);
    return index;
  });
  const mean = clusterMean(savings, groupOf);
  const { low, high } = clusterBounds(mean, ALPHA);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  return {
    value: toUsd(mean.mean * population),
    low: toUsd(low * population),
    high: toUsd(high * population),
  };
}
