import { commentsOn, type Described, TOKEN_COMMENTS, TOKENS } from '../first-schema.js';
import type { Migration } from '../migrations.js';
import { FEEDBACK_SCHEMA } from './feedback-schema.js';

const TABLES = `
CREATE TABLE schema_migrations (
  version INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
);
CREATE TABLE operations (
  seq BIGINT NOT NULL, operation_id VARCHAR NOT NULL, received_at TIMESTAMP NOT NULL,
  tenant VARCHAR NOT NULL, tag VARCHAR, endpoint VARCHAR NOT NULL, requested_model VARCHAR NOT NULL,
  model VARCHAR, origin VARCHAR NOT NULL, cause VARCHAR, cache VARCHAR NOT NULL, streamed BOOLEAN NOT NULL,
  status BIGINT NOT NULL, error VARCHAR, latency_ms DOUBLE NOT NULL, first_byte_ms DOUBLE,
  cost_nano_usd BIGINT, cache_saving_nano_usd BIGINT, tokens_removed BIGINT NOT NULL, routing JSON,
  prompt_hash VARCHAR NOT NULL, messages JSON, answer VARCHAR
);
CREATE TABLE usage (
  seq BIGINT NOT NULL, operation_id VARCHAR NOT NULL, attempt BIGINT NOT NULL, run_id VARCHAR NOT NULL,
  purpose VARCHAR NOT NULL, origin VARCHAR NOT NULL, model VARCHAR NOT NULL, ${TOKENS},
  cost_nano_usd BIGINT, estimated BOOLEAN NOT NULL, pricing JSON NOT NULL, error VARCHAR,
  started_at TIMESTAMP NOT NULL, latency_ms DOUBLE NOT NULL
);
CREATE TABLE journal_position (flowed_through BIGINT NOT NULL);
INSERT INTO journal_position VALUES (0);`;

const SUMS = `
  count(*) AS attempts,
  count(*) FILTER (u.estimated) AS estimated_attempts,
  count(*) FILTER (u.cost_nano_usd IS NULL) AS unpriced_attempts,
  sum(u.input_tokens)::BIGINT AS input_tokens,
  sum(u.output_tokens)::BIGINT AS output_tokens,
  sum(u.cost_nano_usd) / 1e9 AS cost_usd
FROM usage u JOIN operations o ON o.seq = u.seq
GROUP BY ALL`;

const VIEWS = `
CREATE VIEW daily_cost AS
SELECT o.received_at::DATE AS day, o.tenant, u.model, u.purpose, u.origin, ${SUMS}
ORDER BY day, o.tenant, u.model, u.purpose, u.origin;

CREATE VIEW cost_by_model AS
SELECT u.model, u.purpose, u.origin, ${SUMS}
ORDER BY u.model, u.purpose, u.origin;

CREATE VIEW cost_by_tenant AS
SELECT o.tenant, o.tag, u.origin, count(DISTINCT o.seq) AS operations, ${SUMS}
ORDER BY o.tenant, o.tag, u.origin;

CREATE VIEW routing_log AS
WITH steps AS (
  SELECT seq, operation_id, received_at, tenant, model, cause, cache, status, cost_nano_usd, latency_ms, routing,
    unnest(range(json_array_length(routing, '$.steps')::BIGINT)) AS step_number
  FROM operations WHERE routing IS NOT NULL
), named AS (
  SELECT *, json_extract(routing, '$.steps[' || step_number || ']') AS logged FROM steps
)
SELECT operation_id, received_at, tenant, routing->>'$.table' AS table_sha256, routing->>'$.policy' AS policy,
  routing->>'$.domain' AS domain, model AS executed_model, cause, cache, status,
  cost_nano_usd / 1e9 AS cost_usd, latency_ms, step_number + 1 AS step_number,
  logged->>'$.step' AS step, logged->>'$.model' AS step_model,
  (logged->>'$.propensity')::DOUBLE AS propensity,
  (logged->'$.eligible')::VARCHAR[] AS eligible,
  (logged->'$.probabilities')::DOUBLE[] AS probabilities,
  routing->'$.features' AS features
FROM named
ORDER BY seq, step_number;`;

