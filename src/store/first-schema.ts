/** Columns of a token count, in every table that has one. */
export const TOKENS = `
  input_tokens BIGINT,
  cached_input_tokens BIGINT,
  cache_write_tokens BIGINT,
  output_tokens BIGINT,
  reasoning_tokens BIGINT`;

export const TOKEN_COMMENTS: Readonly<Record<string, string>> = {
  input_tokens: 'tokens in, cached and cache-written ones included; null where never reported',
  cached_input_tokens: 'of input_tokens, those read from the provider’s prompt cache',
  cache_write_tokens: 'of input_tokens, those written to the provider’s prompt cache',
  output_tokens: 'tokens out, reasoning included; null where never reported',
  reasoning_tokens: 'of output_tokens, those spent on hidden reasoning',
};

const estimate = (name: string): string =>
  ['mean', 'low', 'high'].map((part) => `${name}_${part} DOUBLE`).join(', ');

const TABLES = `
CREATE TABLE schema_migrations (
  version INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
);
CREATE TABLE runs (
  id VARCHAR NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL, status VARCHAR NOT NULL,
  plan_hash VARCHAR NOT NULL, data_hash VARCHAR NOT NULL, judge VARCHAR NOT NULL, models JSON NOT NULL,
  trials BIGINT NOT NULL, seed BIGINT NOT NULL, simulated BOOLEAN NOT NULL, score_scale DOUBLE NOT NULL,
  cost_basis VARCHAR NOT NULL, code_version VARCHAR NOT NULL, spec JSON NOT NULL,
  started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP
);
CREATE TABLE prompts (
  run_id VARCHAR NOT NULL, position BIGINT NOT NULL, prompt_id VARCHAR NOT NULL, messages JSON NOT NULL,
  reference VARCHAR, grader JSON NOT NULL, domain VARCHAR, prompt_group VARCHAR, difficulty DOUBLE,
  split VARCHAR, metadata JSON NOT NULL
);
CREATE TABLE outcomes (
  run_id VARCHAR NOT NULL, prompt_id VARCHAR NOT NULL, model VARCHAR NOT NULL, trial BIGINT NOT NULL,
  cell_key VARCHAR NOT NULL, status VARCHAR NOT NULL, origin VARCHAR NOT NULL, text VARCHAR,
  finish_reason VARCHAR, ${TOKENS}, cost_nano_usd BIGINT, latency_ms DOUBLE, attempts BIGINT NOT NULL,
  error VARCHAR, recorded_score DOUBLE, completed_at TIMESTAMP NOT NULL
);
CREATE TABLE scores (
  run_id VARCHAR NOT NULL, prompt_id VARCHAR NOT NULL, model VARCHAR NOT NULL, trial BIGINT NOT NULL,
  judge VARCHAR NOT NULL, judge_version VARCHAR NOT NULL, repeat BIGINT NOT NULL, score_key VARCHAR NOT NULL,
  score DOUBLE, unscored VARCHAR, rationale VARCHAR, completed_at TIMESTAMP NOT NULL
);
CREATE TABLE usage (
  operation_id VARCHAR NOT NULL, attempt BIGINT NOT NULL, run_id VARCHAR NOT NULL, purpose VARCHAR NOT NULL,
  origin VARCHAR NOT NULL, model VARCHAR NOT NULL, ${TOKENS}, cost_nano_usd BIGINT, estimated BOOLEAN NOT NULL,
  pricing JSON NOT NULL, error VARCHAR, started_at TIMESTAMP NOT NULL, latency_ms DOUBLE NOT NULL
);
CREATE TABLE evaluations (
  id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, ordinal BIGINT NOT NULL, data_hash VARCHAR NOT NULL,
  split_seed BIGINT NOT NULL, seed BIGINT NOT NULL, judge VARCHAR NOT NULL, cost_basis VARCHAR NOT NULL,
  simulated BOOLEAN NOT NULL, reference VARCHAR NOT NULL, answer VARCHAR NOT NULL,
  policy VARCHAR NOT NULL, comparison JSON NOT NULL, created_at TIMESTAMP NOT NULL
);
CREATE TABLE tradeoffs (
  evaluation_id VARCHAR NOT NULL, position BIGINT NOT NULL, run_id VARCHAR NOT NULL,
  policy VARCHAR NOT NULL, router VARCHAR NOT NULL, dial VARCHAR NOT NULL, split VARCHAR NOT NULL,
  prompts BIGINT NOT NULL, ${estimate('quality')}, ${estimate('cost_usd_per_1k')}, ${estimate('cost')},
  ${estimate('quality_delta')}, ${estimate('cost_saving')}, latency_p50_ms DOUBLE, latency_p95_ms DOUBLE,
  shares JSON NOT NULL, chosen_on_tune BOOLEAN NOT NULL, frontier BOOLEAN NOT NULL
);
CREATE TABLE routing_tables (
  sha256 VARCHAR NOT NULL, name VARCHAR NOT NULL, path VARCHAR NOT NULL, run_id VARCHAR NOT NULL,
  policy VARCHAR NOT NULL, simulated BOOLEAN NOT NULL, data_hash VARCHAR NOT NULL,
  document JSON NOT NULL, created_at TIMESTAMP NOT NULL
);`;

