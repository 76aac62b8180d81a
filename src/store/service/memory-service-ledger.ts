import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CostFilter, CostGroup, CostRow, CostTracker, NanoUsd } from '../../costs/index.js';
import type {
  ActivityRow,
  FeedbackEntry,
  FeedbackFilter,
  FeedbackReceipt,
  JudgedOperation,
  LedgerEntry,
  Operation,
  OriginFilter,
  ServiceLedger,
  SuggestionQuestion,
  SuggestionQuestions,
} from '../../service/index.js';
import { OFFLINE } from '../database.js';
import { migrate } from '../migrations.js';
import { EntryAppender } from './entry-appender.js';
import { activityOf } from './ledger-activity.js';
import { exactSum, timeOf } from './ledger-reports.js';
import { LEDGER_MIGRATIONS } from './ledger-schema.js';
import { writeSnapshot } from './ledger-snapshot.js';
import { readSuggestionRows } from './ledger-suggestions.js';
import { entryToRows, type JournaledEntry } from './ledger-tables.js';

/**
 * A ledger that is gone when the process ends.
 * @param costs an empty tracker, which gives the totals
 */
export function openMemoryLedger(costs: CostTracker): ServiceLedger {
  return new MemoryServiceLedger(costs);
}

class MemoryServiceLedger implements ServiceLedger {
  readonly #costs: CostTracker;
  /** In the order of their places, which count from 1. */
  readonly #entries: JournaledEntry[] = [];
  readonly #places = new Map<string, number>();
  #closed = false;

  constructor(costs: CostTracker) {
    this.#costs = costs;
  }

  async record(entry: LedgerEntry): Promise<void> {
    this.#ready();
    entryToRows(entry);
    this.#costs.addOperation(entry.operation, entry.usage);
    this.#places.set(entry.operation.id, this.#entries.push(entry));
  }

  async recordFeedback(entry: FeedbackEntry): Promise<FeedbackReceipt> {
    this.#ready();
    const { operationId, tenant, source } = entry.feedback;
    const operation = this.#operationOf(operationId);
    if (operation === null || operation.tenant !== tenant) return { kind: 'unknown' };
    const isThere = this.#judged().some(
      ({ feedback }) => feedback.operationId === operationId && feedback.source === source,
    );
    if (isThere) return { kind: 'repeated' };
    const judged = { seq: this.#places.get(operationId)!, tag: operation.tag };
    entryToRows({ ...entry, judged });
    this.#costs.addAttempts(operation, entry.usage);
    return { kind: 'recorded', seq: this.#entries.push({ ...entry, judged }) };
  }

  async totals(groups: readonly CostGroup[], filter?: CostFilter): Promise<readonly CostRow[]> {
    this.#ready();
    return this.#costs.totals(groups, filter);
  }

  async spent(tenant: string, since: string): Promise<NanoUsd> {
    this.#ready();
    const from = timeOf(since);
    let spent = 0;
    for (const entry of this.#entries) {
      const operation = this.#operationIn(entry);
      if (operation.tenant !== tenant || Date.parse(operation.receivedAt) < from) continue;
      for (const { cost } of entry.usage) spent += cost ?? 0;
    }
    return exactSum(spent);
  }

  async recent(limit: number, tenant?: string): Promise<readonly Operation[]> {
    this.#ready();
    return this.#entries
      .flatMap((entry) => ('feedback' in entry ? [] : entry.operation))
      .filter((operation) => tenant === undefined || operation.tenant === tenant)
      .reverse()
      .slice(0, limit);
  }

  async activity(filter: Omit<CostFilter, 'origin'> = {}): Promise<readonly ActivityRow[]> {
    this.#ready();
    return activityOf(
      this.#entries.flatMap((entry) => ('feedback' in entry ? [] : entry)),
      filter,
    );
  }

  async operation(id: string): Promise<Operation | null> {
    this.#ready();
    return this.#operationOf(id);
  }

  async feedback(filter: FeedbackFilter = {}): Promise<readonly JudgedOperation[]> {
    this.#ready();
    const { tenant, source, after = 0, limit } = filter;
    return this.#judged()
      .filter(
        ({ seq, feedback }) =>
          seq > after &&
          (tenant === undefined || feedback.tenant === tenant) &&
          (source === undefined || feedback.source === source),
      )
      .slice(0, limit);
  }

  async suggestionRows<Name extends SuggestionQuestion>(
    name: Name,
    filter: OriginFilter,
    asks: SuggestionQuestions[Name]['asks'],
  ) {
    this.#ready();
    return this.#withTables((connection) => readSuggestionRows(connection, name, filter, asks));
  }

  async snapshot(folder: string): Promise<readonly string[]> {
    this.#ready();
    const places = this.#entries.length;
    return this.#withTables((connection) => writeSnapshot(connection, folder, places));
  }

  /** Runs a task on the tables that a file would hold. */
  async #withTables<Result>(
    task: (connection: DuckDBConnection) => Promise<Result>,
  ): Promise<Result> {
    const instance = await DuckDBInstance.create(':memory:', OFFLINE);
    const connection = await instance.connect();
    try {
      await migrate(connection, ':memory:', false, LEDGER_MIGRATIONS);
      const rows = this.#entries.map((entry, index) => ({
        seq: index + 1,
        rows: entryToRows(entry),
      }));
      const appender = await EntryAppender.open(connection);
      appender.append(rows);
      appender.flush();
      appender.close();
      return await task(connection);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #operationOf(id: string): Operation | null {
    const place = this.#places.get(id);
    return place === undefined ? null : this.#operationIn(this.#entries[place - 1]!);
  }

  /** The operation of an entry, or the one that it judges. */
  #operationIn(entry: JournaledEntry): Operation {
    if (!('feedback' in entry)) return entry.operation;
    return this.#operationIn(this.#entries[entry.judged.seq - 1]!);
  }

  #judged(): readonly JudgedOperation[] {
    return this.#entries.flatMap((entry, index) =>
      'feedback' in entry
        ? [{ seq: index + 1, feedback: entry.feedback, operation: this.#operationIn(entry) }]
        : [],
    );
  }

  #ready(): void {
    if (this.#closed) throw new Error('The ledger in memory is closed');
  }
}
