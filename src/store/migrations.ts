import type { DuckDBConnection } from '@duckdb/node-api';
import { UserError } from '../user-error.js';
import { inTransaction, readRows } from './database.js';
import { FIRST_SCHEMA } from './first-schema.js';
import { SIGNALS_SCHEMA } from './signals-schema.js';

interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Statements run in one transaction. */
  readonly sql: string;
}

/** Forward only: what was released is never edited, only followed. */
const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'runs, outcomes, evaluations, routing tables', sql: FIRST_SCHEMA },
  { version: 2, name: 'signals', sql: SIGNALS_SCHEMA },
];

const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a database to this program's schema, or checks that it is there.
 * @throws UserError where the file is newer, belongs to another program, or is older and read-only
 */
export async function migrate(
  connection: DuckDBConnection,
  path: string,
  readOnly: boolean,
): Promise<void> {
  const version = await readVersion(connection, path);
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      `Database "${path}" has schema version ${version}, this program knows up to ${SCHEMA_VERSION}: update the program, or name another file with --db`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  if (readOnly) {
    throw new UserError(
      `Database "${path}" has schema version ${version}, this program needs ${SCHEMA_VERSION}: run or import something to bring it up to date`,
    );
  }
  for (const migration of MIGRATIONS.slice(version)) {
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
async function readVersion(connection: DuckDBConnection, path: string): Promise<number> {
  const tables = await readRows(
    connection,
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal`,
  );
  if (tables.length === 0) return 0;
  if (!tables.some(([name]) => name === 'schema_migrations')) {
    throw new UserError(
      `Database "${path}" belongs to another program (it has a table "${tables[0]?.[0]}" and no "schema_migrations"): name another file with --db`,
    );
  }
  const [latest] = await readRows(connection, 'SELECT max(version) FROM schema_migrations');
  return Number(latest?.[0] ?? 0);
}