const VIEWS = `
CREATE VIEW frontier AS
WITH latest AS (
  SELECT id, run_id, simulated, created_at FROM evaluations
  QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY ordinal DESC) = 1
)
SELECT t.run_id, r.name AS run_name, l.simulated, l.created_at AS evaluated_at, t.policy, t.router, t.dial, t.split,
  t.prompts, t.quality_mean, t.quality_low, t.quality_high,
  t.cost_usd_per_1k_mean, t.cost_usd_per_1k_low, t.cost_usd_per_1k_high,
  t.cost_mean, t.cost_low, t.cost_high, t.latency_p50_ms, t.latency_p95_ms, t.shares, t.chosen_on_tune
FROM tradeoffs t JOIN latest l ON t.evaluation_id = l.id LEFT JOIN runs r ON r.id = t.run_id
WHERE t.frontier
ORDER BY t.run_id, t.cost_mean, t.quality_mean, t.position;

CREATE VIEW cost_by_model AS
SELECT u.run_id, r.name AS run_name, u.model, u.purpose, u.origin,
  count(*) AS records,
  count(*) FILTER (u.estimated) AS estimated_records,
  count(*) FILTER (u.cost_nano_usd IS NULL) AS unpriced_records,
  sum(u.input_tokens)::BIGINT AS input_tokens,
  sum(u.output_tokens)::BIGINT AS output_tokens,
  sum(u.cost_nano_usd) / 1e9 AS cost_usd
FROM usage u LEFT JOIN runs r ON r.id = u.run_id
GROUP BY ALL
ORDER BY u.run_id, u.model, u.purpose, u.origin;

CREATE VIEW daily_cost AS
SELECT started_at::DATE AS day, model, purpose, origin, count(*) AS records,
  sum(cost_nano_usd) / 1e9 AS cost_usd
FROM usage
GROUP BY ALL
ORDER BY day, model, purpose, origin;`;

export type Described = readonly [table: string, columns: Readonly<Record<string, string>>];

const CELL: Readonly<Record<string, string>> = {
  run_id: 'runs.id',
  prompt_id: 'prompts.prompt_id',
  model: 'provider/name',
  trial: 'counts from 1',
};

