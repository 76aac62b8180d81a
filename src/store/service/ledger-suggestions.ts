import { setImmediate } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  AnsweredPrompt,
  FailedRow,
  OriginFilter,
  QueriedRows,
  RepeatRow,
  SuggestionQuestion,
  SuggestionQuestions,
  WaitableRow,
} from '../../service/index.js';
import { type Encoded, safeNumber } from '../table-columns.js';

/** Of the operations `o`, by the parameters that every question has. */
const CHOSEN = `($tenant::VARCHAR IS NULL OR o.tenant = $tenant)
    AND ($from::DATE IS NULL OR o.received_at >= $from::DATE)
    AND ($to::DATE IS NULL OR o.received_at < $to::DATE + INTERVAL 1 DAY)`;

/** The attempt whose answer an operation gave. */
const ANSWERED = `u.seq = o.seq AND u.model = o.model AND u.origin = o.origin
    AND u.purpose = 'candidate' AND u.error IS NULL`;

const REPEATS = `
WITH answered AS (
  SELECT o.cache, o.cost_nano_usd AS cost,
    $from::DATE IS NULL OR o.received_at >= $from::DATE AS counts,
    coalesce(o.received_at - lag(o.received_at) OVER (
      PARTITION BY o.tenant, o.endpoint, o.prompt_hash, coalesce(o.routing->>'$.table', o.model), o.routing->>'$.domain'
      ORDER BY o.received_at, o.seq
    ) < to_seconds($ttl_seconds::BIGINT), FALSE) AS again
  FROM operations o
  WHERE o.origin = $origin AND o.cause IN ('policy', 'named') AND o.error IS NULL
    AND ($tenant::VARCHAR IS NULL OR o.tenant = $tenant)
    AND ($from::DATE IS NULL OR o.received_at >= $from::DATE - to_seconds($ttl_seconds::BIGINT))
    AND ($to::DATE IS NULL OR o.received_at < $to::DATE + INTERVAL 1 DAY)
)
SELECT cache, count(*) AS answered, count(*) FILTER (again) AS repeats,
  coalesce(sum(cost) FILTER (again), 0)::BIGINT AS cost_nano_usd,
  count(*) FILTER (again AND cost IS NULL) AS unpriced
FROM answered WHERE counts GROUP BY cache ORDER BY cache`;

const WAITABLE = `
WITH calls AS (
  SELECT o.tag, u.cost_nano_usd - round(u.cost_nano_usd * (u.pricing->>'$.batchMultiplier')::DOUBLE) AS saving,
    coalesce(NOT o.streamed AND (u.pricing->>'$.tariff') IS NULL AND saving > 0, FALSE) AS waitable,
    count(*) OVER (
      PARTITION BY o.tenant, o.tag, o.streamed, date_trunc('minute', o.received_at)
    ) >= $burst AS burst
  FROM operations o JOIN usage u ON ${ANSWERED}
  WHERE o.origin = $origin AND o.error IS NULL
    AND ${CHOSEN}
)
SELECT tag, count(*) AS answered, count(*) FILTER (waitable) AS calls,
  coalesce(sum(saving) FILTER (waitable), 0)::BIGINT AS saving_nano_usd,
  count(*) FILTER (waitable AND burst) AS burst_calls,
  coalesce(sum(saving) FILTER (waitable AND burst), 0)::BIGINT AS burst_saving_nano_usd
FROM calls GROUP BY tag ORDER BY saving_nano_usd DESC, tag`;

const FAILED = `
WITH attempts AS (
  SELECT u.model, u.cost_nano_usd AS cost, u.estimated,
    CASE WHEN u.error IS NOT NULL OR u.purpose <> 'judge' THEN coalesce(u.error, o.error) END AS error
  FROM usage u JOIN operations o ON o.seq = u.seq
  WHERE u.origin = $origin
    AND ${CHOSEN}
)
SELECT model, error, count(*) AS attempts, coalesce(sum(cost), 0)::BIGINT AS cost_nano_usd,
  count(*) FILTER (estimated) AS estimated, count(*) FILTER (cost IS NULL) AS unpriced
FROM attempts GROUP BY model, error ORDER BY cost_nano_usd DESC, model, error`;

