import type { BatchStore, RunStore, StoredBatch } from '../outcomes/index.js';
import { appendRows, readRows } from './database.js';
import { noSuchRun } from './run-rules.js';
import type { Session } from './session.js';
import { defineTable, type RowOf } from './table-columns.js';

const COLUMNS = {
  token: 'text',
  run_id: 'text',
  model: 'text',
  items: 'json',
  stage: 'text',
  batch_id: 'text?',
  reason: 'text?',
  created_at: 'timestamp',
  submitted_at: 'timestamp?',
  ended_at: 'timestamp?',
} as const;
const BATCHES = defineTable('batches', COLUMNS);

const batchToRow = (batch: StoredBatch): RowOf<typeof COLUMNS> => ({
  token: batch.token,
  run_id: batch.runId,
  model: batch.model,
  items: batch.items,
  stage: batch.stage,
  batch_id: batch.batchId,
  reason: batch.reason,
  created_at: batch.createdAt,
  submitted_at: batch.submittedAt,
  ended_at: batch.endedAt,
});

const rowToBatch = (row: RowOf<typeof COLUMNS>): StoredBatch => ({
  token: row.token,
  runId: row.run_id,
  model: row.model,
  items: row.items as StoredBatch['items'],
  stage: row.stage as StoredBatch['stage'],
  batchId: row.batch_id,
  reason: row.reason,
  createdAt: row.created_at,
  submittedAt: row.submitted_at,
  endedAt: row.ended_at,
});

const noSuchBatch = (token: string): Error => new Error(`There is no batch "${token}"`);
const batchExists = (token: string): Error => new Error(`Batch "${token}" already exists`);

const isOpen = ({ endedAt }: StoredBatch): boolean => endedAt === null;

/** Batches in a DuckDB file. */
export class DuckDBBatchStore implements BatchStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async addBatch(batch: StoredBatch): Promise<void> {
    await this.#session.transaction(async () => {
      const { writer } = this.#session.database;
      const [run] = await readRows(writer, 'SELECT 1 FROM runs WHERE id = $1', [batch.runId]);
      if (run === undefined) throw noSuchRun(batch.runId);
      const [known] = await readRows(writer, 'SELECT 1 FROM batches WHERE token = $1', [
        batch.token,
      ]);
      if (known !== undefined) throw batchExists(batch.token);
      await appendRows(writer, BATCHES, [batchToRow(batch)]);
    });
  }

  async updateBatch(
    token: string,
    { stage, batchId, reason, submittedAt, endedAt }: Parameters<BatchStore['updateBatch']>[1],
  ): Promise<void> {
    await this.#session.transaction(async () => {
      const [updated] = await readRows(
        this.#session.database.writer,
        `UPDATE batches SET stage = $1, batch_id = $2, reason = $3, submitted_at = $4::TIMESTAMP,
           ended_at = $5::TIMESTAMP WHERE token = $6 RETURNING token`,
        [stage, batchId, reason, timestamp(submittedAt), timestamp(endedAt), token],
      );
      if (updated === undefined) throw noSuchBatch(token);
    });
  }

  readBatches(runId: string): Promise<readonly StoredBatch[]> {
    return this.#read('WHERE run_id = $1 ORDER BY created_at, token', [runId]);
  }

  readOpenBatches(): Promise<readonly StoredBatch[]> {
    return this.#read('WHERE ended_at IS NULL ORDER BY created_at, token', []);
  }

  async #read(rest: string, parameters: readonly string[]): Promise<readonly StoredBatch[]> {
    const rows = await this.#session.read(() =>
      readRows(
        this.#session.database.reader,
        `SELECT ${BATCHES.selection} FROM batches ${rest}`,
        parameters,
      ),
    );
    return rows.map((values) => rowToBatch(BATCHES.decode(values)));
  }
}

/** A time in ISO 8601 as DuckDB casts it, without a zone: the store's times are all UTC. */
function timestamp(iso: string | null): string | null {
  return iso === null ? null : new Date(iso).toISOString().replace('Z', '');
}

/** Batches in memory. */
export class MemoryBatchStore implements BatchStore {
  readonly #runs: RunStore;
  readonly #batches = new Map<string, StoredBatch>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  async addBatch(batch: StoredBatch): Promise<void> {
    const run = await this.#runs.findRun(batch.runId);
    if (run?.id !== batch.runId) throw noSuchRun(batch.runId);
    if (this.#batches.has(batch.token)) throw batchExists(batch.token);
    this.#keep(batch);
  }

  async updateBatch(
    token: string,
    change: Parameters<BatchStore['updateBatch']>[1],
  ): Promise<void> {
    const known = this.#batches.get(token);
    if (known === undefined) throw noSuchBatch(token);
    const { stage, batchId, reason, submittedAt, endedAt } = change;
    this.#keep({ ...known, stage, batchId, reason, submittedAt, endedAt });
  }

  async readBatches(runId: string): Promise<readonly StoredBatch[]> {
    return this.#sorted().filter((batch) => batch.runId === runId);
  }

  async readOpenBatches(): Promise<readonly StoredBatch[]> {
    return this.#sorted().filter(isOpen);
  }

  /** As a database would give it back. */
  #keep(batch: StoredBatch): void {
    this.#batches.set(batch.token, rowToBatch(BATCHES.decode(BATCHES.encode(batchToRow(batch)))));
  }

  #sorted(): readonly StoredBatch[] {
    const place = ({ createdAt, token }: StoredBatch) => `${createdAt} ${token}`;
    return [...this.#batches.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  }
}
