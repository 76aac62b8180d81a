import { UserError } from '../user-error.js';

interface Known {
  readonly pattern: RegExp;
  readonly exitCode: 1 | 2;
  /** @param setting where the user names the file, such as `--db` */
  line(path: string, setting: string, match: RegExpMatchArray): string;
}

const KNOWN: readonly Known[] = [
  {
    pattern: /Could not set lock on file(?:.*\((PID \d+)\))?/s,
    exitCode: 2,
    line: (path, setting, [, holder]) =>
      `Database "${path}" is in use by another process${holder === undefined ? '' : ` (${holder})`}: wait until it ends or stop it, or name another file with ${setting}`,
  },
  {
    pattern: /No space left on device|disk (?:is )?full|Disk quota exceeded|[Oo]ut of disk space/,
    exitCode: 1,
    line: (path) =>
      `The disk of database "${path}" is full: free some space and run the same command again; what was stored before is kept`,
  },
  {
    // What looks like another system's file, DuckDB asks an extension of its own about.
    pattern: /not a valid DuckDB database file|_scanner\.duckdb_extension|sqlite_scanner/,
    exitCode: 2,
    line: (path, setting) =>
      `"${path}" is not a DuckDB database: name another file with ${setting}, or move this one away`,
  },
  {
    pattern: /replaying WAL|[Cc]orrupt WAL/,
    exitCode: 1,
    line: (path) =>
      `The write-ahead log "${path}.wal" is damaged: restore it from a backup, or move it away to open "${path}" without its latest writes`,
  },
  {
    pattern: /newer (?:version of )?DuckDB|storage version|version number/,
    exitCode: 2,
    line: (path, setting) =>
      `Database "${path}" is in a format this program's DuckDB cannot read: update the program, or name another file with ${setting}`,
  },
  {
    pattern: /[Cc]orrupt database file|checksum|Could not read enough bytes/,
    exitCode: 1,
    line: (path, setting) =>
      `Database "${path}" is damaged: restore it from a backup, or name another file with ${setting}`,
  },
  {
    pattern: /Is a directory/,
    exitCode: 2,
    line: (path, setting) => `Database "${path}" is a directory: name a file with ${setting}`,
  },
  {
    pattern: /Permission denied|EACCES|EPERM|Operation not permitted/,
    exitCode: 2,
    line: (path, setting) =>
      `No permission for database "${path}": change the rights of the file and its folder, or name another file with ${setting}`,
  },
  {
    pattern: /Read-only file system|EROFS/,
    exitCode: 2,
    line: (path, setting) =>
      `Database "${path}" lies on a read-only file system: name a file that can be written with ${setting}`,
  },
  {
    pattern: /database has been invalidated/,
    exitCode: 1,
    line: (path) =>
      `Database "${path}" had to be closed after an earlier error: run the same command again; what was stored before is kept`,
  },
];

/** Where the file is named that runs and comparisons are kept in. */
export const STORE_SETTING = '--db';

/**
 * The one line a user needs for what DuckDB or the file system said about a database file.
 * An error that is not about the file is returned as it is.
 */
export function describeDatabaseError(
  error: unknown,
  path: string,
  setting: string = STORE_SETTING,
): Error {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const { pattern, exitCode, line } of KNOWN) {
    const match = message.match(pattern);
    if (match !== null)
      return new UserError(line(path, setting, match), { exitCode, cause: error });
  }
  if (/^(?:IO|FATAL|Connection) Error/.test(message)) {
    const first = message.split('\n', 1)[0];
    return new UserError(`Database "${path}": ${first}`, { exitCode: 1, cause: error });
  }
  return error instanceof Error ? error : new Error(message);
}
