import { UserError } from '../user-error.js';
import { type DatasetFilter, filterPrompts } from './filter.js';
import { hashPrompts } from './hash-prompts.js';
import { parsePrompt, unknownKeys } from './parse-prompt.js';
import { lineOf, type Position } from './position.js';
import { Problems, quote } from './problems.js';
import type { Dataset, Prompt } from './prompt.js';
import { type DataRecord, readRecords } from './records.js';
import type { TableReader } from './table-reader.js';

export interface ReadDatasetOptions {
  /** Reads CSV and Parquet; JSON Lines are read without it. */
  readonly reader: TableReader;
  readonly filter?: DatasetFilter | undefined;
  /** Only the first so many prompts that pass the filter; an integer of at least 1. */
  readonly limit?: number | undefined;
}

/** A table's header is told once, not once a row. */
function checkColumns(record: DataRecord, path: string, problems: Problems): void {
  const position = record.format === 'csv' ? { file: path, line: 1 } : { file: path };
  const unknown = unknownKeys(record);
  for (const text of unknown) problems.add(position, text);
  if (!('id' in record.values)) problems.add(position, 'has no column "id"');
  if (unknown.length === 0 && !('prompt' in record.values) && !('messages' in record.values)) {
    problems.add(position, 'has no column "prompt" (or "messages")');
  }
  problems.throwIfAny();
}

/**
 * Reads a dataset from a .jsonl, .ndjson, .csv or .parquet file.
 * @returns its prompts in the order of the file, and the hash of those that were kept
 * @throws UserError with one line a problem (at most ten, then a count), each `file:line: what is
 *   wrong, what was expected`
 */
export async function readDataset(path: string, options: ReadDatasetOptions): Promise<Dataset> {
  const { reader, filter, limit } = options;
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new UserError(`${path}: expected \`limit\` to be an integer of at least 1, got ${limit}`);
  }
  const problems = new Problems();
  const records = await readRecords(path, reader, problems);
  const [first] = records;
  if (first !== undefined && first.format !== 'jsonl') checkColumns(first, path, problems);

  const firstPlaces = new Map<string, Position>();
  const prompts: Prompt[] = [];
  for (const record of records) {
    const prompt = parsePrompt(record, (text) => problems.add(record.position, text));
    const earlier = prompt.id === '' ? undefined : firstPlaces.get(prompt.id);
    if (earlier !== undefined) {
      problems.add(
        record.position,
        `duplicate id ${quote(prompt.id)}, first used on ${lineOf(earlier)}; every prompt needs its own`,
      );
    } else {
      firstPlaces.set(prompt.id, record.position);
    }
    prompts.push(prompt);
  }
  problems.throwIfAny();
  if (prompts.length === 0) {
    throw new UserError(`${path}: has no prompts; expected at least one`);
  }

  const filtered = filter === undefined ? prompts : filterPrompts(prompts, filter, path);
  const kept = limit === undefined ? filtered : filtered.slice(0, limit);
  return { path, prompts: kept, hash: hashPrompts(kept) };
}
