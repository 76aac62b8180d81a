import { chmod, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { localPath } from '../local-path.js';
import { FEEDBACK, LEDGER_USAGE, OPERATIONS } from './ledger-tables.js';

const TABLES = [FEEDBACK.name, LEDGER_USAGE.name, OPERATIONS.name];
const SNAPSHOT = /^(?:operations|usage|feedback)-(\d+)\.parquet$/;
/** Where a snapshot is written before it is whole. */
const UNFINISHED = '.unfinished-';

/**
 * Writes the tables up to a place of the journal as `operations-<place>.parquet`,
 * `usage-<place>.parquet` and `feedback-<place>.parquet`. The operations appear last: where they are, the snapshot is whole. Older
 * snapshots, and what an interrupted one left behind, go once it is.
 * @returns the paths written
 */
export async function writeSnapshot(
  connection: DuckDBConnection,
  folder: string,
  through: number,
): Promise<readonly string[]> {
  const target = localPath(folder, 'the folder for snapshots');
  await mkdir(target, { recursive: true });
  const before = await readdir(target);
  const unfinished = await mkdtemp(join(target, UNFINISHED));
  const written: string[] = [];
  try {
    for (const table of TABLES) {
      const file = join(unfinished, `${table}.parquet`);
      await connection.run(
        `COPY (SELECT * FROM ${table} WHERE seq <= ${BigInt(through)})
         TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
      );
      await chmod(file, 0o600);
      await sync(file);
    }
    for (const table of TABLES) {
      const path = join(target, `${table}-${through}.parquet`);
      await rename(join(unfinished, `${table}.parquet`), path);
      written.unshift(path);
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await sync(target);
  for (const name of before) {
    const old = SNAPSHOT.exec(name);
    if ((old !== null && Number(old[1]) !== through) || name.startsWith(UNFINISHED)) {
      await rm(join(target, name), { recursive: true, force: true });
    }
  }
  return written;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
