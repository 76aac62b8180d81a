import type { Comparison, EvaluationStore } from '../evaluation/index.js';
import type { RoutingTable, RoutingTableStore } from '../tables/index.js';
import { appendRows, readRows } from './database.js';
import {
  comparisonToRow,
  EVALUATIONS,
  evaluationId,
  ROUTING_TABLES,
  routingTableToRow,
  TRADEOFFS,
  tradeoffToRow,
} from './evaluation-tables.js';
import type { Session } from './session.js';

/** Comparisons in a DuckDB file. */
export class DuckDBEvaluationStore implements EvaluationStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  addEvaluation(comparison: Comparison): Promise<string> {
    const { writer } = this.#session.database;
    return this.#session.transaction(async () => {
      const [earlier] = await readRows(
        writer,
        'SELECT count(*) FROM evaluations WHERE run_id = $1',
        [comparison.run],
      );
      const ordinal = Number(earlier?.[0]) + 1;
      const id = evaluationId(comparison.run, ordinal);
      await appendRows(writer, EVALUATIONS, [comparisonToRow(comparison, ordinal)]);
      await appendRows(
        writer,
        TRADEOFFS,
        comparison.tradeoffs.map((tradeoff, position) =>
          tradeoffToRow(id, comparison.run, position, tradeoff),
        ),
      );
      return id;
    });
  }

  async countTestReadings(dataHash: string, splitSeed: number): Promise<number> {
    const [row] = await this.#session.read(() =>
      readRows(
        this.#session.database.reader,
        'SELECT count(*) FROM evaluations WHERE data_hash = $1 AND split_seed = $2',
        [dataHash, splitSeed],
      ),
    );
    return Number(row?.[0]);
  }

  async latestEvaluation(runId: string): Promise<Comparison | null> {
    const [row] = await this.#session.read(() =>
      readRows(
        this.#session.database.reader,
        'SELECT comparison FROM evaluations WHERE run_id = $1 ORDER BY ordinal DESC LIMIT 1',
        [runId],
      ),
    );
    return row === undefined ? null : (JSON.parse(String(row[0])) as Comparison);
  }
}

/** Exported routing tables, noted in a DuckDB file. */
export class DuckDBRoutingTableStore implements RoutingTableStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async addRoutingTable(table: RoutingTable, sha256: string, path: string): Promise<void> {
    const { writer } = this.#session.database;
    await this.#session.transaction(async () => {
      const [found] = await readRows(writer, 'SELECT 1 FROM routing_tables WHERE sha256 = $1', [
        sha256,
      ]);
      if (found !== undefined) return;
      await appendRows(writer, ROUTING_TABLES, [routingTableToRow(table, sha256, path)]);
    });
  }
}
