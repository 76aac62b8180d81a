import type { DuckDBConnection } from '@duckdb/node-api';
import type { Cell } from '../datasets/index.js';
import { UserError } from '../user-error.js';
import { LONGEST_RECORD_BYTES, surveyCsv } from './csv-survey.js';
import { readColumns } from './database.js';
import { checkTableFile, literalPath } from './table-file.js';

/** Columns of one file, each an array over its rows. */
export interface TableColumnsRead {
  readonly names: readonly string[];
  readonly columns: readonly (readonly Cell[])[];
}

/**
 * A CSV file: comma-separated, `"` to quote (twice within quotes), UTF-8, a header line.
 * An empty cell is null and a quoted empty one an empty text; blank lines are skipped.
 * @throws UserError naming file and line
 */
export async function readCsv(
  connection: DuckDBConnection,
  file: string,
  allText: boolean,
): Promise<TableColumnsRead> {
  const path = await checkTableFile(file, 'csv');
  const { names, records } = await surveyCsv(path, file);
  const schema = names.map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
  let read: readonly (readonly Cell[])[];
  try {
    // The header is read as a row and dropped, as DuckDB would rename empty and repeated names.
    read = (await readColumns(
      connection,
      `SELECT * FROM read_csv($1, columns = {${schema}}, auto_detect = false, header = false,
         delim = ',', quote = '"', escape = '"', strict_mode = true, allow_quoted_nulls = false,
         parallel = false, max_line_size = ${LONGEST_RECORD_BYTES})`,
      [literalPath(path)],
    )) as readonly (readonly Cell[])[];
  } catch (error) {
    const line = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new UserError(`${file} cannot be read as CSV: ${line?.slice(0, 300)}`, { cause: error });
  }
  const columns = withoutBlankRows(read.map((column) => column.slice(1)));
  const rows = columns[0]?.length ?? 0;
  if (rows !== records) {
    throw new UserError(
      `${file} cannot be read as CSV: ${records} rows are written, ${rows} were read`,
    );
  }
  return { names, columns: allText ? columns : columns.map(withNaturalType) };
}

/** A blank line in a file of one column reads as a row of nothing. */
function withoutBlankRows(columns: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  const [only] = columns;
  return columns.length === 1 && only ? [only.filter((cell) => cell !== null)] : columns;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BOOLEAN = /^(?:true|false)$/i;

/** Numbers where every cell is written as one that survives, booleans likewise, else text. */
function withNaturalType(column: readonly Cell[]): readonly Cell[] {
  const texts = column.filter((cell) => cell !== null).map(String);
  if (texts.length === 0) return column;
  if (texts.every((text) => BOOLEAN.test(text))) {
    return column.map((cell) => (cell === null ? null : String(cell).toLowerCase() === 'true'));
  }
  const survives = (text: string): boolean =>
    NUMBER.test(text) && (/[.eE]/.test(text) || Number.isSafeInteger(Number(text)));
  return texts.every(survives)
    ? column.map((cell) => (cell === null ? null : Number(cell)))
    : column;
}
