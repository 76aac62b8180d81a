import type { UsageRecord } from '../costs/index.js';
import type { Prompt } from '../datasets/index.js';
import type { Comparison, EvaluationStore } from '../evaluation/index.js';
import type {
  JudgedAnswer,
  Outcome,
  Run,
  RunStatus,
  RunStore,
  Score,
  SpendTotal,
} from '../outcomes/index.js';
import type { RoutingTable, RoutingTableStore } from '../tables/index.js';
import {
  comparisonToRow,
  EVALUATIONS,
  evaluationId,
  ROUTING_TABLES,
  routingTableToRow,
} from './evaluation-tables.js';
import {
  alreadyDone,
  alreadyScored,
  byScoreKey,
  cellName,
  checkImport,
  checkScore,
  inPlanOrder,
  noSuchRun,
  runExists,
  scoreName,
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
import type { Columns, RowOf, Table } from './table-columns.js';

/** A row as a database would give it back: a copy, with times and JSON as they are stored. */
const stored = <C extends Columns>(table: Table<C>, row: RowOf<C>): RowOf<C> =>
  table.decode(table.encode(row));

interface StoredRun {
  run: Run;
  readonly prompts: readonly Prompt[];
  readonly outcomes: Map<string, Outcome>;
  readonly scores: Map<string, Score>;
  readonly usage: UsageRecord[];
}

/** Runs in memory, for tests and for trying something out. */
export class MemoryRunStore implements RunStore {
  /** In the order of creation. */
  readonly #runs = new Map<string, StoredRun>();

  async createRun(run: Run, prompts: readonly Prompt[]): Promise<void> {
    await this.importRun(run, prompts, [], [], []);
  }

  async setRunStatus(runId: string, status: RunStatus, endedAt: string | null): Promise<void> {
    const found = this.#require(runId);
    found.run = rowToRun(stored(RUNS, runToRow({ ...found.run, status, endedAt })));
  }

  async findRun(idOrName: string): Promise<Run | null> {
    const byId = this.#runs.get(idOrName)?.run;
    return byId ?? this.#newestFirst().find((run) => run.name === idOrName) ?? null;
  }

  async listRuns(): Promise<readonly Run[]> {
    return this.#newestFirst();
  }

  async readPrompts(runId: string): Promise<readonly Prompt[]> {
    return this.#runs.get(runId)?.prompts ?? [];
  }

  async addOutcome(outcome: Outcome, usage: readonly UsageRecord[]): Promise<void> {
    const kept = rowToOutcome(stored(OUTCOMES, outcomeToRow(outcome)));
    const ledger = this.#ledgersOf(usage);
    const { outcomes } = this.#require(outcome.runId);
    const name = cellName(kept);
    if (outcomes.get(name)?.status === 'done') throw alreadyDone(outcome);
    outcomes.delete(name);
    outcomes.set(name, kept);
    for (const add of ledger) add();
  }

  async addScore(score: Score, usage: readonly UsageRecord[]): Promise<void> {
    checkScore(score);
    const kept = rowToScore(stored(SCORES, scoreToRow(score)));
    const ledger = this.#ledgersOf(usage);
    const { scores } = this.#require(score.runId);
    const name = scoreName(kept);
    if ((scores.get(name)?.score ?? null) !== null) throw alreadyScored(score);
    scores.delete(name);
    scores.set(name, kept);
    for (const add of ledger) add();
  }

  async addUsage(usage: readonly UsageRecord[]): Promise<void> {
    for (const add of this.#ledgersOf(usage)) add();
  }

  async importRun(
    run: Run,
    prompts: readonly Prompt[],
    outcomes: readonly Outcome[],
    scores: readonly Score[],
    usage: readonly UsageRecord[],
  ): Promise<void> {
    checkImport(run, prompts, outcomes, scores, usage);
    if (this.#runs.has(run.id)) throw runExists(run.id);
    this.#runs.set(run.id, {
      run: rowToRun(stored(RUNS, runToRow(run))),
      prompts: prompts.map((prompt, index) =>
        rowToPrompt(stored(PROMPTS, promptToRow(run.id, index, prompt))),
      ),
      outcomes: new Map(
        outcomes.map((outcome) => [
          cellName(outcome),
          rowToOutcome(stored(OUTCOMES, outcomeToRow(outcome))),
        ]),
      ),
      scores: new Map(
        scores.map((score) => [scoreName(score), rowToScore(stored(SCORES, scoreToRow(score)))]),
      ),
      usage: usage.map((record) => rowToUsage(stored(USAGE, usageToRow(record)))),
    });
  }

  async readOutcomes(runId: string): Promise<readonly Outcome[]> {
    return this.#ordered(runId, (found) => [...found.outcomes.values()]);
  }

  async readScores(runId: string): Promise<readonly Score[]> {
    return this.#ordered(runId, (found) => [...found.scores.values()]);
  }

  async readUsage(runId: string): Promise<readonly UsageRecord[]> {
    return [...(this.#runs.get(runId)?.usage ?? [])];
  }

  async totalSpend(runId: string): Promise<readonly SpendTotal[]> {
    const totals = new Map<string, SpendTotal>();
    for (const { purpose, origin, estimated, cost } of await this.readUsage(runId)) {
      const name = `${purpose} ${origin}`;
      const total = totals.get(name);
      totals.set(name, {
        purpose,
        origin,
        records: (total?.records ?? 0) + 1,
        estimated: (total?.estimated ?? 0) + (estimated ? 1 : 0),
        cost: (total?.cost ?? 0) + (cost ?? 0),
      });
    }
    return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  }

  async findOutcomesByKey(cellKeys: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
    return oldestByKey(
      [...this.#runs.values()].flatMap(({ outcomes }) =>
        [...outcomes.values()].filter(({ status }) => status === 'done'),
      ),
      cellKeys,
    );
  }

  async findScoresByKey(
    scoreKeys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly JudgedAnswer[]>> {
    const wanted = new Set(scoreKeys);
    const judged = [...this.#runs.values()].flatMap(({ scores, outcomes }) =>
      [...scores.values()].flatMap((score): readonly JudgedAnswer[] => {
        const answer = outcomes.get(cellName(score))?.text ?? null;
        const counts = score.score !== null && answer !== null && wanted.has(score.scoreKey);
        return counts ? [{ score, answer }] : [];
      }),
    );
    const oldest = new Map<string, JudgedAnswer>();
    for (const one of judged) {
      const name = JSON.stringify([one.score.scoreKey, one.answer]);
      const found = oldest.get(name);
      if (found === undefined || isOlder(one.score, found.score)) oldest.set(name, one);
    }
    return byScoreKey(
      [...oldest.values()].sort((a, b) =>
        isOlder(a.score, b.score) ? -1 : isOlder(b.score, a.score) ? 1 : 0,
      ),
    );
  }

  async close(): Promise<void> {}

  #require(runId: string): StoredRun {
    const found = this.#runs.get(runId);
    if (found === undefined) throw noSuchRun(runId);
    return found;
  }

  /** Checks everything before anything is added. */
  #ledgersOf(usage: readonly UsageRecord[]): readonly (() => void)[] {
    return usage.map((record) => {
      const kept = rowToUsage(stored(USAGE, usageToRow(record)));
      const ledger = this.#require(record.runId).usage;
      return () => ledger.push(kept);
    });
  }

  #ordered<Row extends Outcome | Score>(
    runId: string,
    rows: (found: StoredRun) => readonly Row[],
  ): readonly Row[] {
    const found = this.#runs.get(runId);
    if (found === undefined) return [];
    const ids = found.prompts.map(({ id }) => id);
    return inPlanOrder(rows(found), ids, found.run.models);
  }

  #newestFirst(): readonly Run[] {
    const runs = [...this.#runs.values()].map(({ run }) => run).reverse();
    return runs.sort((a, b) =>
      a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0,
    );
  }
}

function oldestByKey(
  outcomes: readonly Outcome[],
  cellKeys: readonly string[],
): ReadonlyMap<string, Outcome> {
  const wanted = new Set(cellKeys);
  const oldest = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const { cellKey } = outcome;
    if (!wanted.has(cellKey)) continue;
    const found = oldest.get(cellKey);
    if (found === undefined || isOlder(outcome, found)) oldest.set(cellKey, outcome);
  }
  return oldest;
}

