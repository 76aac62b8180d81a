import { commentsOn, type Described } from '../first-schema.js';

const TABLES = `
ALTER TABLE operations ADD COLUMN similarity DOUBLE;
CREATE TABLE feedback (
  seq BIGINT NOT NULL, operation_id VARCHAR NOT NULL, tenant VARCHAR NOT NULL, tag VARCHAR,
  source VARCHAR NOT NULL, score DOUBLE, unscored VARCHAR, judge VARCHAR, probability DOUBLE,
  received_at TIMESTAMP NOT NULL
);`;

const VIEWS = `
CREATE OR REPLACE VIEW cost_by_tenant AS
SELECT o.tenant, o.tag, u.origin, count(DISTINCT o.seq) FILTER (u.purpose <> 'judge') AS operations,
  count(*) AS attempts,
  count(*) FILTER (u.estimated) AS estimated_attempts,
  count(*) FILTER (u.cost_nano_usd IS NULL) AS unpriced_attempts,
  sum(u.input_tokens)::BIGINT AS input_tokens,
  sum(u.output_tokens)::BIGINT AS output_tokens,
  sum(u.cost_nano_usd) / 1e9 AS cost_usd
FROM usage u JOIN operations o ON o.seq = u.seq
GROUP BY ALL
ORDER BY o.tenant, o.tag, u.origin;

CREATE VIEW judged_operations AS
SELECT o.operation_id, o.received_at, o.tenant, o.tag, o.model, o.origin, o.cause, o.cache,
  o.routing->>'$.table' AS table_sha256, o.routing->>'$.policy' AS policy, o.routing->>'$.domain' AS domain,
  o.routing->'$.steps' AS steps,
  list_product((o.routing->'$.steps[*].propensity')::DOUBLE[]) AS propensity,
  o.cost_nano_usd / 1e9 AS cost_usd, o.latency_ms,
  f.source, f.score, f.unscored, f.judge, f.probability, f.received_at AS judged_at
FROM feedback f JOIN operations o USING (operation_id)
ORDER BY f.seq;`;

const DESCRIBED: Readonly<Record<string, Described>> = {
  feedback: [
    'How good answers were, as somebody said afterwards: at most one row of each source an operation.',
    {
      seq: 'place in the journal, counts up; operations have places of the same kind',
      operation_id: 'operations.operation_id',
      tenant: 'of the operation',
      tag: 'of the operation',
      source:
        'caller (who chose what to judge) or judge (of a random sample; only these enter estimates)',
      score: 'from 0 to 1; null where there is none',
      unscored: 'why there is no score; null where there is one',
      judge: 'judge and version; null for a caller',
      probability:
        'with which the operation was drawn to be judged, above 0 to 1; null for a caller',
      received_at: 'UTC: when the verdict had arrived',
    },
  ],
};

const VIEW_COMMENTS: Readonly<Record<string, string>> = {
  cost_by_tenant:
    'What each tenant cost, by tag and origin; operations are those with a billed attempt, judging them apart. US dollars; only origin live is money spent.',
  judged_operations:
    'One row a feedback, with the operation it judges. propensity is that of all its steps together; for estimates take source judge and weigh by 1 / probability. US dollars.',
};

const SIMILARITY = `COMMENT ON COLUMN operations.similarity IS
  'for a hit on a request in other words, the cosine of the two, from -1 to 1; null for any other';
COMMENT ON COLUMN usage.seq IS 'operations.seq; for purpose judge that of the operation judged';`;

/** Version 2: feedback, and how alike a request was to the one whose answer it was given. */
export const FEEDBACK_SCHEMA = `${TABLES}\n${VIEWS}\n${SIMILARITY}\n${commentsOn(DESCRIBED, VIEW_COMMENTS)}`;
