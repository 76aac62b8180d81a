import type { TokenUsage, UsageRecord } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { Outcome, Run, Score } from '../outcomes/index.js';
import { defineTable, type RowOf } from './table-columns.js';

export const TOKENS = {
  input_tokens: 'integer?',
  cached_input_tokens: 'integer?',
  cache_write_tokens: 'integer?',
  output_tokens: 'integer?',
  reasoning_tokens: 'integer?',
} as const;

const RUN_COLUMNS = {
  id: 'text',
  name: 'text',
  kind: 'text',
  status: 'text',
  plan_hash: 'text',
  data_hash: 'text',
  judge: 'text',
  models: 'json',
  trials: 'integer',
  seed: 'integer',
  simulated: 'boolean',
  score_scale: 'double',
  cost_basis: 'text',
  code_version: 'text',
  spec: 'json',
  started_at: 'timestamp',
  ended_at: 'timestamp?',
} as const;

const PROMPT_COLUMNS = {
  run_id: 'text',
  position: 'integer',
  prompt_id: 'text',
  messages: 'json',
  reference: 'text?',
  grader: 'json',
  domain: 'text?',
  prompt_group: 'text?',
  difficulty: 'double?',
  split: 'text?',
  metadata: 'json',
} as const;

const OUTCOME_COLUMNS = {
  run_id: 'text',
  prompt_id: 'text',
  model: 'text',
  trial: 'integer',
  cell_key: 'text',
  status: 'text',
  origin: 'text',
  text: 'text?',
  finish_reason: 'text?',
  ...TOKENS,
  cost_nano_usd: 'integer?',
  latency_ms: 'double?',
  attempts: 'integer',
  error: 'text?',
  recorded_score: 'double?',
  completed_at: 'timestamp',
} as const;

const SCORE_COLUMNS = {
  run_id: 'text',
  prompt_id: 'text',
  model: 'text',
  trial: 'integer',
  judge: 'text',
  judge_version: 'text',
  repeat: 'integer',
  score_key: 'text',
  score: 'double?',
  unscored: 'text?',
  rationale: 'text?',
  completed_at: 'timestamp',
} as const;

export const USAGE_COLUMNS = {
  operation_id: 'text',
  attempt: 'integer',
  run_id: 'text',
  purpose: 'text',
  origin: 'text',
  model: 'text',
  ...TOKENS,
  cost_nano_usd: 'integer?',
  estimated: 'boolean',
  pricing: 'json',
  error: 'text?',
  started_at: 'timestamp',
  latency_ms: 'double?',
} as const;

export const RUNS = defineTable('runs', RUN_COLUMNS);
export const PROMPTS = defineTable('prompts', PROMPT_COLUMNS);
export const OUTCOMES = defineTable('outcomes', OUTCOME_COLUMNS);
export const SCORES = defineTable('scores', SCORE_COLUMNS);
export const USAGE = defineTable('usage', USAGE_COLUMNS);

export const runToRow = (run: Run): RowOf<typeof RUN_COLUMNS> => ({
  id: run.id,
  name: run.name,
  kind: run.kind,
  status: run.status,
  plan_hash: run.planHash,
  data_hash: run.dataHash,
  judge: run.judge,
  models: run.models,
  trials: run.trials,
  seed: run.seed,
  simulated: run.simulated,
  score_scale: run.scoreScale,
  cost_basis: run.costBasis,
  code_version: run.codeVersion,
  spec: run.spec,
  started_at: run.startedAt,
  ended_at: run.endedAt,
});

