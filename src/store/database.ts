import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { UserError } from '../user-error.js';
import { describeDatabaseError, STORE_SETTING } from './database-error.js';
import { localPath } from './local-path.js';
import type { Columns, Encoded, RowOf, Table } from './table-columns.js';

/** Nothing is ever downloaded: only what is built into DuckDB is used. */
export const OFFLINE = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
} as const;

/** An open file: one connection that writes, another that reads what is committed. */
export interface Database {
  /** As the user named it, for messages. */
  readonly path: string;
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
  close(): void;
}

/**
 * Opens a database file, creating it unless `readOnly`.
 * @param file as `prepareFile` found it
 * @param path as the user named it
 * @throws UserError that says in one line what is wrong with the file
 */
export async function openDatabase(
  file: string,
  path: string,
  readOnly: boolean,
  setting: string = STORE_SETTING,
): Promise<Database> {
  try {
    const instance = await DuckDBInstance.fromCache(file, {
      ...OFFLINE,
      ...(readOnly ? { access_mode: 'READ_ONLY' } : {}),
    });
    const writer = await instance.connect();
    const reader = await instance.connect();
    return {
      path,
      writer,
      reader,
      close() {
        reader.closeSync();
        writer.closeSync();
        instance.closeSync();
      },
    };
  } catch (error) {
    throw describeDatabaseError(error, path, setting);
  }
}

/**
 * The real path of a database file, so that one file is one instance however it is named.
 * Creates its folders unless `readOnly`.
 * @param setting where the user names the file
 * @throws UserError for a directory, or where `readOnly` finds no file
 */
export async function prepareFile(
  path: string,
  readOnly: boolean,
  setting: string = STORE_SETTING,
): Promise<string> {
  const file = localPath(path, 'a database');
  const found = await stat(file).catch(ignoreAbsence);
  if (found?.isDirectory()) {
    throw new UserError(`Database "${path}" is a directory: name a file with ${setting}`);
  }
  if (found) return realpath(file);
  if (readOnly) {
    throw new UserError(
      `There is no database "${path}" yet: run or import something first, or name its file with ${setting}`,
    );
  }
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    if (isCode(error, 'EEXIST', 'ENOTDIR')) {
      throw new UserError(
        `Cannot create database "${path}": a part of "${dirname(path)}" is a file, not a folder`,
        { cause: error },
      );
    }
    if (isCode(error, 'ENOENT')) {
      throw new UserError(
        `Cannot create the folder "${dirname(path)}" of database "${path}": name a file with ${setting} in a folder that can be written`,
        { cause: error },
      );
    }
    throw error;
  }
  return join(await realpath(dirname(file)), basename(file));
}

function ignoreAbsence(error: unknown): null {
  if (isCode(error, 'ENOENT', 'ENOTDIR')) return null;
  throw error;
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Runs a query and returns its columns, each an array over the rows. */
export async function readColumns(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly DuckDBValue[] = [],
): Promise<readonly (readonly Encoded[])[]> {
  const result = await connection.run(sql, [...parameters]);
  const columns = await result.getColumns();
  // Every query here selects texts, numbers, booleans and 64-bit integers only.
  return columns as Encoded[][];
}

/** Runs a query and returns its rows as arrays in the order of its columns. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly DuckDBValue[] = [],
): Promise<readonly (readonly Encoded[])[]> {
  const columns = await readColumns(connection, sql, parameters);
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null));
}

/** Runs a task between BEGIN and COMMIT; whatever fails leaves nothing behind. */
export async function inTransaction<Result>(
  connection: DuckDBConnection,
  task: () => Promise<Result>,
): Promise<Result> {
  await connection.run('BEGIN TRANSACTION');
  try {
    const result = await task();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    // A commit that fails has rolled back already; then this has nothing to do.
    await connection.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The fast way in. Within a transaction the rows stay invisible until it is committed. */
export async function appendRows<C extends Columns>(
  connection: DuckDBConnection,
  table: Table<C>,
  rows: readonly RowOf<C>[],
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender(table.name);
  try {
    for (const row of rows) table.append(appender, table.encode(row));
    appender.flushSync();
  } catch (error) {
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
}
