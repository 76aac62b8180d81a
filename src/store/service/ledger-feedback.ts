import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { FeedbackFilter, JudgedOperation, OperationFeedback } from '../../service/index.js';
import { readRows } from '../database.js';
import { safeNumber } from '../table-columns.js';
import {
  FEEDBACK,
  type JournaledFeedback,
  OPERATIONS,
  rowToFeedback,
  rowToOperation,
} from './ledger-tables.js';

/**
 * What the tables say of an operation that feedback is for. The tenant's own only.
 * @returns null for an operation that the tenant does not have, and where it has feedback of that source
 */
export async function readJudgeable(
  connection: DuckDBConnection,
  { operationId, tenant, source }: OperationFeedback,
): Promise<
  | { readonly kind: 'free'; readonly judged: JournaledFeedback['judged'] }
  | { readonly kind: 'repeated' | 'unknown' }
> {
  const [row] = await readRows(
    connection,
    `SELECT seq, tag, EXISTS (FROM feedback f WHERE f.operation_id = $1 AND f.source = $3)
     FROM operations WHERE operation_id = $1 AND tenant = $2 LIMIT 1`,
    [operationId, tenant, source],
  );
  if (row === undefined) return { kind: 'unknown' };
  const [seq, tag, isThere] = row;
  if (isThere === true) return { kind: 'repeated' };
  return {
    kind: 'free',
    judged: { seq: safeNumber(seq ?? 0), tag: tag === null ? null : String(tag) },
  };
}

/** Feedback in the order of its places, with the operations judged. */
export async function readFeedback(
  connection: DuckDBConnection,
  { tenant, source, after, limit }: FeedbackFilter,
): Promise<readonly JudgedOperation[]> {
  const parameters: DuckDBValue[] = [];
  const wanted: string[] = [];
  const add = (condition: string, value: DuckDBValue | undefined): void => {
    if (value === undefined) return;
    parameters.push(value);
    wanted.push(`${condition} $${parameters.length}`);
  };
  const place = (value: number | undefined): bigint | undefined =>
    value === undefined ? undefined : BigInt(value);
  add('feedback.tenant =', tenant);
  add('feedback.source =', source);
  add('feedback.seq >', place(after));
  const conditions = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
  wanted.length = 0;
  add('LIMIT', place(limit));
  const chosen = `SELECT * FROM feedback ${conditions} ORDER BY seq ${wanted.join('')}`;
  const rows = await readRows(
    connection,
    `WITH feedback AS (${chosen})
     SELECT ${FEEDBACK.selection}, ${OPERATIONS.selection}
     FROM feedback JOIN operations ON operations.operation_id = feedback.operation_id
     ORDER BY feedback.seq`,
    parameters,
  );
  return rows.map((row) => {
    const given = FEEDBACK.decode(row);
    return {
      seq: given.seq,
      feedback: rowToFeedback(given),
      operation: rowToOperation(OPERATIONS.decode(row.slice(FEEDBACK.width))),
    };
  });
}
