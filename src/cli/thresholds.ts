import type { Comparison, Constraint } from '../evaluation/index.js';

/** Bounds that a user may set, as flags. */
export interface ConstraintFlags {
  readonly maxCostUsdPer1k: number | undefined;
  readonly minQuality: number | undefined;
  readonly qualityDrop: number | undefined;
}

/** Null where none of the flags is given. */
export function constraintOf(flags: ConstraintFlags): Constraint | null {
  const { maxCostUsdPer1k, minQuality, qualityDrop } = flags;
  const constraint = {
    ...(maxCostUsdPer1k === undefined ? {} : { maxCostUsdPer1k }),
    ...(minQuality === undefined ? {} : { minQuality }),
    ...(qualityDrop === undefined ? {} : { qualityDrop }),
  };
  return Object.keys(constraint).length === 0 ? null : constraint;
}

/**
 * What the user asked for and the comparison does not give, a line each; with none of them the
 * command ends well.
 */
export function unmetThresholds(
  comparison: Comparison,
  { failOnRegression }: { readonly failOnRegression: boolean },
): string[] {
  const { choice } = comparison;
  return [
    ...(choice == null || choice.met ? [] : [choice.text]),
    ...(failOnRegression ? regressionsIn(comparison) : []),
  ];
}

/** Where a whole interval lies below −margin: of a later run, or of what the verdict names. */
function regressionsIn({ verdict, tradeoffs, reference, regressions }: Comparison): string[] {
  const { margin, policy } = verdict;
  if (regressions !== undefined) {
    return regressions
      .filter(({ regressed }) => regressed)
      .map(
        ({ model, from, to, difference }) =>
          `${model} is worse in ${to} than in ${from}: ${interval(difference)}, all of it below −${margin}.`,
      );
  }
  const landed = tradeoffs.find((tradeoff) => tradeoff.policy === policy)?.qualityDelta;
  if (landed?.high == null || landed.high >= -margin) return [];
  return [`${policy} is worse than ${reference}: ${interval(landed)}, all of it below −${margin}.`];
}

function interval(of: {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}): string {
  const number = (value: number | null): string =>
    value === null ? '?' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  return `${number(of.mean)} (${number(of.low)} to ${number(of.high)})`;
}
