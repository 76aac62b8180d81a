import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type EntryRows, LEDGER_USAGE, OPERATIONS } from './ledger-tables.js';

/** An entry with its place in the journal. */
export interface PlacedEntry {
  readonly seq: number;
  readonly rows: EntryRows;
}

/** The fast way into the ledger's tables. */
export class EntryAppender {
  readonly #operations: DuckDBAppender;
  readonly #usage: DuckDBAppender;

  private constructor(operations: DuckDBAppender, usage: DuckDBAppender) {
    this.#operations = operations;
    this.#usage = usage;
  }

  static async open(connection: DuckDBConnection): Promise<EntryAppender> {
    return new EntryAppender(
      await connection.createAppender(OPERATIONS.name),
      await connection.createAppender(LEDGER_USAGE.name),
    );
  }

  /** Gathers entries; none is written before `flush`. */
  append(entries: readonly PlacedEntry[]): void {
    for (const { seq, rows } of entries) {
      const place = BigInt(seq);
      rows.operation[0] = place;
      OPERATIONS.append(this.#operations, rows.operation);
      for (const row of rows.usage) {
        row[0] = place;
        LEDGER_USAGE.append(this.#usage, row);
      }
    }
  }

  /**
   * Writes what was gathered in the connection's transaction. Takes about a millisecond however
   * little that is, and twice that for a thousand entries: gather much.
   */
  flush(): void {
    this.#operations.flushSync();
    this.#usage.flushSync();
  }

  close(): void {
    for (const appender of [this.#operations, this.#usage]) {
      try {
        appender.clear();
        appender.closeSync();
      } catch {
        // An appender that failed says so again when it is closed; its rows are kept elsewhere.
      }
    }
  }
}
