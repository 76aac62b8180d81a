import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Cell,
  Problems,
  quote,
  type TableReader,
  type TableRow,
} from '../../datasets/index.js';
import { UserError } from '../../user-error.js';
import type { Message } from '../../wire/index.js';

const SNAPSHOT = /^operations-(\d+)\.parquet$/;

const OPERATION_COLUMNS = [
  'operation_id',
  'model',
  'origin',
  'cache',
  'error',
  'latency_ms',
  'routing',
  'prompt_hash',
  'messages',
  'answer',
] as const;
const USAGE_COLUMNS = [
  'operation_id',
  'purpose',
  'model',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_nano_usd',
  'estimated',
  'error',
  'latency_ms',
] as const;

const FEEDBACK_COLUMNS = ['operation_id', 'source', 'score', 'unscored'] as const;

/** What a judge said of an answer; exactly one of the two is null. */
export interface Judgement {
  readonly score: number | null;
  readonly unscored: string | null;
}

/** An operation that a model answered with text, and whose prompt is known. */
export interface Answered {
  readonly id: string;
  readonly model: string;
  readonly simulated: boolean;
  readonly promptHash: string;
  readonly messages: readonly Message[];
  readonly answer: string;
  readonly domain: string | null;
  readonly latencyMs: number | null;
}

/** The latest snapshot of a folder: its tables. Feedback is null in one of an older service. */
async function findSnapshot(path: string): Promise<{
  readonly operationsFile: string;
  readonly usageFile: string;
  readonly feedbackFile: string | null;
}> {
  if (!(await stat(path)).isDirectory()) {
    throw new UserError(
      `${path}: expected the folder that the service writes its snapshots to, with operations-….parquet and usage-….parquet`,
    );
  }
  const names = new Set(await readdir(path));
  let latest: string | null = null;
  for (const name of names) {
    const place = SNAPSHOT.exec(name)?.[1];
    if (place === undefined || !names.has(`usage-${place}.parquet`)) continue;
    if (latest === null || Number(place) > Number(latest)) latest = place;
  }
  if (latest === null) {
    throw new UserError(
      `${path}: has no snapshot of a service (operations-….parquet with a usage-….parquet of the same number); name the folder under "snapshots" in the service's configuration`,
    );
  }
  const feedback = `feedback-${latest}.parquet`;
  return {
    operationsFile: join(path, `operations-${latest}.parquet`),
    usageFile: join(path, `usage-${latest}.parquet`),
    feedbackFile: names.has(feedback) ? join(path, feedback) : null,
  };
}

function checkColumns(rows: readonly TableRow[], file: string, columns: readonly string[]): void {
  const [first] = rows;
  const absent = first === undefined ? [] : columns.filter((name) => !(name in first.values));
  if (absent.length > 0) {
    throw new UserError(
      `${file}: is no snapshot of a service: no column ${absent.map(quote).join(', ')}`,
    );
  }
}

/** A column of JSON, as text. Null where it is empty. */
function readJson(row: TableRow, name: string, problems: Problems): unknown {
  const value = row.values[name] ?? null;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    problems.add({ file: row.file, row: row.row }, `${quote(name)} is no JSON: ${quote(value)}`);
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { role, content } = value as { readonly role?: unknown; readonly content?: unknown };
  return (
    (role === 'system' || role === 'user' || role === 'assistant') && typeof content === 'string'
  );
}

function readMessages(row: TableRow, problems: Problems): readonly Message[] | null {
  const value = readJson(row, 'messages', problems);
  if (value === null) return null;
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage)) return value;
  const expected = 'must be a list of {role, content}, each role system, user or assistant';
  problems.add({ file: row.file, row: row.row }, `"messages" ${expected}, got ${quote(value)}`);
  return null;
}

function readDomain(row: TableRow, problems: Problems): string | null {
  const routing = readJson(row, 'routing', problems);
  if (typeof routing !== 'object' || routing === null || !('domain' in routing)) return null;
  return typeof routing.domain === 'string' ? routing.domain : null;
}

