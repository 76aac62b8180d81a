import { sha256 } from '../hash.js';
import { paretoFrontier, quantile } from '../statistics/index.js';
import type { Tradeoff } from './comparison.js';
import type { Procedure, TestSample } from './test-sample.js';

/** A row of the table before it is measured. */
export interface TradeoffRow {
  readonly router: string;
  readonly dial: string;
  readonly procedure: Procedure;
  readonly chosenOnTune: boolean;
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
  const measured = rows.map((row) => measure(row, sample, options));
  const points = measured.map(({ router, quality, cost }) =>
    router === 'oracle'
      ? { cost: Number.NaN, quality: Number.NaN }
      : { cost: cost.mean ?? Number.NaN, quality: quality.mean ?? Number.NaN },
  );
  const frontier = new Set(paretoFrontier(points));
  return measured.map((tradeoff, i) => ({ ...tradeoff, frontier: frontier.has(i) }));
}

function measure(
  { router, dial, procedure, chosenOnTune }: TradeoffRow,
  sample: TestSample,
  { models, costBasis, split, reference }: TradeoffOptions,
): Tradeoff {
  const unknown = { mean: null, low: null, high: null };
  const cost = costBasis === 'none' ? unknown : sample.estimate((view) => view.at(procedure).cost);
  const thousand = (value: number | null): number | null => (value === null ? null : value * 1000);
  const latency = sample.column(procedure, 'latency');
  const known = latency.every((value) => !Number.isNaN(value));
  const shares = sample.shares(procedure);
  return {
    policy: `${router}@${dial}`,
    router,
    dial,
    split,
    prompts: sample.rows,
    quality: sample.estimate((view) => view.at(procedure).quality),
    costUsdPer1k:
      costBasis === 'usd'
        ? { mean: thousand(cost.mean), low: thousand(cost.low), high: thousand(cost.high) }
        : unknown,
    cost,
    qualityDelta: sample.estimate(
      (view) => view.at(procedure).quality - view.at(reference).quality,
    ),
    costSaving:
      costBasis === 'none'
        ? unknown
        : sample.estimate((view) => 1 - view.at(procedure).cost / view.at(reference).cost),
    latencyMs: {
      p50: known ? quantile(latency, 0.5) : null,
      p95: known ? quantile(latency, 0.95) : null,
    },
    shares: Object.fromEntries(
      models.map((model, m) => [model, shares[m]!] as const).filter(([, share]) => share > 0),
    ),
    chosenOnTune,
    frontier: false,
  };
}

/** Leaves out dial points that do on the test part exactly what an earlier one does; a chosen one keeps its mark and name. */
export function withoutRepeats(rows: readonly TradeoffRow[], sample: TestSample): TradeoffRow[] {
  const byOutcome = new Map<string, TradeoffRow>();
  for (const row of rows) {
    const bytes = (of: 'quality' | 'cost'): string =>
      sha256(new Uint8Array(sample.column(row.procedure, of).buffer));
    const key = `${bytes('quality')} ${bytes('cost')}`;
    const same = byOutcome.get(key);
    if (same === undefined || (row.chosenOnTune && !same.chosenOnTune)) byOutcome.set(key, row);
  }
  const kept = new Set(byOutcome.values());
  return rows.filter((row) => kept.has(row));
}
