import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { CostFilter, CostGroup, CostRow, NanoUsd } from '../../costs/index.js';
import type { Operation } from '../../service/index.js';
import { readRows } from '../database.js';
import { type Encoded, safeNumber } from '../table-columns.js';
import { OPERATIONS, rowToOperation } from './ledger-tables.js';

const KEYS: Readonly<Record<CostGroup, string>> = {
  day: `strftime(received_at, '%Y-%m-%d')`,
  month: `strftime(received_at, '%Y-%m')`,
  model: 'model',
  tenant: 'tenant',
  tag: 'tag',
  purpose: 'purpose',
};

/** See `CostReports`: the same rows as `CostTracker` gives, which says what counts where. */
export async function readTotals(
  connection: DuckDBConnection,
  groups: readonly CostGroup[],
  filter: CostFilter,
): Promise<readonly CostRow[]> {
  const { where, parameters } = conditions(filter);
  const keys = groups.map((group, index) => `${KEYS[group]} AS key_${index}`);
  const names = groups.map((_, index) => `key_${index}`);
  const rows = await readRows(
    connection,
    `
    WITH chosen AS (
      SELECT seq, received_at, tenant, tag, model, origin, cache, cache_saving_nano_usd
      FROM operations ${where}
    ), parts AS (
      SELECT o.seq, o.received_at, o.tenant, o.tag, u.model, u.purpose, FALSE AS hit, 0 AS saving,
        TRUE AS attempt, u.estimated, u.cost_nano_usd AS cost, u.input_tokens, u.output_tokens
      FROM usage u JOIN chosen o ON o.seq = u.seq WHERE u.origin = $1
      UNION ALL
      SELECT o.seq, o.received_at, o.tenant, o.tag, o.model, NULL, o.cache = 'hit', o.cache_saving_nano_usd,
        FALSE, FALSE, NULL, NULL, NULL
      FROM chosen o WHERE o.origin = $1 AND (o.cache = 'hit' OR NOT EXISTS (
        SELECT 1 FROM usage u
        WHERE u.seq = o.seq AND u.origin = o.origin AND u.model = coalesce(o.model, u.model)
          AND u.purpose <> 'judge'
      ))
    )
    SELECT ${[...keys, ''].join(', ')}
      count(DISTINCT seq) FILTER (purpose IS DISTINCT FROM 'judge'),
      count(*) FILTER (hit),
      count(*) FILTER (attempt),
      count(*) FILTER (estimated),
      count(*) FILTER (attempt AND cost IS NULL),
      coalesce(sum(cost), 0)::HUGEINT::VARCHAR,
      coalesce(sum(saving) FILTER (hit), 0)::HUGEINT::VARCHAR,
      coalesce(sum(input_tokens), 0)::BIGINT,
      coalesce(sum(output_tokens), 0)::BIGINT
    FROM parts
    ${names.length === 0 ? '' : `GROUP BY ${names.join(', ')}`}
    ${names.length === 0 ? '' : `ORDER BY ${names.map((name) => `${name} NULLS LAST`).join(', ')}`}`,
    parameters,
  );
  return rows.map((row) => toCostRow(row, groups.length));
}

/** What a tenant was booked since a moment, live and simulated alike. */
export async function readSpent(
  connection: DuckDBConnection,
  tenant: string,
  since: string,
): Promise<NanoUsd> {
  const [row] = await readRows(
    connection,
    `SELECT coalesce(sum(u.cost_nano_usd), 0)::HUGEINT::VARCHAR
     FROM usage u JOIN operations o ON o.seq = u.seq
     WHERE o.tenant = $1 AND epoch_ms(o.received_at) >= $2`,
    [tenant, BigInt(timeOf(since))],
  );
  return exactSum(row?.[0] ?? '0');
}

export async function readRecent(
  connection: DuckDBConnection,
  limit: number,
  tenant: string | undefined,
): Promise<readonly Operation[]> {
  const rows = await readRows(
    connection,
    `SELECT ${OPERATIONS.selection} FROM operations
     ${tenant === undefined ? '' : 'WHERE tenant = $2'} ORDER BY seq DESC LIMIT $1`,
    [BigInt(limit), ...(tenant === undefined ? [] : [tenant])],
  );
  return rows.map((row) => rowToOperation(OPERATIONS.decode(row)));
}

export async function readOperation(
  connection: DuckDBConnection,
  id: string,
): Promise<Operation | null> {
  const [row] = await readRows(
    connection,
    `SELECT ${OPERATIONS.selection} FROM operations WHERE operation_id = $1 LIMIT 1`,
    [id],
  );
  return row === undefined ? null : rowToOperation(OPERATIONS.decode(row));
}

const conditions = ({ origin = 'live', ...filter }: CostFilter): Conditions =>
  conditionsOn(filter, origin);

interface Conditions {
  readonly where: string;
  readonly parameters: readonly DuckDBValue[];
}

/** Which operations count. @param given parameters of the query before these */
export function conditionsOn(
  { from, to, tenant }: Omit<CostFilter, 'origin'>,
  ...given: readonly DuckDBValue[]
): Conditions {
  const parameters = [...given];
  const wanted: string[] = [];
  const add = (condition: (place: string) => string, value: DuckDBValue): void => {
    parameters.push(value);
    wanted.push(condition(`$${parameters.length}`));
  };
  if (from !== undefined) add((at) => `received_at >= ${at}::DATE`, checkedDay('from', from));
  if (to !== undefined) {
    add((at) => `received_at < ${at}::DATE + INTERVAL 1 DAY`, checkedDay('to', to));
  }
  if (tenant !== undefined) add((at) => `tenant = ${at}`, tenant);
  return { where: wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`, parameters };
}

function toCostRow(row: readonly Encoded[], groups: number): CostRow {
  const [operations, cacheHits, attempts, estimated, unknown, cost, saving, input, output] =
    row.slice(groups);
  const count = (value: Encoded | undefined): number => safeNumber(value ?? 0);
  return {
    keys: row.slice(0, groups).map((key) => (key === null ? null : String(key))),
    operations: count(operations),
    cacheHits: count(cacheHits),
    attempts: count(attempts),
    estimated: count(estimated),
    unknown: count(unknown),
    cost: exactSum(cost ?? '0'),
    cacheSaving: exactSum(saving ?? '0'),
    inputTokens: count(input),
    outputTokens: count(output),
  };
}

/** A sum beyond 64 bits comes as text, so that it can be refused rather than rounded. */
export function exactSum(text: Encoded): NanoUsd {
  const sum = Number(text);
  if (!Number.isSafeInteger(sum)) {
    throw new RangeError(`Expected a sum within 9,007,199 dollars, got ${text} nano-dollars`);
  }
  return sum;
}

/** @throws RangeError for what is no day of the calendar */
function checkedDay(name: string, day: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw new RangeError(`Expected \`${name}\` to be a day such as 2026-11-23, got "${day}"`);
  }
  return day;
}

/** @throws RangeError for what is no time */
export function timeOf(since: string): number {
  const time = Date.parse(since);
  if (Number.isNaN(time)) {
    throw new RangeError(`Expected \`since\` to be a time in ISO 8601, got "${since}"`);
  }
  return time;
}
