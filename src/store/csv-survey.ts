import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { UserError } from '../user-error.js';
import { splitRecord } from './csv-record.js';

/** Longest record: far beyond any answer of a model, short enough to hold in memory. */
export const LONGEST_RECORD_BYTES = 16 * 1024 * 1024;

/** What stands in a CSV file. */
export interface CsvSurvey {
  /** The header's names, exactly as written. */
  readonly names: readonly string[];
  /** Records after the header, blank lines left out. */
  readonly records: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Where in a record a byte stands: `closed` is right after a quote within a quoted cell. */
const AT = { cellStart: 0, plain: 1, quoted: 2, closed: 3 } as const;

/**
 * Reads a CSV file once to see that it is whole, before its rows are taken from DuckDB: that counts
 * records instead of lines in its errors, and drops a last record whose quote is never closed.
 * @throws UserError naming file and line of the first record that is not well-formed
 */
export async function surveyCsv(path: string, file: string): Promise<CsvSurvey> {
  let names: readonly string[] | null = null;
  let records = 0;
  let state: (typeof AT)[keyof typeof AT] = AT.cellStart;
  let cells = 1;
  let line = 1;
  let started = 1;
  let parts: Buffer[] = [];
  let size = 0;
  let lineEnd: string | null = null;
  let first = true;

  const fail = (problem: string, at = started): never => {
    throw new UserError(`${file}:${at}: ${problem}`);
  };
  const endRecord = (ended: boolean): void => {
    const whole: Buffer = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const crlf = whole.at(-2) === RETURN;
    if (ended) {
      const end = crlf ? 'CRLF' : 'LF';
      lineEnd ??= end;
      if (lineEnd !== end) {
        fail(
          `ends in ${end}, the lines before in ${lineEnd}: save the file with one kind of line end`,
        );
      }
    }
    const bytes = ended ? whole.subarray(0, crlf ? -2 : -1) : whole;
    parts = [];
    size = 0;
    if (bytes.length > 0 && !(names === null && bytes.equals(BOM))) {
      if (!isUtf8(bytes)) fail('not valid UTF-8: save the file as UTF-8');
      if (names === null) names = headerNames(bytes, `${file}:${started}`);
      else if (cells === names.length) records += 1;
      else {
        const expected = `${names.length} ${names.length === 1 ? 'cell' : 'cells'}`;
        fail(`expected ${expected} as in the header, got ${cells}`);
      }
    }
    started = line;
    cells = 1;
    state = AT.cellStart;
  };

  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    const bytes: Buffer = chunk;
    let from = 0;
    const mark = first && bytes.subarray(0, 3).equals(BOM) ? BOM.length : 0;
    first = false;
    for (let index = mark; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (byte === NEWLINE) line += 1;
      if (state === AT.quoted) {
        if (byte === QUOTE) state = AT.closed;
      } else if (byte === NEWLINE) {
        parts.push(bytes.subarray(from, index + 1));
        from = index + 1;
        endRecord(true);
      } else if (byte === COMMA) {
        cells += 1;
        state = AT.cellStart;
      } else if (byte === QUOTE && state !== AT.plain) {
        state = AT.quoted;
      } else if (byte === RETURN) {
        const next = index + 1 < bytes.length ? bytes[index + 1] : NEWLINE;
        if (next !== NEWLINE) fail('a carriage return outside quotes: end lines with LF or CRLF');
      } else if (byte !== SPACE) {
        if (state === AT.closed) {
          fail(
            `cell ${cells} goes on after its closing quote (a quote within quotes is written twice)`,
            line,
          );
        }
        state = AT.plain;
      }
    }
    parts.push(bytes.subarray(from));
    size += bytes.length - from;
    if (size > LONGEST_RECORD_BYTES) {
      const megabytes = LONGEST_RECORD_BYTES / 1024 / 1024;
      fail(`longer than ${megabytes} MB, or a quote in it is never closed`);
    }
  }
  if (state === AT.quoted) fail('a quoted cell is never closed');
  endRecord(false);
  if (names === null) throw new UserError(`${file} is empty: expected CSV with a header line`);
  return { names, records };
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

function headerNames(bytes: Buffer, place: string): readonly string[] {
  const text = (bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes).toString('utf8');
  const names = splitRecord(text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError(`${place}: two columns are named "${twice}": rename one`);
  }
  return names;
}
