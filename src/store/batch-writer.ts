import type { DuckDBAppender } from '@duckdb/node-api';
import { type Database, inTransaction, readColumns, readRows } from './database.js';
import { describeDatabaseError } from './database-error.js';
import { cellName, scoreName } from './run-rules.js';
import { OUTCOMES, SCORES, USAGE } from './run-tables.js';
import type { Columns, Encoded, Table } from './table-columns.js';
import { planBatch, type RunKeys, type Write } from './write-batch.js';

/** Writes batches of outcomes, scores and usage, each batch in one transaction. */
export class BatchWriter {
  readonly #database: Database;
  /** What the runs written to already have; read from the file when a run is first written to. */
  readonly #keys = new Map<string, RunKeys>();
  readonly #appenders = new Map<string, DuckDBAppender>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws where the transaction failed: then nothing of the batch is stored. */
  async commit(writes: readonly Write[]): Promise<readonly (Error | null)[]> {
    const { writer } = this.#database;
    try {
      const keys = new Map<string, RunKeys | null>();
      for (const runId of new Set(writes.flatMap((write) => write.runIds))) {
        keys.set(runId, await this.#keysOf(runId));
      }
      const plan = planBatch(writes, keys);
      await inTransaction(writer, async () => {
        for (const { runId, promptId, model, trial } of plan.replacedOutcomes) {
          await writer.run(
            `DELETE FROM outcomes WHERE run_id = $1 AND prompt_id = $2 AND model = $3 AND trial = $4`,
            [runId, promptId, model, trial],
          );
        }
        for (const { runId, promptId, model, trial, scoreKey } of plan.replacedScores) {
          await writer.run(
            `DELETE FROM scores WHERE run_id = $1 AND prompt_id = $2 AND model = $3 AND trial = $4 AND score_key = $5`,
            [runId, promptId, model, trial, scoreKey],
          );
        }
        await this.#append(OUTCOMES, plan.outcomes);
        await this.#append(SCORES, plan.scores);
        await this.#append(USAGE, plan.usage);
      });
      return plan.refusals;
    } catch (error) {
      this.#forget();
      throw describeDatabaseError(error, this.#database.path);
    }
  }

  close(): void {
    for (const appender of this.#appenders.values()) appender.closeSync();
    this.#appenders.clear();
  }

  async #append<C extends Columns>(
    table: Table<C>,
    rows: readonly (readonly Encoded[])[],
  ): Promise<void> {
    if (rows.length === 0) return;
    let appender = this.#appenders.get(table.name);
    if (appender === undefined) {
      appender = await this.#database.writer.createAppender(table.name);
      this.#appenders.set(table.name, appender);
    }
    for (const row of rows) table.append(appender, row);
    appender.flushSync();
  }

  /** Null where there is no such run. */
  async #keysOf(runId: string): Promise<RunKeys | null> {
    const known = this.#keys.get(runId);
    if (known !== undefined) return known;
    const { writer } = this.#database;
    const [run] = await readRows(writer, 'SELECT 1 FROM runs WHERE id = $1', [runId]);
    if (run === undefined) return null;
    const outcomes = await readColumns(
      writer,
      `SELECT prompt_id, model, trial, status = 'done' FROM outcomes WHERE run_id = $1`,
      [runId],
    );
    const scores = await readColumns(
      writer,
      `SELECT prompt_id, model, trial, score IS NOT NULL, score_key FROM scores WHERE run_id = $1`,
      [runId],
    );
    const keys: RunKeys = {
      cells: namedStates(outcomes, (cell) => cellName(cell)),
      scores: namedStates(scores, (cell, row) =>
        scoreName({ ...cell, scoreKey: String(scores[4]?.[row]) }),
      ),
    };
    this.#keys.set(runId, keys);
    return keys;
  }

  /** After a failure: what is staged is lost and what is stored must be read again. */
  #forget(): void {
    this.#keys.clear();
    for (const appender of this.#appenders.values()) {
      try {
        appender.clear();
        appender.closeSync();
      } catch {
        // An appender that failed says so again when it is closed; its rows are already refused.
      }
    }
    this.#appenders.clear();
  }
}

function namedStates(
  columns: readonly (readonly Encoded[])[],
  name: (
    cell: { readonly promptId: string; readonly model: string; readonly trial: number },
    row: number,
  ) => string,
): Map<string, boolean> {
  const [prompts = [], models = [], trials = [], states = []] = columns;
  return new Map(
    prompts.map((promptId, row) => [
      name(
        {
          promptId: String(promptId),
          model: String(models[row]),
          trial: Number(trials[row]),
        },
        row,
      ),
      states[row] === true,
    ]),
  );
}
