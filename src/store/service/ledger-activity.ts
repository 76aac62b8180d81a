import type { DuckDBConnection } from '@duckdb/node-api';
import type { CostFilter, UsageRecord } from '../../costs/index.js';
import type { ActivityRow, LedgerEntry, Operation } from '../../service/index.js';
import { readRows } from '../database.js';
import { type Encoded, safeNumber } from '../table-columns.js';
import { conditionsOn, exactSum } from './ledger-reports.js';

/** See `ServiceLedger.activity`. */
export async function readActivity(
  connection: DuckDBConnection,
  filter: Omit<CostFilter, 'origin'>,
): Promise<readonly ActivityRow[]> {
  const { where, parameters } = conditionsOn(filter);
  const rows = await readRows(
    connection,
    `
    WITH chosen AS (
      SELECT seq, strftime(received_at, '%Y-%m-%d') AS day, origin, error, tokens_removed AS tokens,
        cache = 'hit' AND similarity IS NULL AS was_exact, cache = 'hit' AND similarity IS NOT NULL AS was_similar,
        cache_saving_nano_usd AS saving
      FROM operations ${where}
    ), shortened AS (
      SELECT o.seq, sum(round(o.tokens * (u.pricing->>'$.rates.input')::DOUBLE / 1e6)) AS saving
      FROM chosen o JOIN usage u ON o.seq = u.seq
      WHERE o.tokens > 0 AND u.purpose = 'candidate' GROUP BY o.seq
    )
    SELECT day, origin, count(*),
      count(*) FILTER (error <> 'client_left'),
      count(*) FILTER (error = 'client_left'),
      count(*) FILTER (was_exact),
      coalesce(sum(o.saving) FILTER (was_exact), 0)::HUGEINT::VARCHAR,
      count(*) FILTER (was_exact AND o.saving IS NULL),
      count(*) FILTER (was_similar),
      coalesce(sum(o.saving) FILTER (was_similar), 0)::HUGEINT::VARCHAR,
      count(*) FILTER (was_similar AND o.saving IS NULL),
      count(*) FILTER (tokens > 0),
      coalesce(sum(s.saving), 0)::HUGEINT::VARCHAR,
      count(*) FILTER (tokens > 0 AND s.saving IS NULL),
      coalesce(sum(tokens), 0)::BIGINT
    FROM chosen o LEFT JOIN shortened s ON o.seq = s.seq
    GROUP BY day, origin ORDER BY day, origin`,
    parameters,
  );
  return rows.map(toActivity);
}

/** The same of entries at hand. */
export function activityOf(
  entries: Iterable<LedgerEntry>,
  { from, to, tenant }: Omit<CostFilter, 'origin'>,
): readonly ActivityRow[] {
  const rows = new Map<string, ActivityRow>();
  for (const { operation, usage } of entries) {
    const day = operation.receivedAt.slice(0, 10);
    if (from !== undefined && day < from) continue;
    if (to !== undefined && day > to) continue;
    if (tenant !== undefined && operation.tenant !== tenant) continue;
    const { origin } = operation;
    const id = `${day} ${origin}`;
    rows.set(id, withOperation(rows.get(id) ?? { ...NOTHING, day, origin }, operation, usage));
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function withOperation(
  row: ActivityRow,
  operation: Operation,
  usage: readonly UsageRecord[],
): ActivityRow {
  const { error, cache, similarity, cacheSaving, tokensRemoved } = operation;
  const isHit = cache === 'hit';
  const compression = added(row.compression, tokensRemoved > 0, spared(tokensRemoved, usage));
  return {
    ...row,
    requests: row.requests + 1,
    failed: row.failed + Number(error !== null && error !== 'client_left'),
    left: row.left + Number(error === 'client_left'),
    exact: added(row.exact, isHit && similarity === null, cacheSaving),
    similar: added(row.similar, isHit && similarity !== null, cacheSaving),
    compression: { ...compression, tokens: row.compression.tokens + tokensRemoved },
  };
}

/** What an operation's attempts would have cost more; null where no price is known. */
function spared(tokens: number, usage: readonly UsageRecord[]): number | null {
  const prices = usage.flatMap(({ purpose, pricing }) =>
    purpose === 'candidate' && pricing !== null ? pricing.rates.input : [],
  );
  if (prices.length === 0) return null;
  return prices.reduce((sum, price) => sum + Math.round((tokens * price) / 1e6), 0);
}

const added = (sum: ActivityRow['exact'], counts: boolean, saving: number | null) =>
  counts
    ? {
        requests: sum.requests + 1,
        saving: exactSum(sum.saving + (saving ?? 0)),
        unknown: sum.unknown + Number(saving === null),
      }
    : sum;

const NO_SAVING = { requests: 0, saving: 0, unknown: 0 };
const NOTHING = {
  requests: 0,
  failed: 0,
  left: 0,
  exact: NO_SAVING,
  similar: NO_SAVING,
  compression: { ...NO_SAVING, tokens: 0 },
};

function toActivity(row: readonly Encoded[]): ActivityRow {
  const [day, origin] = row;
  const count = (at: number): number => safeNumber(row[at] ?? 0);
  const saving = (at: number) => ({
    requests: count(at),
    saving: exactSum(row[at + 1] ?? '0'),
    unknown: count(at + 2),
  });
  return {
    day: String(day),
    origin: origin as ActivityRow['origin'],
    requests: count(2),
    failed: count(3),
    left: count(4),
    exact: saving(5),
    similar: saving(8),
    compression: { ...saving(11), tokens: count(14) },
  };
}
