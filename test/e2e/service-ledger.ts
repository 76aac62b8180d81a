import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { RoutingLog } from '../../src/service/index.js';
import { LEDGER } from './serving.js';

/** An operation as the ledger's file has it. */
export interface LedgerOperation {
  readonly id: string;
  readonly tenant: string;
  readonly model: string | null;
  readonly cause: string | null;
  readonly cache: string;
  readonly streamed: boolean;
  readonly status: number;
  readonly error: string | null;
  /** Nano-dollars. */
  readonly cost: number | null;
  readonly routing: RoutingLog | null;
}

/** A billed attempt as the ledger's file has it. */
export interface LedgerAttempt {
  readonly operationId: string;
  readonly attempt: number;
  readonly model: string;
  /** Nano-dollars. */
  readonly cost: number | null;
  readonly estimated: boolean;
  readonly error: string | null;
}

/** Reads the ledger of a service that has ended, as any other program would: with SQL. */
export async function readLedger(
  folder: string,
  file = LEDGER,
): Promise<{
  readonly operations: readonly LedgerOperation[];
  readonly usage: readonly LedgerAttempt[];
}> {
  const operations = await queryLedger<LedgerOperation & { readonly routing: unknown }>(
    folder,
    `SELECT operation_id AS id, tenant, model, cause, cache, streamed, status::INTEGER AS status, error,
      cost_nano_usd::DOUBLE AS cost, routing::VARCHAR AS routing FROM operations ORDER BY seq`,
    file,
  );
  const usage = await queryLedger<LedgerAttempt>(
    folder,
    `SELECT operation_id AS "operationId", attempt::INTEGER AS attempt, model,
      cost_nano_usd::DOUBLE AS cost, estimated, error FROM usage ORDER BY seq, attempt`,
    file,
  );
  return {
    operations: operations.map(({ routing, ...operation }) => ({
      ...operation,
      routing: typeof routing === 'string' ? JSON.parse(routing) : null,
    })),
    usage,
  };
}

/** Everything that the ledger's file holds as text, in whatever table and column. */
export async function textsInLedger(folder: string, file = LEDGER): Promise<readonly string[]> {
  const columns = await queryLedger<{ readonly table_name: string; readonly column_name: string }>(
    folder,
    `SELECT c.table_name, c.column_name FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE t.table_type = 'BASE TABLE' ORDER BY ALL`,
    file,
  );
  const each = columns.map(
    ({ table_name, column_name }) =>
      `SELECT DISTINCT "${column_name}"::VARCHAR AS text FROM "${table_name}"`,
  );
  const sql = `SELECT text FROM (${each.join(' UNION ALL ')}) WHERE text IS NOT NULL`;
  const found = await queryLedger<{ readonly text: string }>(folder, sql, file);
  return found.map(({ text }) => text);
}

/**
 * What a query of the ledger's file gives.
 * @typeParam Row what the query selects; nothing checks it
 */
export async function queryLedger<Row>(folder: string, sql: string, file = LEDGER): Promise<Row[]> {
  const instance = await DuckDBInstance.create(join(folder, file), { access_mode: 'READ_ONLY' });
  try {
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(sql);
    const read = result.getRowObjectsJS() as Row[];
    connection.closeSync();
    return read;
  } finally {
    instance.closeSync();
  }
}