const DESCRIBED: Readonly<Record<string, Described>> = {
  schema_migrations: [
    'Which versions of this schema the file went through.',
    { version: 'counts from 1', name: 'what it brought', applied_at: 'UTC' },
  ],
  runs: [
    'One experiment executed, or one import.',
    {
      name: 'the latest run of a name stands for it',
      kind: 'run or import',
      status: 'running, complete, interrupted or budget_reached',
      plan_hash: 'SHA-256 of everything planned',
      data_hash: 'SHA-256 of the prompts',
      judge: 'the judge whose scores are compared',
      models: 'list of provider/name',
      trials: 'answers asked of each model for each prompt',
      simulated: 'true if any answer or verdict is simulated: never evidence',
      score_scale: 'raw scores were divided by this to reach 0 to 1',
      cost_basis: 'usd, or call_share where no outcome has a price',
      code_version: 'version of the program',
      spec: 'the experiment as parsed, or what the import was given',
      started_at: 'UTC',
      ended_at: 'UTC; null while running',
    },
  ],
  prompts: [
    'The prompts of each run, in the order of its data.',
    {
      run_id: 'runs.id',
      position: 'counts from 0',
      messages: 'list of {role, content}',
      reference: 'the expected answer',
      grader: '{name, options}, or JSON null',
      domain: 'the kind of work, as the data declares it',
      prompt_group: 'near-duplicates share one',
      difficulty: '0 to 1, the data’s own estimate',
      split: 'the side it was published on',
      metadata: 'whatever else the data says',
    },
  ],
  outcomes: [
    'One cell: what a model answered to a prompt in a trial.',
    {
      ...CELL,
      cell_key: 'SHA-256 of all that shapes the answer; equal keys can share one answer',
      status: 'done or failed',
      origin: 'live, simulated, recorded or reused',
      text: 'the answer; null where it failed or none was recorded',
      finish_reason: 'stop, length, content_filter, tool_calls or other',
      ...TOKEN_COMMENTS,
      cost_nano_usd: 'what this answer costs in production, in 1e-9 US dollars; null where unknown',
      latency_ms: 'milliseconds',
      attempts: 'calls made for it',
      error: 'why it failed',
      recorded_score: '0 to 1, the score that came with recorded data',
      completed_at: 'UTC',
    },
  ],
  scores: [
    'What a judge thought of an outcome. Exactly one of score and unscored is null.',
    {
      ...CELL,
      repeat: 'counts from 1; judges that vary are asked more than once',
      score_key: 'SHA-256 of cell key, reference, grader, judge, its version and repeat',
      score: '0 to 1; null where unscored, which is not 0',
      unscored: 'why there is no score',
      rationale: 'the judge’s reasons',
      completed_at: 'UTC',
    },
  ],
  usage: [
    'The ledger: one row an attempt that was billed. Only origin live is money spent.',
    {
      operation_id: 'attempts of one call share it',
      attempt: 'counts from 1',
      run_id: 'runs.id',
      purpose: 'candidate, judge, verifier, router, compression or embedding',
      origin: 'live, simulated, recorded or reused',
      model: 'provider/name',
      ...TOKEN_COMMENTS,
      cost_nano_usd: '1e-9 US dollars; null where unknown, 0 where reused',
      estimated: 'true where the count never arrived and the worst case is booked',
      pricing: 'the prices it was computed with, or JSON null',
      error: 'the class of error of an attempt that failed',
      started_at: 'UTC',
      latency_ms: 'milliseconds',
    },
  ],
  evaluations: [
    'One comparison of policies on a run. Each row is one reading of the test part of its data.',
    {
      run_id: 'runs.id',
      ordinal: 'counts the comparisons of a run from 1',
      data_hash: 'SHA-256 of the prompts',
      split_seed: 'which prompts are fit, tune and test',
      seed: 'seed of everything else random',
      cost_basis: 'usd, call_share or none',
      simulated: 'true if it rests on simulated answers: never evidence',
      reference: 'the best single model, chosen on tune',
      answer: 'route, do_not_route or too_close',
      policy: 'the policy the answer is about',
      comparison: 'everything the comparison found',
      created_at: 'UTC',
    },
  ],
  tradeoffs: [
    'Where each policy of an evaluation lands: means with 95 % intervals (_low, _high), null where undefined.',
    {
      evaluation_id: 'evaluations.id',
      position: 'counts from 0, in the order reported',
      run_id: 'runs.id',
      policy: 'router@dial',
      split: 'test or cross-fit',
      prompts: 'prompts it was measured on',
      quality_mean: 'mean score, 0 to 1',
      cost_usd_per_1k_mean: 'US dollars per 1,000 prompts; null unless the cost basis is usd',
      cost_mean: 'mean cost a prompt in the cost basis of the evaluation',
      quality_delta_mean: 'quality minus that of the reference, paired',
      cost_saving_mean: '1 minus cost over cost of the reference',
      latency_p50_ms: 'milliseconds, median',
      latency_p95_ms: 'milliseconds, 95th percentile',
      shares: 'share of prompts by the model that gave the final answer, 0 to 1',
      chosen_on_tune: 'true for the dial chosen before test was read',
      frontier: 'true where no other policy is as good on both axes and better on one',
    },
  ],
  routing_tables: [
    'Routing tables that were exported.',
    {
      sha256: 'of the exported document',
      path: 'where it was written first',
      run_id: 'runs.id',
      policy: 'router@dial',
      simulated: 'true if fitted on simulated answers: never evidence',
      data_hash: 'SHA-256 of the prompts',
      document: 'the table itself',
      created_at: 'UTC',
    },
  ],
};

const VIEW_COMMENTS: Readonly<Record<string, string>> = {
  frontier:
    'Policies of each run’s latest evaluation that no other beats on both cost and quality. Money in US dollars.',
  cost_by_model:
    'What each model cost in each run, by purpose and origin. US dollars; only origin live is money spent.',
  daily_cost:
    'Cost by day (UTC), model, purpose and origin. US dollars; only origin live is money spent.',
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What each table, column and view holds, as statements. */
export const commentsOn = (
  tables: Readonly<Record<string, Described>>,
  views: Readonly<Record<string, string>>,
): string =>
  [
    ...Object.entries(tables).flatMap(([table, [about, columns]]) => [
      `COMMENT ON TABLE ${table} IS ${quote(about)};`,
      ...Object.entries(columns).map(
        ([column, text]) => `COMMENT ON COLUMN ${table}.${column} IS ${quote(text)};`,
      ),
    ]),
    ...Object.entries(views).map(([view, text]) => `COMMENT ON VIEW ${view} IS ${quote(text)};`),
  ].join('\n');

/** Version 1: every table and view, with what each column holds and in which unit. */
export const FIRST_SCHEMA = `${TABLES}\n${VIEWS}\n${commentsOn(DESCRIBED, VIEW_COMMENTS)}`;
