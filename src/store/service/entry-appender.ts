import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Columns, Encoded, Table } from '../table-columns.js';
import { type EntryRows, FEEDBACK, LEDGER_USAGE, OPERATIONS } from './ledger-tables.js';

/** An entry with its place in the journal. */
export interface PlacedEntry {
  readonly seq: number;
  readonly rows: EntryRows;
}

/** Rows of one table on their way in. */
interface TableAppender {
  readonly appender: DuckDBAppender;
  append(values: readonly Encoded[]): void;
  rowsOf(rows: EntryRows): readonly Encoded[][];
}

/** The fast way into the ledger's tables. */
export class EntryAppender {
  readonly #tables: readonly TableAppender[];

  private constructor(tables: readonly TableAppender[]) {
    this.#tables = tables;
  }

  static async open(connection: DuckDBConnection): Promise<EntryAppender> {
    const into = async <C extends Columns>(
      table: Table<C>,
      rowsOf: TableAppender['rowsOf'],
    ): Promise<TableAppender> => {
      const appender = await connection.createAppender(table.name);
      return { appender, append: (values) => table.append(appender, values), rowsOf };
    };
    return new EntryAppender([
      await into(OPERATIONS, ({ operations }) => operations),
      await into(LEDGER_USAGE, ({ usage }) => usage),
      await into(FEEDBACK, ({ feedback }) => feedback),
    ]);
  }

  /** Gathers entries; none is written before `flush`. */
  append(entries: readonly PlacedEntry[]): void {
    for (const { seq, rows } of entries) {
      const place = BigInt(seq);
      for (const { append, rowsOf } of this.#tables) {
        for (const row of rowsOf(rows)) {
          row[0] ??= place;
          append(row);
        }
      }
    }
  }

  /**
   * Writes what was gathered in the connection's transaction. Takes about a millisecond however
   * little that is, and twice that for a thousand entries: gather much.
   */
  flush(): void {
    for (const { appender } of this.#tables) appender.flushSync();
  }

  close(): void {
    for (const { appender } of this.#tables) {
      try {
        appender.clear();
        appender.closeSync();
      } catch {
        // An appender that failed says so again when it is closed; its rows are kept elsewhere.
      }
    }
  }
}