function isOlder(a: Outcome | Score, b: Outcome | Score): boolean {
  return a.completedAt === b.completedAt ? a.runId < b.runId : a.completedAt < b.completedAt;
}

/** Comparisons in memory. */
export class MemoryEvaluationStore implements EvaluationStore {
  readonly #comparisons: Comparison[] = [];

  async addEvaluation(comparison: Comparison): Promise<string> {
    const ordinal = this.#comparisons.filter(({ run }) => run === comparison.run).length + 1;
    const { comparison: kept } = stored(EVALUATIONS, comparisonToRow(comparison, ordinal));
    this.#comparisons.push(kept as Comparison);
    return evaluationId(comparison.run, ordinal);
  }

  async countTestReadings(dataHash: string, splitSeed: number): Promise<number> {
    return this.#comparisons.filter(
      (kept) => kept.provenance.dataHash === dataHash && kept.splitSeed === splitSeed,
    ).length;
  }

  async latestEvaluation(runId: string): Promise<Comparison | null> {
    return this.#comparisons.findLast(({ run }) => run === runId) ?? null;
  }
}

/** Exported routing tables, noted in memory. */
export class MemoryRoutingTableStore implements RoutingTableStore {
  readonly #tables = new Map<string, RoutingTable>();

  async addRoutingTable(table: RoutingTable, sha256: string, path: string): Promise<void> {
    if (this.#tables.has(sha256)) return;
    const { document } = stored(ROUTING_TABLES, routingTableToRow(table, sha256, path));
    this.#tables.set(sha256, document as RoutingTable);
  }
}
