import type { Comparison, Tradeoff } from '../evaluation/index.js';

const BASELINES = ['always', 'random', 'mixture', 'oracle'];
/** Between its ends, which are models. */
const SHOWN_MIXTURES = new Set(['0.25', '0.5', '0.75']);

/** Whether a row is one of what every policy is held against, rather than a router's. */
export const isBaseline = ({ router }: Tradeoff): boolean => BASELINES.includes(router);

/** A lookup of the best model by domain, declared or predicted. */
export const isLookup = ({ router, dial }: Tradeoff): boolean =>
  dial === 'best' && (router === 'per-domain' || router === 'per-domain-predicted');

/** Cost in dollars per 1,000 prompts where there are dollars, else in the cost basis. */
export const costOf = (row: Tradeoff): number | null => row.costUsdPer1k.mean ?? row.cost.mean;

/**
 * The rows of a table: baselines and chosen settings; every setting of the dials only when asked
 * for, as 33 rows a router hide the rest. Baselines first, then the routers, each from cheap to dear.
 */
export function shownTradeoffs({ tradeoffs }: Comparison, all: boolean): readonly Tradeoff[] {
  const rank = ({ router }: Tradeoff): number =>
    BASELINES.includes(router) ? BASELINES.indexOf(router) : BASELINES.length;
  return tradeoffs
    .filter(
      (row) =>
        all ||
        row.chosenOnTune ||
        isLookup(row) ||
        (row.router === 'mixture' ? SHOWN_MIXTURES.has(row.dial) : isBaseline(row)),
    )
    .toSorted((a, b) => rank(a) - rank(b) || (costOf(a) ?? 0) - (costOf(b) ?? 0));
}

/** The point of each router that tune chose, and the lookups: what a plot marks by name. */
export function operatingPoints({ tradeoffs }: Comparison): readonly Tradeoff[] {
  return tradeoffs
    .filter((row) => !isBaseline(row) && (row.chosenOnTune || isLookup(row)))
    .toSorted((a, b) => (costOf(a) ?? 0) - (costOf(b) ?? 0));
}
