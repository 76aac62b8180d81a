import type { Comparison, Estimate, Tradeoff } from '../evaluation/index.js';
import type { RoutingTable } from '../tables/index.js';
import { defineTable, type RowOf } from './table-columns.js';

const EVALUATION_COLUMNS = {
  id: 'text',
  run_id: 'text',
  ordinal: 'integer',
  data_hash: 'text',
  split_seed: 'integer',
  seed: 'integer',
  judge: 'text',
  cost_basis: 'text',
  simulated: 'boolean',
  reference: 'text',
  answer: 'text',
  policy: 'text',
  comparison: 'json',
  created_at: 'timestamp',
} as const;

const TRADEOFF_COLUMNS = {
  evaluation_id: 'text',
  position: 'integer',
  run_id: 'text',
  policy: 'text',
  router: 'text',
  dial: 'text',
  split: 'text',
  prompts: 'integer',
  quality_mean: 'double?',
  quality_low: 'double?',
  quality_high: 'double?',
  cost_usd_per_1k_mean: 'double?',
  cost_usd_per_1k_low: 'double?',
  cost_usd_per_1k_high: 'double?',
  cost_mean: 'double?',
  cost_low: 'double?',
  cost_high: 'double?',
  quality_delta_mean: 'double?',
  quality_delta_low: 'double?',
  quality_delta_high: 'double?',
  cost_saving_mean: 'double?',
  cost_saving_low: 'double?',
  cost_saving_high: 'double?',
  latency_p50_ms: 'double?',
  latency_p95_ms: 'double?',
  shares: 'json',
  chosen_on_tune: 'boolean',
  frontier: 'boolean',
} as const;

const ROUTING_TABLE_COLUMNS = {
  sha256: 'text',
  name: 'text',
  path: 'text',
  run_id: 'text',
  policy: 'text',
  simulated: 'boolean',
  data_hash: 'text',
  document: 'json',
  created_at: 'timestamp',
} as const;

export const EVALUATIONS = defineTable('evaluations', EVALUATION_COLUMNS);
export const TRADEOFFS = defineTable('tradeoffs', TRADEOFF_COLUMNS);
export const ROUTING_TABLES = defineTable('routing_tables', ROUTING_TABLE_COLUMNS);

/** The id of a run's n-th evaluation, n from 1. */
export const evaluationId = (runId: string, ordinal: number): string => `${runId}/${ordinal}`;

export const comparisonToRow = (
  comparison: Comparison,
  ordinal: number,
): RowOf<typeof EVALUATION_COLUMNS> => ({
  id: evaluationId(comparison.run, ordinal),
  run_id: comparison.run,
  ordinal,
  data_hash: comparison.provenance.dataHash,
  split_seed: comparison.splitSeed,
  seed: comparison.seed,
  judge: comparison.judge,
  cost_basis: comparison.costBasis,
  simulated: comparison.simulated,
  reference: comparison.reference,
  answer: comparison.verdict.answer,
  policy: comparison.verdict.policy,
  comparison,
  created_at: comparison.provenance.createdAt,
});

export const tradeoffToRow = (
  evaluation: string,
  runId: string,
  position: number,
  tradeoff: Tradeoff,
): RowOf<typeof TRADEOFF_COLUMNS> => ({
  evaluation_id: evaluation,
  position,
  run_id: runId,
  policy: tradeoff.policy,
  router: tradeoff.router,
  dial: tradeoff.dial,
  split: tradeoff.split,
  prompts: tradeoff.prompts,
  ...estimateToRow('quality', tradeoff.quality),
  ...estimateToRow('cost_usd_per_1k', tradeoff.costUsdPer1k),
  ...estimateToRow('cost', tradeoff.cost),
  ...estimateToRow('quality_delta', tradeoff.qualityDelta),
  ...estimateToRow('cost_saving', tradeoff.costSaving),
  latency_p50_ms: tradeoff.latencyMs.p50,
  latency_p95_ms: tradeoff.latencyMs.p95,
  shares: tradeoff.shares,
  chosen_on_tune: tradeoff.chosenOnTune,
  frontier: tradeoff.frontier,
});

export const routingTableToRow = (
  table: RoutingTable,
  sha256: string,
  path: string,
): RowOf<typeof ROUTING_TABLE_COLUMNS> => ({
  sha256,
  name: table.name,
  path,
  run_id: table.provenance.run,
  policy: table.policy.id,
  simulated: table.simulated,
  data_hash: table.provenance.data_hash,
  document: table,
  created_at: table.created_at,
});

type EstimateColumns<Name extends string> = {
  readonly [Part in keyof Estimate as `${Name}_${Part}`]: number | null;
};

function estimateToRow<Name extends string>(name: Name, estimate: Estimate): EstimateColumns<Name> {
  return {
    [`${name}_mean`]: estimate.mean,
    [`${name}_low`]: estimate.low,
    [`${name}_high`]: estimate.high,
  } as EstimateColumns<Name>;
}
