import { sha256 } from '../hash.js';
import { predictedTwin } from '../routers/index.js';
import { paretoFrontier, quantileSorted, sortedNumbers } from '../statistics/index.js';
import type { Tradeoff } from './comparison.js';
import type { MeanDraws, Procedure, TestSample } from './test-sample.js';

/** A row of the table before it is measured. */
export interface TradeoffRow {
  readonly router: string;
  readonly dial: string;
  readonly procedure: Procedure;
  readonly chosenOnTune: boolean;
  readonly role?: Tradeoff['role'];
}

export interface TradeoffOptions {
  readonly models: readonly string[];
  readonly costBasis: 'usd' | 'call_share' | 'none';
  readonly split: Tradeoff['split'];
  readonly reference: Procedure;
}

/** Measures every row on the test part, all on the same resamples, and marks the frontier. */
export function measureTradeoffs(
  rows: readonly TradeoffRow[],
  sample: TestSample,
  options: TradeoffOptions,
): Tradeoff[] {
  const reference = sample.means(options.reference);
  const measured = rows.map((row) => measure(row, sample, options, reference));
  const points = measured.map(({ router, quality, cost }) =>
    router === 'oracle'
      ? { cost: Number.NaN, quality: Number.NaN }
      : { cost: cost.mean ?? Number.NaN, quality: quality.mean ?? Number.NaN },
  );
  const frontier = new Set(paretoFrontier(points));
  return measured.map((tradeoff, i) => ({ ...tradeoff, frontier: frontier.has(i) }));
}

function measure(
  { router, dial, procedure, chosenOnTune, role }: TradeoffRow,
  sample: TestSample,
  { models, costBasis, split }: TradeoffOptions,
  reference: MeanDraws,
): Tradeoff {
  const unknown = { mean: null, low: null, high: null };
  const own = sample.means(procedure);
  const cost = costBasis === 'none' ? unknown : sample.estimate(own.cost);
  const thousand = (value: number | null): number | null => (value === null ? null : value * 1000);
  const latency = sortedNumbers(sample.column(procedure, 'latency'));
  const known = latency.length === sample.rows;
  const shares = sample.shares(procedure);
  return {
    policy: `${router}@${dial}`,
    router,
    dial,
    split,
    ...(role === undefined ? {} : { role }),
    prompts: sample.rows,
    quality: sample.estimate(own.quality),
    costUsdPer1k:
      costBasis === 'usd'
        ? { mean: thousand(cost.mean), low: thousand(cost.low), high: thousand(cost.high) }
        : unknown,
    cost,
    qualityDelta: sample.estimate(sample.draw((at) => own.quality[at]! - reference.quality[at]!)),
    costSaving:
      costBasis === 'none'
        ? unknown
        : sample.estimate(sample.draw((at) => 1 - own.cost[at]! / reference.cost[at]!)),
    latencyMs: {
      p50: known ? quantileSorted(latency, 0.5) : null,
      p95: known ? quantileSorted(latency, 0.95) : null,
    },
    shares: Object.fromEntries(
      models.map((model, m) => [model, shares[m]!] as const).filter(([, share]) => share > 0),
    ),
    chosenOnTune,
    frontier: false,
  };
}

/** The setting that calls the best model of each domain, declared or predicted: a baseline. */
export const isLookup = ({ router, dial }: Pick<TradeoffRow, 'router' | 'dial'>): boolean =>
  dial === 'best' && (router === 'per-domain' || router === predictedTwin('per-domain'));

/** Leaves out dial points that do on the test part exactly what an earlier one does; a chosen one keeps its mark and name. */
export function withoutRepeats(rows: readonly TradeoffRow[], sample: TestSample): TradeoffRow[] {
  const byOutcome = new Map<string, TradeoffRow>();
  for (const row of rows) {
    const bytes = (of: 'quality' | 'cost'): string =>
      sha256(new Uint8Array(sample.column(row.procedure, of).buffer));
    const key = `${bytes('quality')} ${bytes('cost')}`;
    const same = byOutcome.get(key);
    const outranks = row.chosenOnTune || isLookup(row);
    if (same === undefined || (outranks && !same.chosenOnTune)) byOutcome.set(key, row);
  }
  const kept = new Set(byOutcome.values());
  return rows.filter((row) => kept.has(row) || isLookup(row));
}
