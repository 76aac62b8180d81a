import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Cell } from '../datasets/index.js';
import { UserError } from '../user-error.js';
import type { TableColumnsRead } from './csv-table.js';
import { checkTableFile, literalPath } from './table-file.js';

/**
 * A Parquet file. Integers and decimals become numbers, dates and times ISO 8601 (UTC), structs and
 * maps objects, lists arrays; NaN is null.
 * @throws UserError naming the file, and row and column of a value that a number cannot hold
 */
export async function readParquet(
  connection: DuckDBConnection,
  file: string,
): Promise<TableColumnsRead> {
  const path = await checkTableFile(file, 'parquet');
  let names: readonly string[];
  let read: readonly (readonly DuckDBValue[])[];
  try {
    const result = await connection.run(
      'SELECT * FROM read_parquet($1, binary_as_string = true, hive_partitioning = false)',
      [literalPath(path)],
    );
    names = result.columnNames();
    read = await result.getColumns();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file} cannot be read as Parquet: ${message.split('\n', 1)[0]}`, {
      cause: error,
    });
  }
  const columns = read.map((column, index) =>
    column.map((value, row) => {
      try {
        return toCell(value);
      } catch (error) {
        throw new UserError(
          `${file}: row ${row + 1}, column "${names[index]}": ${error instanceof Error ? error.message : error}`,
        );
      }
    }),
  );
  return { names, columns };
}

/** @throws RangeError for a number that would lose digits, TypeError for bytes */
function toCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'bigint') return exactNumber(value, 0);
  if (value instanceof DuckDBDecimalValue) return exactNumber(value.value, value.scale);
  if (value instanceof DuckDBDateValue) return isoDay(value.days);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return isoTime(value.micros / 1000n);
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoTime(value.millis);
  if (value instanceof DuckDBTimestampSecondsValue) return isoTime(value.seconds * 1000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoTime(value.nanos / 1_000_000n);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(toCell);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, member]) => [name, toCell(member)]),
    );
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(
      value.entries.map(({ key, value: member }) => [String(toCell(key)), toCell(member)]),
    );
  }
  if (value instanceof DuckDBBlobValue) {
    throw new TypeError('bytes cannot be read: store them as text');
  }
  return String(value);
}

function exactNumber(unscaled: bigint, scale: number): number {
  let digits = unscaled;
  let places = scale;
  while (places > 0 && digits % 10n === 0n) {
    digits /= 10n;
    places -= 1;
  }
  if (!Number.isSafeInteger(Number(digits))) {
    throw new RangeError(
      `the number ${new DuckDBDecimalValue(unscaled, 38, scale)} has more digits than a double holds: store it as text or DOUBLE`,
    );
  }
  return Number(`${digits}e-${places}`);
}

const isoTime = (milliseconds: bigint): string => new Date(Number(milliseconds)).toISOString();

const isoDay = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