const DESCRIBED: Readonly<Record<string, Described>> = {
  schema_migrations: [
    'Which versions of this schema the file went through.',
    { version: 'counts from 1', name: 'what it brought', applied_at: 'UTC' },
  ],
  operations: [
    'One row a request to the service, whatever came of it. Money spent is in usage.',
    {
      seq: 'place in the journal, counts up from 1, may have gaps; the same in usage',
      operation_id: 'unique; the caller has it in a header',
      received_at: 'UTC; the day and month under which all of it is filed',
      tenant: 'who pays',
      tag: 'what the caller files it under',
      endpoint: 'path of the endpoint',
      requested_model: 'as the caller wrote it: a model or auto',
      model: 'provider/name whose answer was given; null where none was',
      origin: 'live or simulated; simulated is never evidence',
      cause: 'policy, named, fallback or cache; null where no model answered',
      cache: 'hit, miss or off',
      streamed: 'true where the answer was streamed',
      status: 'HTTP status that was sent',
      error: 'the class of error; null where it was answered',
      latency_ms: 'milliseconds from arrival to the last byte being ready',
      first_byte_ms: 'milliseconds from arrival to the first byte of the answer',
      cost_nano_usd: 'sum over its attempts in 1e-9 US dollars; null where one of them is unknown',
      cache_saving_nano_usd:
        'for a hit, what the repeated answer cost, in 1e-9 US dollars; null where unknown, else 0',
      tokens_removed: 'input tokens that compression removed, estimated',
      routing: 'how it was decided; null where the model was named. See the view routing_log',
      prompt_hash: 'hash of the messages: tells repeats apart',
      messages: 'list of {role, content}; null unless the service stores prompts',
      answer: 'text of the answer; null unless the service stores prompts',
    },
  ],
  usage: [
    'The ledger: one row an attempt that was billed. Only origin live is money spent.',
    {
      seq: 'operations.seq',
      operation_id: 'operations.operation_id',
      attempt: 'counts from 1 within the operation',
      run_id: 'who metered it',
      purpose: 'candidate, judge, verifier, router, compression or embedding',
      origin: 'live or simulated',
      model: 'provider/name',
      ...TOKEN_COMMENTS,
      cost_nano_usd: '1e-9 US dollars; null where unknown, which is not 0',
      estimated: 'true where the count never arrived and an estimate is booked',
      pricing: 'the prices it was computed with, or JSON null',
      error: 'the class of error of an attempt that failed',
      started_at: 'UTC',
      latency_ms: 'milliseconds',
    },
  ],
  journal_position: [
    'One row: how much of the journal beside this file is in its tables.',
    { flowed_through: 'the highest seq of the journal that was written here' },
  ],
};

const VIEW_COMMENTS: Readonly<Record<string, string>> = {
  daily_cost:
    'Cost by day of arrival (UTC), tenant, model, purpose and origin. US dollars; only origin live is money spent.',
  cost_by_model:
    'What each model cost, by purpose and origin. US dollars; only origin live is money spent.',
  cost_by_tenant:
    'What each tenant cost, by tag and origin; operations are those with a billed attempt. US dollars; only origin live is money spent.',
  routing_log:
    'One row a step of each routed operation: who could have been called and with what probability, for evaluation off-policy.',
};

const CACHE_ENTRY = `
ALTER TABLE operations ADD COLUMN cache_entry VARCHAR;
COMMENT ON COLUMN operations.cache_entry IS
  'for a hit, id of the entry of the cache that was repeated; null for any other';`;

/** Forward only: what was released is never edited, only followed. */
export const LEDGER_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'operations and usage of a service',
    sql: `${TABLES}\n${VIEWS}\n${commentsOn(DESCRIBED, VIEW_COMMENTS)}`,
  },
  { version: 2, name: 'feedback', sql: FEEDBACK_SCHEMA },
  { version: 3, name: 'which entry of the cache was repeated', sql: CACHE_ENTRY },
];
