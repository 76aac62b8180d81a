import { type DuckDBValue, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { UsageRecord } from '../costs/index.js';
import type { JudgedAnswer, Outcome, Run, RunStore, Score, SpendTotal } from '../outcomes/index.js';
import { appendRows, readRows } from './database.js';
import {
  byScoreKey,
  checkImport,
  checkScore,
  inPlanOrder,
  noSuchRun,
  runExists,
} from './run-rules.js';
import {
  OUTCOMES,
  outcomeToRow,
  PROMPTS,
  promptToRow,
  RUNS,
  rowToOutcome,
  rowToPrompt,
  rowToRun,
  rowToScore,
  rowToUsage,
  runToRow,
  SCORES,
  scoreToRow,
  USAGE,
  usageToRow,
} from './run-tables.js';
import type { Session } from './session.js';
import { type Columns, type Encoded, type RowOf, safeNumber, type Table } from './table-columns.js';
import type { Write } from './write-batch.js';

/** Runs in a DuckDB file. */
export class DuckDBRunStore implements RunStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async createRun(run: Run, prompts: Parameters<RunStore['createRun']>[1]): Promise<void> {
    await this.importRun(run, prompts, [], [], []);
  }

  async setRunStatus(runId: string, status: Run['status'], endedAt: string | null): Promise<void> {
    await this.#session.transaction(async () => {
      const { writer } = this.#session.database;
      const [updated] = await readRows(
        writer,
        `UPDATE runs SET status = $1, ended_at = $2::TIMESTAMP WHERE id = $3 RETURNING id`,
        [status, endedAt === null ? null : new Date(endedAt).toISOString().replace('Z', ''), runId],
      );
      if (updated === undefined) throw noSuchRun(runId);
    });
  }

  async findRun(idOrName: string): Promise<Run | null> {
    const [row] = await this.#select(
      RUNS,
      'WHERE id = $1 OR name = $1 ORDER BY id = $1 DESC, started_at DESC, rowid DESC LIMIT 1',
      [idOrName],
    );
    return row === undefined ? null : rowToRun(row);
  }

  async listRuns(): Promise<readonly Run[]> {
    return (await this.#select(RUNS, 'ORDER BY started_at DESC, rowid DESC')).map(rowToRun);
  }

  async readPrompts(runId: string): ReturnType<RunStore['readPrompts']> {
    const rows = await this.#select(PROMPTS, 'WHERE run_id = $1 ORDER BY position', [runId]);
    return rows.map(rowToPrompt);
  }

  async addOutcome(outcome: Outcome, usage: readonly UsageRecord[]): Promise<void> {
    await this.#session.write({
      kind: 'outcome',
      outcome,
      row: OUTCOMES.encode(outcomeToRow(outcome)),
      ...encodeUsage(usage, [outcome.runId]),
    });
  }

  async addScore(score: Score, usage: readonly UsageRecord[]): Promise<void> {
    checkScore(score);
    await this.#session.write({
      kind: 'score',
      score,
      row: SCORES.encode(scoreToRow(score)),
      ...encodeUsage(usage, [score.runId]),
    });
  }

  async addUsage(usage: readonly UsageRecord[]): Promise<void> {
    if (usage.length === 0) return;
    await this.#session.write({ kind: 'usage', ...encodeUsage(usage, []) });
  }

  async importRun(
    run: Run,
    prompts: Parameters<RunStore['importRun']>[1],
    outcomes: readonly Outcome[],
    scores: readonly Score[],
    usage: readonly UsageRecord[],
  ): Promise<void> {
    checkImport(run, prompts, outcomes, scores, usage);
    const promptRows = prompts.map((prompt, index) => promptToRow(run.id, index, prompt));
    await this.#session.transaction(async () => {
      const { writer } = this.#session.database;
      const [found] = await readRows(writer, 'SELECT 1 FROM runs WHERE id = $1', [run.id]);
      if (found !== undefined) throw runExists(run.id);
      await appendRows(writer, RUNS, [runToRow(run)]);
      await appendRows(writer, PROMPTS, promptRows);
      await appendRows(writer, OUTCOMES, outcomes.map(outcomeToRow));
      await appendRows(writer, SCORES, scores.map(scoreToRow));
      await appendRows(writer, USAGE, usage.map(usageToRow));
    });
  }

  async readOutcomes(runId: string): Promise<readonly Outcome[]> {
    const rows = await this.#select(OUTCOMES, 'WHERE run_id = $1 ORDER BY rowid', [runId]);
    return this.#ordered(runId, rows.map(rowToOutcome));
  }

  async readScores(runId: string): Promise<readonly Score[]> {
    const rows = await this.#select(SCORES, 'WHERE run_id = $1 ORDER BY rowid', [runId]);
    return this.#ordered(runId, rows.map(rowToScore));
  }

  async readUsage(runId: string): Promise<readonly UsageRecord[]> {
    const rows = await this.#select(USAGE, 'WHERE run_id = $1 ORDER BY rowid', [runId]);
    return rows.map(rowToUsage);
  }

  async totalSpend(runId: string): Promise<readonly SpendTotal[]> {
    const rows = await this.#rows(
      `SELECT purpose, origin, count(*), count(*) FILTER (estimated),
         coalesce(sum(cost_nano_usd), 0)::BIGINT
       FROM usage WHERE run_id = $1 GROUP BY purpose, origin ORDER BY purpose, origin`,
      [runId],
    );
    return rows.map(([purpose, origin, records, estimated, cost]) => ({
      purpose: purpose as SpendTotal['purpose'],
      origin: origin as SpendTotal['origin'],
      records: safeNumber(records ?? null),
      estimated: safeNumber(estimated ?? null),
      cost: safeNumber(cost ?? null),
    }));
  }

  async findOutcomesByKey(cellKeys: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
    const rows = await this.#selectByKeys(
      OUTCOMES,
      `WHERE status = 'done' AND cell_key IN (SELECT unnest($1))
       QUALIFY row_number() OVER (PARTITION BY cell_key ORDER BY completed_at, run_id, rowid) = 1`,
      cellKeys,
    );
    return new Map(rows.map(rowToOutcome).map((outcome) => [outcome.cellKey, outcome]));
  }

  async findScoresByKey(
    scoreKeys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly JudgedAnswer[]>> {
    const rows = await this.#rowsByKeys(
      `SELECT ${SCORES.selection}, outcomes.text
       FROM scores JOIN outcomes USING (run_id, prompt_id, model, trial)
       WHERE scores.score IS NOT NULL AND outcomes.text IS NOT NULL
         AND scores.score_key IN (SELECT unnest($1))
       QUALIFY row_number() OVER (PARTITION BY scores.score_key, outcomes.text
         ORDER BY scores.completed_at, scores.run_id, scores.rowid) = 1
       ORDER BY scores.completed_at, scores.run_id, scores.rowid`,
      scoreKeys,
    );
    return byScoreKey(
      rows.map((values) => ({
        score: rowToScore(SCORES.decode(values)),
        answer: String(values.at(-1)),
      })),
    );
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async #ordered<Row extends Outcome | Score>(
    runId: string,
    rows: readonly Row[],
  ): Promise<readonly Row[]> {
    const [run] = await this.#select(RUNS, 'WHERE id = $1', [runId]);
    const ids = await this.#rows(
      'SELECT prompt_id FROM prompts WHERE run_id = $1 ORDER BY position',
      [runId],
    );
    const models = run === undefined ? [] : rowToRun(run).models;
    return inPlanOrder(
      rows,
      ids.map(([id]) => String(id)),
      models,
    );
  }

  #rows(sql: string, parameters: readonly DuckDBValue[]): ReturnType<typeof readRows> {
    return this.#session.read(() => readRows(this.#session.database.reader, sql, parameters));
  }

  async #select<C extends Columns>(
    table: Table<C>,
    rest: string,
    parameters: readonly DuckDBValue[] = [],
  ): Promise<readonly RowOf<C>[]> {
    const sql = `SELECT ${table.selection} FROM ${table.name} ${rest}`;
    return (await this.#rows(sql, parameters)).map((values) => table.decode(values));
  }

  async #selectByKeys<C extends Columns>(
    table: Table<C>,
    rest: string,
    keys: readonly string[],
  ): Promise<readonly RowOf<C>[]> {
    const sql = `SELECT ${table.selection} FROM ${table.name} ${rest}`;
    return (await this.#rowsByKeys(sql, keys)).map((values) => table.decode(values));
  }

  async #rowsByKeys(
    sql: string,
    keys: readonly string[],
  ): Promise<readonly (readonly Encoded[])[]> {
    if (keys.length === 0) return [];
    return this.#session.read(async () => {
      const bound = [listValue([...new Set(keys)])];
      const result = await this.#session.database.reader.run(sql, bound, [LIST(VARCHAR)]);
      return (await result.getRows()) as Encoded[][];
    });
  }
}

function encodeUsage(
  usage: readonly UsageRecord[],
  runIds: readonly string[],
): Pick<Write, 'usage' | 'runIds'> {
  return {
    usage: usage.map((record) => USAGE.encode(usageToRow(record))),
    runIds: [...runIds, ...usage.map((record) => record.runId)],
  };
}
