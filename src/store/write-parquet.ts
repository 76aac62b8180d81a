import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBAppender, DuckDBInstance } from '@duckdb/node-api';
import type { FlatTable, TableWriter } from '../reports/index.js';
import { OFFLINE } from './database.js';

const TYPES = { text: 'VARCHAR', integer: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' } as const;

/** Writes tables through a DuckDB of its own, in memory and gone afterwards. */
export function createTableWriter(): TableWriter {
  return {
    async parquet(table) {
      const folder = await mkdtemp(join(tmpdir(), 'switchyard-table-'));
      const instance = await DuckDBInstance.create(':memory:', OFFLINE);
      const connection = await instance.connect();
      try {
        const columns = table.columns.map(({ name, kind }) => `${quoted(name)} ${TYPES[kind]}`);
        await connection.run(`CREATE TABLE rows (${columns.join(', ')})`);
        const appender = await connection.createAppender('rows');
        for (const row of table.rows) appendRow(appender, table, row);
        appender.closeSync();
        const file = join(folder, 'table.parquet');
        const metadata = Object.entries(table.metadata).map(
          ([name, value]) => `${quoted(name)}: ${literal(value)}`,
        );
        await connection.run(
          `COPY rows TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${metadata.join(', ')}})`,
        );
        return await readFile(file);
      } finally {
        connection.closeSync();
        instance.closeSync();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function appendRow(
  appender: DuckDBAppender,
  { columns }: FlatTable,
  row: FlatTable['rows'][number],
): void {
  columns.forEach(({ name, kind }, index) => {
    const value = row[index] ?? null;
    if (value === null) appender.appendNull();
    else if (kind === 'text' && typeof value === 'string') appender.appendVarchar(value);
    else if (kind === 'boolean' && typeof value === 'boolean') appender.appendBoolean(value);
    else if (kind === 'double' && typeof value === 'number') appender.appendDouble(value);
    else if (kind === 'integer' && Number.isSafeInteger(value)) {
      appender.appendBigInt(BigInt(value));
    } else throw new RangeError(`Expected \`${name}\` to be ${kind}, got ${String(value)}`);
  });
  appender.endRow();
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
