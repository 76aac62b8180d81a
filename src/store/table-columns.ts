import { type DuckDBAppender, DuckDBBlobValue, DuckDBTimestampValue } from '@duckdb/node-api';

/**
 * Kinds of column, a trailing `?` where it may be null:
 * `integer` is BIGINT and a safe integer here; `json` is any value written as JSON;
 * `timestamp` is TIMESTAMP in UTC and ISO 8601 here; `floats` is a BLOB of 4-byte numbers.
 */
export type ColumnKind = BaseKind | `${BaseKind}?`;
type BaseKind = 'text' | 'integer' | 'double' | 'boolean' | 'json' | 'timestamp' | 'floats';

interface ValueOf {
  text: string;
  integer: number;
  double: number;
  boolean: boolean;
  json: unknown;
  timestamp: string;
  floats: Float32Array;
}

type TypeOf<K extends ColumnKind> = K extends `${infer B extends BaseKind}?`
  ? ValueOf[B] | null
  : K extends BaseKind
    ? ValueOf[K]
    : never;

/** One row of a table, by column name. */
export type RowOf<C extends Columns> = { readonly [N in keyof C]: TypeOf<C[N]> };
export type Columns = Readonly<Record<string, ColumnKind>>;

/** How a value goes to DuckDB and comes back: timestamps as microseconds since 1970. */
export type Encoded = string | number | bigint | boolean | Uint8Array | DuckDBBlobValue | null;

/** A table's columns in their order, and the way of its rows in and out. */
export interface Table<C extends Columns> {
  readonly name: string;
  /** How many columns it has. */
  readonly width: number;
  /** What to select, in the order that `decode` takes. */
  readonly selection: string;
  /** @throws RangeError naming the column, for a value it cannot hold. */
  encode(row: RowOf<C>): readonly Encoded[];
  decode(values: readonly Encoded[]): RowOf<C>;
  append(appender: DuckDBAppender, values: readonly Encoded[]): void;
}

export function defineTable<const C extends Columns>(name: string, columns: C): Table<C> {
  const shapes = Object.entries(columns).map(([column, kind]) => ({
    place: `${name}.${column}`,
    column,
    nullable: kind.endsWith('?'),
    kind: kind.replace('?', '') as BaseKind,
  }));
  return {
    name,
    width: shapes.length,
    selection: shapes
      .map(({ column, kind }) =>
        kind === 'timestamp'
          ? `epoch_us(${name}.${column}) AS ${column}`
          : `${name}.${column} AS ${column}`,
      )
      .join(', '),
    encode: (row) =>
      shapes.map(({ place, column, kind, nullable }) => {
        const value: unknown = row[column];
        if (value === null || value === undefined) {
          if (nullable) return null;
          if (kind !== 'json') refuse(place, 'given', value);
        }
        return encodeValue(kind, value, place);
      }),
    decode: (values) =>
      // The loop fills every column with a value of its kind, which the type system cannot follow.
      Object.fromEntries(
        shapes.map(({ column, kind }, index) => [column, decodeValue(kind, values[index] ?? null)]),
      ) as RowOf<C>,
    append(appender, values) {
      shapes.forEach(({ kind }, index) => {
        appendValue(appender, kind, values[index] ?? null);
      });
      appender.endRow();
    },
  };
}

function encodeValue(kind: BaseKind, value: unknown, place: string): Encoded {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : refuse(place, 'a text', value);
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse(place, 'true or false', value);
    case 'integer':
      return Number.isSafeInteger(value)
        ? BigInt(value as number)
        : refuse(place, 'a safe integer', value);
    case 'double':
      return Number.isFinite(value) ? (value as number) : refuse(place, 'a finite number', value);
    case 'json':
      return JSON.stringify(value ?? null);
    case 'floats':
      return value instanceof Float32Array
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : refuse(place, 'an array of 4-byte numbers', value);
    case 'timestamp': {
      const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(milliseconds)
        ? refuse(place, 'a time in ISO 8601', value)
        : BigInt(milliseconds) * 1000n;
    }
  }
}

function refuse(place: string, expected: string, value: unknown): never {
  throw new RangeError(`Expected \`${place}\` to be ${expected}, got ${String(value)}`);
}

function decodeValue(kind: BaseKind, value: Encoded): unknown {
  if (value === null) return null;
  if (kind === 'integer') return safeNumber(value);
  if (kind === 'json') return JSON.parse(String(value));
  if (kind === 'floats') return floatsOf(value);
  if (kind === 'timestamp') return new Date(Number(value) / 1000).toISOString();
  return value;
}

/** A copy, as bytes from DuckDB need not begin where a 4-byte number may. */
function floatsOf(value: Encoded): Float32Array {
  const bytes = value instanceof DuckDBBlobValue ? value.bytes : value;
  if (!(bytes instanceof Uint8Array)) throw new RangeError(`Expected bytes, got ${String(value)}`);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** @throws RangeError if the integer is beyond what a number holds exactly. */
export function safeNumber(value: Encoded): number {
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
    throw new RangeError(`Expected an integer below 2^53, got ${value}`);
  }
  return number;
}

function appendValue(appender: DuckDBAppender, kind: BaseKind, value: Encoded): void {
  if (value === null) appender.appendNull();
  else if (kind === 'integer') appender.appendBigInt(value as bigint);
  else if (kind === 'double') appender.appendDouble(value as number);
  else if (kind === 'boolean') appender.appendBoolean(value as boolean);
  else if (kind === 'floats') appender.appendBlob(value as Uint8Array);
  else if (kind === 'timestamp')
    appender.appendTimestamp(new DuckDBTimestampValue(value as bigint));
  else appender.appendVarchar(value as string);
}
