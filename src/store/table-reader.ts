import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Cell, TableFormat, TableReader, TableRow } from '../datasets/index.js';
import { readCsv, type TableColumnsRead } from './csv-table.js';
import { OFFLINE } from './database.js';
import { readParquet } from './parquet-table.js';

/** Reads tables through a DuckDB of its own, in memory and opened when first needed. */
export function createTableReader(): TableReader {
  let connection: Promise<DuckDBConnection> | null = null;
  const connect = async (): Promise<DuckDBConnection> => {
    const instance = await DuckDBInstance.create(':memory:', OFFLINE);
    return instance.connect();
  };
  return {
    async read(files: readonly string[], format: TableFormat): Promise<readonly TableRow[]> {
      connection ??= connect();
      const duckdb = await connection;
      const tables: TableColumnsRead[] = [];
      for (const file of files) {
        tables.push(
          format.format === 'csv'
            ? await readCsv(duckdb, file, format.allText ?? true)
            : await readParquet(duckdb, file),
        );
      }
      const names = [...new Set(tables.flatMap((table) => table.names))];
      return tables.flatMap((table, index) => rowsOf(table, files[index] ?? '', names));
    },
  };
}

/** Every row has every name, so that a column one file lacks is null and not absent. */
function rowsOf(
  { names, columns }: TableColumnsRead,
  file: string,
  allNames: readonly string[],
): readonly TableRow[] {
  const sources = allNames.map((name) => [name, columns[names.indexOf(name)]] as const);
  return (columns[0] ?? []).map((_, row) => {
    const values: Record<string, Cell> = {};
    for (const [name, column] of sources) values[name] = column?.[row] ?? null;
    return { file, row: row + 1, values };
  });
}
