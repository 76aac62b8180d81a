import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { LedgerHistory } from '../../service/index.js';
import { UserError } from '../../user-error.js';
import { OFFLINE, openDatabase, prepareFile, readRows } from '../database.js';
import { describeDatabaseError } from '../database-error.js';
import { localPath } from '../local-path.js';
import { migrate } from '../migrations.js';
import { literalPath } from '../table-file.js';
import { LEDGER_MIGRATIONS } from './ledger-schema.js';
import { FEEDBACK, OPERATIONS, rowToFeedback, rowToOperation } from './ledger-tables.js';

const SETTING = '--ledger';
const SNAPSHOT = /^operations-(\d+)\.parquet$/;

/**
 * What a service decided by a routing table and what its judges said of that, in the order it was
 * recorded. Nothing is written.
 * @param path the ledger's file, or a folder of its snapshots, of which the latest is read
 * @param table SHA-256 of the routing table's file
 * @throws UserError in one line: in use by a running service, of another version, not there …
 */
export async function readLedgerHistory(path: string, table: string): Promise<LedgerHistory> {
  const found = await stat(localPath(path, 'a ledger')).catch(() => null);
  if (found === null) {
    throw new UserError(
      `There is no ledger "${path}": name the service's ledger, or the folder of its snapshots, with ${SETTING}`,
    );
  }
  return found.isDirectory() ? readSnapshot(path, table) : readFile(path, table);
}

async function readFile(path: string, table: string): Promise<LedgerHistory> {
  try {
    const database = await openDatabase(
      await prepareFile(path, true, SETTING),
      path,
      true,
      SETTING,
    );
    try {
      await migrate(database.reader, path, true, LEDGER_MIGRATIONS, SETTING);
      return await readTables(database.reader, table);
    } finally {
      database.close();
    }
  } catch (error) {
    const described = describeDatabaseError(error, path, SETTING);
    if (!/is in use by another process/.test(described.message)) throw described;
    throw new UserError(
      `The ledger "${path}" is in use by a running service: name the folder of its snapshots with ${SETTING} ("snapshots" in the service's configuration), or stop the service first`,
      { cause: error },
    );
  }
}

async function readSnapshot(folder: string, table: string): Promise<LedgerHistory> {
  const names = new Set(await readdir(folder));
  const places = [...names].flatMap((name) => SNAPSHOT.exec(name)?.[1] ?? []);
  if (places.length === 0) {
    throw new UserError(
      `${folder}: has no snapshot of a service (operations-….parquet): name the folder under "snapshots" in the service's configuration`,
    );
  }
  const place = places.reduce((last, one) => (Number(one) > Number(last) ? one : last));
  if (!names.has(`feedback-${place}.parquet`)) {
    throw new UserError(
      `${folder}: its latest snapshot (${place}) has no feedback-${place}.parquet: let the service of this version write one`,
    );
  }
  const instance = await DuckDBInstance.create(':memory:', OFFLINE);
  const connection = await instance.connect();
  try {
    for (const name of [OPERATIONS.name, FEEDBACK.name]) {
      const file = literalPath(join(folder, `${name}-${place}.parquet`)).replaceAll("'", "''");
      await connection.run(`CREATE VIEW ${name} AS FROM read_parquet('${file}')`);
    }
    return await readTables(connection, table);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new UserError(
      `${folder}: the snapshot ${place} cannot be read (${reason}): let the service write another`,
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readTables(connection: DuckDBConnection, table: string): Promise<LedgerHistory> {
  const decided = `operations.routing->>'$.table' = $1`;
  const operations = await readRows(
    connection,
    `SELECT ${OPERATIONS.selection} FROM operations WHERE ${decided} ORDER BY seq`,
    [table],
  );
  const feedback = await readRows(
    connection,
    `SELECT ${FEEDBACK.selection} FROM feedback
     WHERE source = 'judge' AND operation_id IN (SELECT operation_id FROM operations WHERE ${decided})
     ORDER BY seq`,
    [table],
  );
  const tables = await readRows(
    connection,
    `SELECT routing->>'$.table' AS decided_by, count(*) FROM operations
     WHERE routing IS NOT NULL GROUP BY ALL ORDER BY ALL`,
  );
  return {
    operations: operations.map((row) => rowToOperation(OPERATIONS.decode(row))),
    feedback: feedback.map((row) => rowToFeedback(FEEDBACK.decode(row))),
    tables: tables.map(([sha256, count]) => ({
      sha256: String(sha256),
      operations: Number(count),
    })),
  };
}