/** Counts what is left out, by reason, for the notes. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  notes(all: number): readonly string[] {
    return [...this.#counts].map(
      ([reason, count]) => `${count} of ${all} operations ${reason}; left out`,
    );
  }
}

function readOperations(
  rows: readonly TableRow[],
  path: string,
): { readonly answered: readonly Answered[]; readonly leftOut: LeftOut } {
  const problems = new Problems();
  const leftOut = new LeftOut();
  const answered: Answered[] = [];
  let fresh = 0;
  for (const row of rows) {
    const { values } = row;
    const { operation_id: id, model, prompt_hash: promptHash, answer } = values;
    if (values.cache === 'hit') leftOut.add('were answered from the cache');
    else if (values.error !== null || typeof model !== 'string') leftOut.add('failed');
    else {
      fresh += 1;
      const messages = readMessages(row, problems);
      if (messages === null) leftOut.add('have no prompt stored');
      else if (typeof answer !== 'string' || answer === '') leftOut.add('have no text as answer');
      else {
        answered.push({
          id: String(id),
          model,
          simulated: values.origin === 'simulated',
          promptHash: String(promptHash),
          messages,
          answer,
          domain: readDomain(row, problems),
          latencyMs: numberOrNull(values.latency_ms),
        });
      }
    }
  }
  problems.throwIfAny();
  if (fresh === 0) {
    throw new UserError(`${path}: none of ${rows.length} operations was answered by a model anew`);
  }
  if (answered.length === 0) {
    throw new UserError(
      `${path}: no operation has its prompt and answer stored: set store_prompts: true in the service's configuration, and import what it records from then on`,
    );
  }
  return { answered, leftOut };
}

export const numberOrNull = (value: Cell | undefined): number | null =>
  typeof value === 'number' ? value : null;

/** What a folder's latest snapshot holds. */
export interface Snapshot {
  /** In the order they were recorded. */
  readonly answered: readonly Answered[];
  /** Of all operations, those that are not among `answered`. */
  readonly leftOut: LeftOut;
  readonly operations: number;
  /** The file that attempts stand in, for messages. */
  readonly usageFile: string;
  /** Rows of the usage table by operation. */
  readonly attempts: ReadonlyMap<string, readonly TableRow[]>;
  /** By operation, of those that a judge was to look at. */
  readonly judgements: ReadonlyMap<string, Judgement>;
}

/** What judges said, by operation. Callers chose what to judge, so that theirs are no scores of a sample. */
async function readJudgements(
  file: string | null,
  reader: TableReader,
): Promise<ReadonlyMap<string, Judgement>> {
  const judgements = new Map<string, Judgement>();
  if (file === null) return judgements;
  const rows = await reader.read([file], { format: 'parquet' });
  checkColumns(rows, file, FEEDBACK_COLUMNS);
  for (const { values } of rows) {
    if (values.source !== 'judge') continue;
    const score = numberOrNull(values.score);
    const unscored = score === null ? String(values.unscored ?? 'no reason is given') : null;
    judgements.set(String(values.operation_id), { score, unscored });
  }
  return judgements;
}

/** @throws UserError: no snapshot there, damaged, or without a single prompt stored */
export async function readSnapshot(path: string, reader: TableReader): Promise<Snapshot> {
  const { operationsFile, usageFile, feedbackFile } = await findSnapshot(path);
  const operations = await reader.read([operationsFile], { format: 'parquet' });
  checkColumns(operations, operationsFile, OPERATION_COLUMNS);
  const usage = await reader.read([usageFile], { format: 'parquet' });
  checkColumns(usage, usageFile, USAGE_COLUMNS);
  const attempts = new Map<string, TableRow[]>();
  for (const row of usage) {
    const id = String(row.values.operation_id);
    const rows = attempts.get(id);
    // Judging an answer is no part of giving it.
    if (row.values.purpose === 'judge') continue;
    if (rows === undefined) attempts.set(id, [row]);
    else rows.push(row);
  }
  return {
    ...readOperations(operations, path),
    operations: operations.length,
    usageFile,
    attempts,
    judgements: await readJudgements(feedbackFile, reader),
  };
}