/** The order is looked up before the texts are: only those of the sample are read. */
const prompts = (which: string, drawn: string, shown: string): string => `
WITH eligible AS (
  SELECT o.seq, o.operation_id, u.attempt, count(*) OVER () AS population
  FROM operations o JOIN usage u ON ${ANSWERED}
  WHERE o.origin = $origin AND o.error IS NULL AND ${which}
    AND o.messages IS NOT NULL AND length(o.messages::VARCHAR) <= $most_characters
    AND NOT u.estimated AND u.cost_nano_usd IS NOT NULL AND (u.pricing->>'$.rates') IS NOT NULL
    AND ${CHOSEN}
), drawn AS (
  SELECT * FROM eligible ORDER BY ${drawn} LIMIT $most::BIGINT
)
SELECT d.population, epoch_us(o.received_at) AS received_at_us, o.tenant, o.endpoint, o.prompt_hash, u.model,
  o.routing->>'$.table' AS table_sha256, u.cost_nano_usd, u.input_tokens, u.cached_input_tokens,
  u.cache_write_tokens, u.output_tokens, u.reasoning_tokens, u.pricing, o.messages
FROM drawn d JOIN operations o ON o.seq = d.seq
JOIN usage u ON u.seq = d.seq AND u.attempt = d.attempt AND u.purpose = 'candidate'
ORDER BY ${shown}`;

/** As good as by lot, and the same each time: nobody chooses what an id hashes to. */
const BY_LOT = 'md5(operation_id)';

const ROWS_AT_ONCE = 100;

interface Question<Row> {
  readonly sql: string;
  readonly read: (row: readonly Encoded[]) => Row;
}

const QUESTIONS: {
  readonly [Name in SuggestionQuestion]: Question<SuggestionQuestions[Name]['row']>;
} = {
  repeats: { sql: REPEATS, read: toRepeats },
  waitable: { sql: WAITABLE, read: toWaitable },
  failed: { sql: FAILED, read: toFailed },
  named: {
    sql: prompts("o.cause = 'named'", BY_LOT, 'md5(o.operation_id)'),
    read: toPrompt,
  },
  uncompressed: {
    sql: prompts('o.tokens_removed = 0', BY_LOT, 'md5(o.operation_id)'),
    read: toPrompt,
  },
  latest: {
    sql: prompts("o.cause IN ('policy', 'named')", 'seq DESC', 'd.seq'),
    read: toPrompt,
  },
};

/** See `SuggestionRows`. The connection may be any that has the ledger's tables, or views of a snapshot. */
export async function readSuggestionRows<Name extends SuggestionQuestion>(
  connection: DuckDBConnection,
  name: Name,
  { origin, tenant, from, to }: OriginFilter,
  asks: SuggestionQuestions[Name]['asks'],
): Promise<QueriedRows<SuggestionQuestions[Name]['row']>> {
  const { sql, read } = QUESTIONS[name];
  const parameters = {
    origin,
    tenant: tenant ?? null,
    from: from ?? null,
    to: to ?? null,
    ...asks,
  };
  const query = sql.trim();
  const result = await connection.run(query, parameters);
  const rows: SuggestionQuestions[Name]['row'][] = [];
  for (const row of await result.getRows()) {
    // Texts are long: whoever waits for an answer is let in between.
    if (rows.length % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await setImmediate();
    // The queries select texts and 64-bit integers only.
    rows.push(read(row as Encoded[]));
  }
  return { query, parameters, rows };
}

const count = (value: Encoded | undefined): number => safeNumber(value ?? 0);
const textOrNull = (value: Encoded | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

function toRepeats([cache, answered, repeats, cost, unpriced]: readonly Encoded[]): RepeatRow {
  return {
    cache: cache as RepeatRow['cache'],
    answered: count(answered),
    repeats: count(repeats),
    cost: count(cost),
    unpriced: count(unpriced),
  };
}

function toWaitable([
  tag,
  answered,
  calls,
  saving,
  burst,
  burstSaving,
]: readonly Encoded[]): WaitableRow {
  return {
    tag: textOrNull(tag),
    answered: count(answered),
    calls: count(calls),
    saving: count(saving),
    burstCalls: count(burst),
    burstSaving: count(burstSaving),
  };
}

function toFailed([
  model,
  error,
  attempts,
  cost,
  estimated,
  unpriced,
]: readonly Encoded[]): FailedRow {
  return {
    model: String(model),
    error: textOrNull(error),
    attempts: count(attempts),
    cost: count(cost),
    estimated: count(estimated),
    unpriced: count(unpriced),
  };
}

// What stands in JSON columns is what `record` was given.
function toPrompt(row: readonly Encoded[]): AnsweredPrompt {
  return {
    population: count(row[0]),
    receivedAt: new Date(count(row[1]) / 1000).toISOString(),
    tenant: String(row[2]),
    endpoint: String(row[3]),
    promptHash: String(row[4]),
    model: String(row[5]),
    table: textOrNull(row[6]),
    cost: count(row[7]),
    usage: {
      input: count(row[8]),
      cachedInput: count(row[9]),
      cacheWrite: count(row[10]),
      output: count(row[11]),
      reasoning: count(row[12]),
    },
    pricing: JSON.parse(String(row[13])) as AnsweredPrompt['pricing'],
    messages: JSON.parse(String(row[14])) as AnsweredPrompt['messages'],
  };
}
