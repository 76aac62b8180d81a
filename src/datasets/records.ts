import { isUtf8 } from 'node:buffer';
import { checkDataFile, type DataFormat } from './data-file.js';
import { firstInvalidUtf8, MAX_LINE_BYTES, visitLines } from './lines.js';
import type { Position } from './position.js';
import { type Problems, quote } from './problems.js';
import type { TableReader } from './table-reader.js';

/** One record of a data file: a line of JSON Lines, or a row of a table. */
export interface DataRecord {
  readonly values: Readonly<Record<string, unknown>>;
  readonly position: Position;
  readonly format: DataFormat;
}

const BYTE_ORDER_MARK = 0xfeff;
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Visits the lines of a text file as text; what is not text becomes a problem. */
export async function visitTextLines(
  path: string,
  problems: Problems,
  visit: (text: string, line: number) => void,
): Promise<void> {
  await visitLines(path, {
    line(bytes, number, offset) {
      if (!isUtf8(bytes)) {
        const at = firstInvalidUtf8(bytes);
        const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0');
        problems.add(
          { file: path, line: number },
          `invalid UTF-8 at byte ${offset + at} of the file (0x${byte}); save the file as UTF-8`,
        );
        return;
      }
      const text = bytes.toString('utf8');
      visit(number === 1 && text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text, number);
    },
    tooLong(number, bytes) {
      problems.add(
        { file: path, line: number },
        `the line is ${megabytes(bytes)} long; expected at most ${megabytes(MAX_LINE_BYTES)} (is a line feed missing?)`,
      );
    },
    nul(offset, chunk) {
      const mark = chunk.subarray(0, 2).toString('latin1');
      problems.add(
        { file: path },
        mark === '\xff\xfe' || mark === '\xfe\xff'
          ? 'looks like UTF-16; save the file as UTF-8'
          : `looks like a binary file (NUL at byte ${offset}); expected text in UTF-8`,
      );
    },
  });
}

/** What is wrong with a line that is no JSON, in our own words. */
function jsonProblem(text: string, cause: unknown): string {
  const told = cause instanceof Error ? cause.message : String(cause);
  if (/end of JSON|Unterminated/i.test(told)) {
    return `truncated JSON: the line ends after ${quote(text.trimEnd().slice(-20))}; expected one whole JSON object a line`;
  }
  const at = /at position (\d+)/.exec(told)?.[1];
  const column = at === undefined ? '' : ` at column ${Number(at) + 1}`;
  return `not JSON${column}: ${quote(text.slice(Math.max(0, Number(at ?? 0) - 10), Number(at ?? 0) + 20))}; expected one JSON object a line`;
}

const kindOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

/** Reads JSON Lines; blank lines are skipped. What cannot be read becomes a problem. */
export async function readJsonLines(path: string, problems: Problems): Promise<DataRecord[]> {
  const records: DataRecord[] = [];
  let asArray = false;
  await visitTextLines(path, problems, (text, line) => {
    if (asArray || text.trim() === '') return;
    const position = { file: path, line };
    try {
      const value: unknown = JSON.parse(text);
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
        records.push({ values: value as Record<string, unknown>, position, format: 'jsonl' });
      } else {
        problems.add(position, `expected a JSON object, got ${kindOf(value)}: ${quote(value)}`);
      }
    } catch (cause) {
      asArray = records.length === 0 && problems.count === 0 && text.trimStart().startsWith('[');
      problems.add(
        position,
        asArray
          ? 'starts a JSON array; expected JSON Lines: one object a line, without [ ] and commas between'
          : jsonProblem(text, cause),
      );
    }
  });
  return records;
}

/** Reads CSV files (every value as text) in one go, after checking that each is text. */
export async function readCsvFiles(
  paths: readonly string[],
  reader: TableReader,
  problems: Problems,
): Promise<DataRecord[]> {
  for (const path of paths) await visitTextLines(path, problems, () => {});
  problems.throwIfAny();
  const rows = await reader.read(paths, { format: 'csv', allText: true });
  return rows.map(({ file, row, values }) => ({
    values,
    position: { file, row, format: 'csv' },
    format: 'csv',
  }));
}

/**
 * Reads a data file of any known format.
 * @throws UserError where the file as a whole cannot be read; what is wrong inside goes to `problems`
 */
export async function readRecords(
  path: string,
  reader: TableReader,
  problems: Problems,
): Promise<DataRecord[]> {
  const format = await checkDataFile(path);
  if (format === 'jsonl') return readJsonLines(path, problems);
  if (format === 'csv') return readCsvFiles([path], reader, problems);
  const rows = await reader.read([path], { format });
  return rows.map(({ file, row, values }) => ({
    values,
    position: { file, row, format },
    format,
  }));
}
