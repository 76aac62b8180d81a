import { listValue } from '@duckdb/node-api';
import type { UsageRecord } from '../costs/index.js';
import type { SignalStore, StoredSignal } from '../features/index.js';
import type { RunStore } from '../outcomes/index.js';
import { appendRows, readRows } from './database.js';
import { noSuchRun } from './run-rules.js';
import { USAGE, usageToRow } from './run-tables.js';
import type { Session } from './session.js';
import { defineTable } from './table-columns.js';

const SIGNALS = defineTable('signals', {
  signal: 'text',
  request_hash: 'text',
  vector: 'floats',
  cost_nano_usd: 'integer',
  latency_ms: 'double?',
  created_at: 'timestamp',
});

/** Signals in a DuckDB file. */
export class DuckDBSignalStore implements SignalStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async readSignals(
    id: string,
    requestHashes: readonly string[],
  ): Promise<ReadonlyMap<string, StoredSignal>> {
    if (requestHashes.length === 0) return new Map();
    const rows = await this.#session.read(() =>
      readRows(
        this.#session.database.reader,
        `SELECT ${SIGNALS.selection} FROM signals
         WHERE signal = $1 AND request_hash IN (SELECT unnest($2))`,
        [id, listValue([...requestHashes])],
      ),
    );
    return new Map(
      rows.map((values) => {
        const { request_hash, vector, cost_nano_usd, latency_ms } = SIGNALS.decode(values);
        return [
          request_hash,
          {
            requestHash: request_hash,
            values: vector,
            cost: cost_nano_usd,
            latencyMs: latency_ms,
          },
        ];
      }),
    );
  }

  async addSignals(
    id: string,
    signals: readonly StoredSignal[],
    usage: readonly UsageRecord[],
  ): Promise<void> {
    const { writer } = this.#session.database;
    await this.#session.transaction(async () => {
      for (const runId of new Set(usage.map((record) => record.runId))) {
        const [run] = await readRows(writer, 'SELECT 1 FROM runs WHERE id = $1', [runId]);
        if (run === undefined) throw noSuchRun(runId);
      }
      const known = new Set((await this.#stored(id, signals)).map(([hash]) => String(hash)));
      const created_at = new Date().toISOString();
      const rows = signals
        .filter(({ requestHash }) => !known.has(requestHash))
        .map(({ requestHash, values, cost, latencyMs }) => ({
          signal: id,
          request_hash: requestHash,
          vector: values,
          cost_nano_usd: cost,
          latency_ms: latencyMs,
          created_at,
        }));
      await appendRows(writer, SIGNALS, rows);
      await appendRows(writer, USAGE, usage.map(usageToRow));
    });
  }

  async #stored(id: string, signals: readonly StoredSignal[]) {
    if (signals.length === 0) return [];
    return readRows(
      this.#session.database.writer,
      'SELECT request_hash FROM signals WHERE signal = $1 AND request_hash IN (SELECT unnest($2))',
      [id, listValue(signals.map(({ requestHash }) => requestHash))],
    );
  }
}

/** Signals in memory. */
export class MemorySignalStore implements SignalStore {
  readonly #runs: RunStore;
  readonly #signals = new Map<string, Map<string, StoredSignal>>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  async readSignals(
    id: string,
    requestHashes: readonly string[],
  ): Promise<ReadonlyMap<string, StoredSignal>> {
    const stored = this.#signals.get(id);
    return new Map(
      requestHashes.flatMap((hash) => {
        const found = stored?.get(hash);
        return found === undefined ? [] : [[hash, found] as const];
      }),
    );
  }

  async addSignals(
    id: string,
    signals: readonly StoredSignal[],
    usage: readonly UsageRecord[],
  ): Promise<void> {
    await this.#runs.addUsage(usage);
    const stored = this.#signals.get(id) ?? new Map<string, StoredSignal>();
    this.#signals.set(id, stored);
    for (const one of signals) {
      if (stored.has(one.requestHash)) continue;
      stored.set(one.requestHash, { ...one, values: one.values.slice() });
    }
  }
}
