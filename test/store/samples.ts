import type { ModelPricing, UsageRecord } from '../../src/costs/index.js';
import type { Prompt } from '../../src/datasets/index.js';
import type { Comparison, Tradeoff } from '../../src/evaluation/index.js';
import type { Outcome, Run, Score } from '../../src/outcomes/index.js';
import type { RoutingTable } from '../../src/tables/index.js';

const AT = '2026-03-01T12:00:00.000Z';

export const aRun = (changes: Partial<Run> = {}): Run => ({
  id: 'run-1',
  name: 'first',
  kind: 'run',
  status: 'running',
  planHash: 'plan',
  dataHash: 'data',
  judge: 'exact',
  models: ['maker/small', 'maker/large'],
  trials: 2,
  seed: 7,
  simulated: false,
  scoreScale: 1,
  costBasis: 'usd',
  codeVersion: '0.1.0',
  spec: { name: 'first', models: [{ id: 'maker/small', parameters: { temperature: 0 } }] },
  startedAt: AT,
  endedAt: null,
  ...changes,
});

export const aPrompt = (changes: Partial<Prompt> = {}): Prompt => ({
  id: 'p1',
  messages: [{ role: 'user', content: 'Say “hi”\nin German 🇩🇪' }],
  reference: 'Hallo',
  grader: { name: 'exact', options: { ignoreCase: true } },
  domain: 'translation',
  group: null,
  difficulty: 0.25,
  split: null,
  metadata: { source: { page: 3 } },
  ...changes,
});

export const anOutcome = (changes: Partial<Outcome> = {}): Outcome => ({
  runId: 'run-1',
  promptId: 'p1',
  model: 'maker/small',
  trial: 1,
  cellKey: 'cell-1',
  status: 'done',
  origin: 'live',
  text: 'Hallo',
  finishReason: 'stop',
  usage: { input: 12, cachedInput: 4, cacheWrite: 0, output: 3, reasoning: 1 },
  cost: 1_234_567,
  latencyMs: 250.5,
  attempts: 1,
  error: null,
  recordedScore: null,
  completedAt: AT,
  ...changes,
});

export const aFailure = (changes: Partial<Outcome> = {}): Outcome =>
  anOutcome({
    status: 'failed',
    text: null,
    finishReason: null,
    usage: null,
    cost: null,
    latencyMs: null,
    error: 'timeout: no answer within 60 s',
    ...changes,
  });

export const aScore = (changes: Partial<Score> = {}): Score => ({
  runId: 'run-1',
  promptId: 'p1',
  model: 'maker/small',
  trial: 1,
  judge: 'exact',
  judgeVersion: '1',
  repeat: 1,
  scoreKey: 'score-1',
  score: 1,
  unscored: null,
  rationale: null,
  completedAt: AT,
  ...changes,
});

export const aPricing: ModelPricing = {
  model: 'maker/small',
  source: 'experiment',
  asOf: '2026-03-01',
  rates: { input: 150_000_000, cachedInput: null, cacheWrite: null, output: 600_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.5,
};

export const someUsage = (changes: Partial<UsageRecord> = {}): UsageRecord => ({
  operationId: 'op-1',
  attempt: 1,
  runId: 'run-1',
  purpose: 'candidate',
  origin: 'live',
  model: 'maker/small',
  usage: { input: 12, cachedInput: 4, cacheWrite: 0, output: 3, reasoning: 1 },
  cost: 1_000_000_000,
  estimated: false,
  pricing: null,
  error: null,
  startedAt: AT,
  latencyMs: 250.5,
  ...changes,
});

const estimate = (mean: number | null) => ({ mean, low: mean, high: mean });

export const aTradeoff = (changes: Partial<Tradeoff> = {}): Tradeoff => ({
  policy: 'always@maker/small',
  router: 'always',
  dial: 'maker/small',
  split: 'test',
  prompts: 30,
  quality: { mean: 0.5, low: 0.4, high: 0.6 },
  costUsdPer1k: estimate(0.75),
  cost: estimate(0.00075),
  qualityDelta: estimate(-0.1),
  costSaving: estimate(null),
  latencyMs: { p50: 100, p95: null },
  shares: { 'maker/small': 1 },
  chosenOnTune: false,
  frontier: true,
  ...changes,
});

export const aComparison = (changes: Partial<Comparison> = {}): Comparison => ({
  run: 'run-1',
  runName: 'first',
  simulated: false,
  seed: 7,
  splitSeed: 3,
  splits: { fit: 50, tune: 20, test: 30, folds: 1, groups: 100 },
  costBasis: 'usd',
  judge: 'exact',
  calibrated: false,
  reference: 'maker/large',
  verdict: {
    answer: 'too_close',
    policy: 'knn@0.5',
    text: 'Too close to call.',
    margin: 0.01,
    alpha: 0.025,
    discordance: 0.2,
    nNeeded: null,
    checks: [],
  },
  tradeoffs: [aTradeoff(), aTradeoff({ policy: 'knn@0.5', router: 'knn', frontier: false })],
  metrics: [],
  leftOut: [{ router: 'cascade', reason: 'no texts' }],
  warnings: [],
  testReadings: 1,
  bootstrap: 2000,
  provenance: {
    dataHash: 'data',
    codeVersion: '0.1.0',
    prompts: 100,
    dropped: { 'maker/small': 1 },
    createdAt: AT,
  },
  ...changes,
});

export const aRoutingTable = (): RoutingTable => ({
  format: 'switchyard-routing-table',
  format_version: 1,
  name: 'first',
  created_at: AT,
  simulated: false,
  policy: {
    id: 'always@maker/small',
    router: 'always',
    dial: 'maker/small',
    models: ['maker/small'],
    parameters: {},
  },
  needs: { domain: false, answers: false },
  expected: {
    quality: estimate(0.5),
    cost_usd_per_1k: estimate(null),
    shares: { 'maker/small': 1 },
    describes: 'policy',
  },
  provenance: {
    run: 'run-1',
    data_hash: 'data',
    seed: 7,
    split_seed: 3,
    fitted_on: 'fit',
    prompts: 100,
    judge: 'exact',
    code_version: '0.1.0',
    verdict: 'too_close',
    warnings: [],
  },
});
