import { DuckDBInstance } from '@duckdb/node-api';
import type { CostFilter, CostGroup, CostRow, CostTracker, NanoUsd } from '../../costs/index.js';
import type { LedgerEntry, Operation, ServiceLedger } from '../../service/index.js';
import { OFFLINE } from '../database.js';
import { migrate } from '../migrations.js';
import { EntryAppender } from './entry-appender.js';
import { exactSum, timeOf } from './ledger-reports.js';
import { LEDGER_MIGRATIONS } from './ledger-schema.js';
import { writeSnapshot } from './ledger-snapshot.js';
import { entryToRows } from './ledger-tables.js';

/**
 * A ledger that is gone when the process ends.
 * @param costs an empty tracker, which gives the totals
 */
export function openMemoryLedger(costs: CostTracker): ServiceLedger {
  return new MemoryServiceLedger(costs);
}

class MemoryServiceLedger implements ServiceLedger {
  readonly #costs: CostTracker;
  readonly #entries: LedgerEntry[] = [];
  #closed = false;

  constructor(costs: CostTracker) {
    this.#costs = costs;
  }

  async record(entry: LedgerEntry): Promise<void> {
    this.#ready();
    entryToRows(entry);
    this.#costs.addOperation(entry.operation, entry.usage);
    this.#entries.push(entry);
  }

  async totals(groups: readonly CostGroup[], filter?: CostFilter): Promise<readonly CostRow[]> {
    this.#ready();
    return this.#costs.totals(groups, filter);
  }

  async spent(tenant: string, since: string): Promise<NanoUsd> {
    this.#ready();
    const from = timeOf(since);
    let spent = 0;
    for (const { operation, usage } of this.#entries) {
      if (operation.tenant !== tenant || Date.parse(operation.receivedAt) < from) continue;
      for (const { cost } of usage) spent += cost ?? 0;
    }
    return exactSum(spent);
  }

  async recent(limit: number, tenant?: string): Promise<readonly Operation[]> {
    this.#ready();
    return this.#entries
      .map(({ operation }) => operation)
      .filter((operation) => tenant === undefined || operation.tenant === tenant)
      .reverse()
      .slice(0, limit);
  }

  async snapshot(folder: string): Promise<readonly string[]> {
    this.#ready();
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
      return await writeSnapshot(connection, folder, rows.length);
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

  #ready(): void {
    if (this.#closed) throw new Error('The ledger in memory is closed');
  }
}
