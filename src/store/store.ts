import type { EvaluationStore } from '../evaluation/index.js';
import type { SignalStore } from '../features/index.js';
import type { BatchStore, RunStore } from '../outcomes/index.js';
import type { RoutingTableStore } from '../tables/index.js';
import { DuckDBBatchStore, MemoryBatchStore } from './batch-store.js';
import { DuckDBEvaluationStore, DuckDBRoutingTableStore } from './duckdb-evaluation-store.js';
import { DuckDBRunStore } from './duckdb-run-store.js';
import { MemoryEvaluationStore, MemoryRoutingTableStore, MemoryRunStore } from './memory-store.js';
import { openSession } from './session.js';
import { DuckDBSignalStore, MemorySignalStore } from './signal-store.js';

/** Everything that is kept, behind the interfaces of the parts that own it. */
export interface Store extends AsyncDisposable {
  readonly runs: RunStore;
  readonly evaluations: EvaluationStore;
  readonly tables: RoutingTableStore;
  readonly signals: SignalStore;
  readonly batches: BatchStore;
  /** Writes what is waiting, then lets the file go. */
  close(): Promise<void>;
}

/**
 * Opens a store in a DuckDB file; the file and its folders are created unless `readOnly`.
 * One process writes to a file at a time; within a process any number of stores may share it.
 * @throws UserError in one line: locked, no database, newer than this program, damaged, a directory …
 */
export async function openStore(
  path: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<Store> {
  const session = await openSession(path, options.readOnly ?? false);
  return createStore(
    new DuckDBRunStore(session),
    new DuckDBEvaluationStore(session),
    new DuckDBRoutingTableStore(session),
    new DuckDBSignalStore(session),
    new DuckDBBatchStore(session),
  );
}

/** A store that is gone when the process ends. */
export function openMemoryStore(): Store {
  const runs = new MemoryRunStore();
  return createStore(
    runs,
    new MemoryEvaluationStore(),
    new MemoryRoutingTableStore(),
    new MemorySignalStore(runs),
    new MemoryBatchStore(runs),
  );
}

function createStore(
  runs: RunStore,
  evaluations: EvaluationStore,
  tables: RoutingTableStore,
  signals: SignalStore,
  batches: BatchStore,
): Store {
  const close = (): Promise<void> => runs.close();
  return { runs, evaluations, tables, signals, batches, close, [Symbol.asyncDispose]: close };
}
