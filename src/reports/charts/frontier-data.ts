import type { Comparison, Estimate, Tradeoff } from '../../evaluation/index.js';
import { costLabel, isLogAxis, logTicks } from '../cost-axis.js';
import { shortModelNames } from '../model-names.js';
import { FAMILY_NAMES, type Family, familyOf, letterOf } from '../router-families.js';
import { costOf, isBaseline, isLookup, operatingPoints } from '../shown-tradeoffs.js';
import type { FrontierData, FrontierPoint, FrontierRouter, Range } from './frontier-chart.js';
import { PALETTE } from './palette.js';

/** What the frontier's drawing and its page need of a comparison; null where there is no cost to draw. */
export function frontierData(comparison: Comparison): FrontierData | null {
  if (comparison.costBasis === 'none') return null;
  const named = operatingPoints(comparison);
  const letters = new Map(named.map((row, index) => [row.policy, letterOf(index)]));
  const models = [...new Set(comparison.tradeoffs.flatMap(({ shares }) => Object.keys(shares)))];
  const names = shortModelNames(models);
  const points = comparison.tradeoffs.flatMap((row) => {
    const point = pointOf(row, models, names, letters);
    return point === null ? [] : [point];
  });
  if (points.length < 2) return null;
  const costs = points.map(({ cost }) => cost[0]);
  const marked = points.filter(({ kind, letter }) => kind === 'model' || letter !== null);
  const reach = [...costs, ...marked.flatMap(({ cost }) => [cost[1], cost[2]])];
  const positive = reach.filter((cost) => cost > 0);
  const low = Math.min(...positive);
  const high = Math.max(...reach);
  const qualities = [
    ...points.map(({ quality }) => quality[0]),
    ...marked.flatMap(({ quality }) => [quality[1], quality[2]]),
  ];
  const spare = 0.03 * (Math.max(...qualities) - Math.min(...qualities)) || 0.05;
  const logable = Math.min(...costs) > 0 && high > low;
  const logDomain: Range | null = logable ? [low / 1.12, high * 1.12] : null;
  const routers = routersOf(comparison, points, named, letters);
  const candidate = routers.find((one) => one.candidate)?.router ?? null;
  return {
    points,
    routers,
    models: models.map(names),
    usd: comparison.costBasis === 'usd',
    costLabel: costLabel(comparison),
    log: logable && isLogAxis(marked.map(({ cost }) => cost[0])),
    linearDomain: [Math.min(0, ...reach) - 0.02 * high, high * 1.04],
    logDomain,
    logTicks: logDomain === null ? [] : thinned(logTicks(...logDomain)),
    qualityDomain: [
      Math.max(0, Math.min(...qualities) - spare),
      Math.min(1, Math.max(...qualities)) + spare,
    ],
    baseline: PALETTE.baseline,
    simulated: comparison.simulated,
    candidate: comparison.verdict.policy,
    active: points.filter(({ router }) => router === candidate).length > 2 ? candidate : null,
  };
}

/** Over three powers of ten, only every power is written. */
const thinned = (ticks: readonly number[]): readonly number[] =>
  ticks.length > 10
    ? ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6))
    : ticks;

function pointOf(
  row: Tradeoff,
  models: readonly string[],
  names: (model: string) => string,
  letters: ReadonlyMap<string, string>,
): FrontierPoint | null {
  const cost = costOf(row);
  if (cost === null || row.quality.mean === null) return null;
  const costs = row.costUsdPer1k.mean === null ? row.cost : row.costUsdPer1k;
  return {
    policy: row.policy,
    router: row.router,
    kind: row.router === 'always' ? 'model' : isBaseline(row) ? 'baseline' : 'router',
    label: row.router === 'always' ? names(row.dial) : row.policy,
    letter: letters.get(row.policy) ?? null,
    lookup: isLookup(row),
    frontier: row.frontier,
    cost: rangeOf(costs),
    quality: rangeOf(row.quality),
    delta: rangeOf(row.qualityDelta),
    saving: rangeOf(row.costSaving),
    shares: Object.entries(row.shares)
      .filter(([, share]) => share >= 0.005)
      .sort(([, a], [, b]) => b - a)
      .map(([model, share]) => [models.indexOf(model), short(share)]),
  };
}

/** Mean, low and high; an interval that is unknown is drawn as none. */
function rangeOf({ mean, low, high }: Estimate): FrontierPoint['cost'] {
  const middle = short(mean ?? Number.NaN);
  return [middle, low === null ? middle : short(low), high === null ? middle : short(high)];
}

const short = (value: number): number => Number(value.toPrecision(5));

function routersOf(
  { verdict }: Comparison,
  points: readonly FrontierPoint[],
  named: readonly Tradeoff[],
  letters: ReadonlyMap<string, string>,
): readonly FrontierRouter[] {
  const order: readonly Family[] = ['lookup', 'heuristic', 'learned', 'cascade', 'online', 'other'];
  const ids = [
    ...new Set(points.filter(({ kind }) => kind === 'router').map(({ router }) => router)),
  ];
  return ids
    .map((router) => {
      const own = named.filter((row) => row.router === router);
      const family = familyOf(router);
      return {
        router,
        family,
        familyName: FAMILY_NAMES[family],
        color: PALETTE[family],
        letters: own.flatMap(({ policy }) => letters.get(policy) ?? []),
        candidate: own.some(({ policy }) => policy === verdict.policy),
      };
    })
    .toSorted((a, b) => order.indexOf(a.family) - order.indexOf(b.family));
}