export const rowToRun = (row: RowOf<typeof RUN_COLUMNS>): Run => ({
  id: row.id,
  name: row.name,
  kind: row.kind as Run['kind'],
  status: row.status as Run['status'],
  planHash: row.plan_hash,
  dataHash: row.data_hash,
  judge: row.judge,
  models: row.models as Run['models'],
  trials: row.trials,
  seed: row.seed,
  simulated: row.simulated,
  scoreScale: row.score_scale,
  costBasis: row.cost_basis as Run['costBasis'],
  codeVersion: row.code_version,
  spec: row.spec,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

export const promptToRow = (
  runId: string,
  position: number,
  prompt: Prompt,
): RowOf<typeof PROMPT_COLUMNS> => ({
  run_id: runId,
  position,
  prompt_id: prompt.id,
  messages: prompt.messages,
  reference: prompt.reference,
  grader: prompt.grader,
  domain: prompt.domain,
  prompt_group: prompt.group,
  difficulty: prompt.difficulty,
  split: prompt.split,
  metadata: prompt.metadata,
});

export const rowToPrompt = (row: RowOf<typeof PROMPT_COLUMNS>): Prompt => ({
  id: row.prompt_id,
  messages: row.messages as Prompt['messages'],
  reference: row.reference,
  grader: row.grader as Prompt['grader'],
  domain: row.domain,
  group: row.prompt_group,
  difficulty: row.difficulty,
  split: row.split,
  metadata: row.metadata as Prompt['metadata'],
});

export const outcomeToRow = (outcome: Outcome): RowOf<typeof OUTCOME_COLUMNS> => ({
  run_id: outcome.runId,
  prompt_id: outcome.promptId,
  model: outcome.model,
  trial: outcome.trial,
  cell_key: outcome.cellKey,
  status: outcome.status,
  origin: outcome.origin,
  text: outcome.text,
  finish_reason: outcome.finishReason,
  ...tokensToRow(outcome.usage),
  cost_nano_usd: outcome.cost,
  latency_ms: outcome.latencyMs,
  attempts: outcome.attempts,
  error: outcome.error,
  recorded_score: outcome.recordedScore,
  completed_at: outcome.completedAt,
});

export const rowToOutcome = (row: RowOf<typeof OUTCOME_COLUMNS>): Outcome => ({
  runId: row.run_id,
  promptId: row.prompt_id,
  model: row.model,
  trial: row.trial,
  cellKey: row.cell_key,
  status: row.status as Outcome['status'],
  origin: row.origin as Outcome['origin'],
  text: row.text,
  finishReason: row.finish_reason as Outcome['finishReason'],
  usage: rowToTokens(row),
  cost: row.cost_nano_usd,
  latencyMs: row.latency_ms,
  attempts: row.attempts,
  error: row.error,
  recordedScore: row.recorded_score,
  completedAt: row.completed_at,
});

export const scoreToRow = (score: Score): RowOf<typeof SCORE_COLUMNS> => ({
  run_id: score.runId,
  prompt_id: score.promptId,
  model: score.model,
  trial: score.trial,
  judge: score.judge,
  judge_version: score.judgeVersion,
  repeat: score.repeat,
  score_key: score.scoreKey,
  score: score.score,
  unscored: score.unscored,
  rationale: score.rationale,
  completed_at: score.completedAt,
});

export const rowToScore = (row: RowOf<typeof SCORE_COLUMNS>): Score => ({
  runId: row.run_id,
  promptId: row.prompt_id,
  model: row.model,
  trial: row.trial,
  judge: row.judge,
  judgeVersion: row.judge_version,
  repeat: row.repeat,
  scoreKey: row.score_key,
  score: row.score,
  unscored: row.unscored,
  rationale: row.rationale,
  completedAt: row.completed_at,
});

export const usageToRow = (record: UsageRecord): RowOf<typeof USAGE_COLUMNS> => ({
  operation_id: record.operationId,
  attempt: record.attempt,
  run_id: record.runId,
  purpose: record.purpose,
  origin: record.origin,
  model: record.model,
  ...tokensToRow(record.usage),
  cost_nano_usd: record.cost,
  estimated: record.estimated,
  pricing: record.pricing,
  error: record.error,
  started_at: record.startedAt,
  latency_ms: record.latencyMs,
});

export const rowToUsage = (row: RowOf<typeof USAGE_COLUMNS>): UsageRecord => ({
  operationId: row.operation_id,
  attempt: row.attempt,
  runId: row.run_id,
  purpose: row.purpose as UsageRecord['purpose'],
  origin: row.origin as UsageRecord['origin'],
  model: row.model,
  usage: rowToTokens(row),
  cost: row.cost_nano_usd,
  estimated: row.estimated,
  pricing: row.pricing as UsageRecord['pricing'],
  error: row.error,
  startedAt: row.started_at,
  latencyMs: row.latency_ms,
});

function tokensToRow(usage: TokenUsage | null): RowOf<typeof TOKENS> {
  return {
    input_tokens: usage?.input ?? null,
    cached_input_tokens: usage?.cachedInput ?? null,
    cache_write_tokens: usage?.cacheWrite ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
  };
}

function rowToTokens(row: RowOf<typeof TOKENS>): TokenUsage | null {
  if (row.input_tokens === null) return null;
  return {
    input: row.input_tokens,
    cachedInput: row.cached_input_tokens ?? 0,
    cacheWrite: row.cache_write_tokens ?? 0,
    output: row.output_tokens ?? 0,
    reasoning: row.reasoning_tokens ?? 0,
  };
}
