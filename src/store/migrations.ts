import type { DuckDBConnection } from '@duckdb/node-api';
import { UserError } from '../user-error.js';
import { BATCHES_SCHEMA } from './batches-schema.js';
import { inTransaction, readRows } from './database.js';
import { STORE_SETTING } from './database-error.js';
import { FIRST_SCHEMA } from './first-schema.js';
import { SIGNALS_SCHEMA } from './signals-schema.js';

export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Statements run in one transaction. */
  readonly sql: string;
}

/** Forward only: what was released is never edited, only followed. */
export const STORE_MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'runs, outcomes, evaluations, routing tables', sql: FIRST_SCHEMA },
  { version: 2, name: 'signals', sql: SIGNALS_SCHEMA },
  { version: 3, name: 'batches', sql: BATCHES_SCHEMA },
];

/**
 * Brings a database to a schema of this program, or checks that it is there.
 * @throws UserError where the file is newer, holds something else, or is older and read-only
 */
export async function migrate(
  connection: DuckDBConnection,
  path: string,
  readOnly: boolean,
  migrations: readonly Migration[],
  setting: string = STORE_SETTING,
): Promise<void> {
  const known = migrations.length;
  const version = await readVersion(connection, path, migrations, setting);
  if (version > known) {
    throw new UserError(
      `Database "${path}" has schema version ${version}, this program knows up to ${known}: update the program, or name another file with ${setting}`,
    );
  }
  if (version === known) return;
  if (readOnly) {
    throw new UserError(
      `Database "${path}" has schema version ${version}, this program needs ${known}: run or import something to bring it up to date`,
    );
  }
  for (const migration of migrations.slice(version)) {
    await inTransaction(connection, async () => {
      await connection.run(migration.sql);
      await connection.run(
        `INSERT INTO schema_migrations VALUES ($1, $2, (now() AT TIME ZONE 'UTC')::TIMESTAMP)`,
        [migration.version, migration.name],
      );
    });
  }
}

/** 0 for an empty database. */
async function readVersion(
  connection: DuckDBConnection,
  path: string,
  migrations: readonly Migration[],
  setting: string,
): Promise<number> {
  const tables = await readRows(
    connection,
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal`,
  );
  if (tables.length === 0) return 0;
  if (!tables.some(([name]) => name === 'schema_migrations')) {
    throw new UserError(
      `Database "${path}" belongs to another program (it has a table "${tables[0]?.[0]}" and no "schema_migrations"): name another file with ${setting}`,
    );
  }
  const [latest] = await readRows(
    connection,
    'SELECT max(version), arg_min(name, version) FROM schema_migrations',
  );
  const [version, first] = latest ?? [];
  if (first !== null && first !== migrations[0]?.name) {
    throw new UserError(
      `Database "${path}" holds ${first}, not ${migrations[0]?.name}: name another file with ${setting}`,
    );
  }
  return Number(version ?? 0);
}
