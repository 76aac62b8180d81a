import { UserError } from '../user-error.js';
import { BatchWriter } from './batch-writer.js';
import { type Database, inTransaction, openDatabase, prepareFile } from './database.js';
import { describeDatabaseError } from './database-error.js';
import { GroupCommit } from './group-commit.js';
import { migrate, STORE_MIGRATIONS } from './migrations.js';
import type { Write } from './write-batch.js';

/** One open file in this process, with the one queue that writes to it. */
interface Shared {
  readonly readOnly: boolean;
  readonly database: Database;
  readonly queue: GroupCommit<Write>;
  readonly batches: BatchWriter;
}

/**
 * A handle on an open file. Handles of one file share its connections and its queue, as two
 * instances of DuckDB on one file would silently lose each other's writes.
 */
export interface Session {
  readonly database: Database;
  /** Resolves once what it gives is durable. @throws UserError on a read-only handle */
  write(item: Write): Promise<void>;
  /** Runs a task alone in its own transaction. @throws UserError on a read-only handle */
  transaction<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Reads what is committed. */
  read<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Writes what is waiting, then lets the file go. */
  close(): Promise<void>;
}

const open = new Map<string, { shared: Promise<Shared>; handles: number }>();

export async function openSession(path: string, readOnly: boolean): Promise<Session> {
  const file = await prepareFile(path, readOnly).catch((error: unknown) => {
    throw describeDatabaseError(error, path);
  });
  const entry = open.get(file) ?? { shared: openShared(file, path, readOnly), handles: 0 };
  open.set(file, entry);
  entry.handles += 1;
  const release = (): boolean => {
    entry.handles -= 1;
    if (entry.handles > 0) return false;
    open.delete(file);
    return true;
  };
  const shared = await entry.shared.catch((error: unknown) => {
    release();
    throw error;
  });
  if (shared.readOnly && !readOnly) {
    release();
    throw new UserError(`Database "${path}" is open for reading only: close it first`);
  }
  return createSession(shared, path, readOnly, release);
}

async function openShared(file: string, path: string, readOnly: boolean): Promise<Shared> {
  const database = await openDatabase(file, path, readOnly);
  try {
    await migrate(database.writer, path, readOnly, STORE_MIGRATIONS);
  } catch (error) {
    database.close();
    throw describeDatabaseError(error, path);
  }
  const batches = new BatchWriter(database);
  return {
    readOnly,
    database,
    batches,
    queue: new GroupCommit((writes) => batches.commit(writes)),
  };
}

function createSession(
  { database, queue, batches }: Shared,
  path: string,
  readOnly: boolean,
  release: () => boolean,
): Session {
  let closing: Promise<void> | null = null;
  const reads = new Set<Promise<unknown>>();
  const ready = (): void => {
    if (closing !== null) throw new Error(`The store "${path}" is closed`);
  };
  const writable = (): void => {
    ready();
    if (readOnly) throw new UserError(`Database "${path}" is open for reading only`);
  };
  const described = async <Result>(task: () => Promise<Result>): Promise<Result> => {
    try {
      return await task();
    } catch (error) {
      throw describeDatabaseError(error, path);
    }
  };
  return {
    database,
    async write(item) {
      writable();
      await queue.add(item);
    },
    async transaction(task) {
      writable();
      return described(() => queue.alone(() => inTransaction(database.writer, task)));
    },
    async read(task) {
      ready();
      const result = described(task);
      reads.add(result);
      return result.finally(() => reads.delete(result));
    },
    close() {
      closing ??= queue.drain().then(async () => {
        await Promise.allSettled(reads);
        if (!release()) return;
        batches.close();
        database.close();
      });
      return closing;
    },
  };
}
