import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Database, inTransaction } from '../database.js';
import { EntryAppender, type PlacedEntry } from './entry-appender.js';

/** An entry waits for the tables at most about this long. */
const DELAY_MS = 250;
/** As many waiting are written at once; also the most in one transaction. */
const BATCH = 2_000;
/** Rows go in on the main thread: after this many entries others get their turn. */
const SLICE = 100;

/**
 * Brings durable entries into the tables, in the background and in the order of their places. Each
 * transaction also sets how far it came, so none is lost or doubled wherever the process ends.
 */
export class LedgerFlow {
  readonly #database: Database;
  readonly #describe: (error: unknown) => Error;
  readonly #flowed: (through: number) => Promise<void>;
  #waiting: PlacedEntry[] = [];
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #failure: unknown = null;
  #appender: EntryAppender | null = null;
  #watchers: (() => void)[] = [];
  #last = 0;
  #through: number;

  /**
   * @param through the highest place that is in the tables already
   * @param describe what an error of the database says to the user
   * @param flowed called with the highest place in the tables, after each transaction
   */
  constructor(
    database: Database,
    through: number,
    describe: (error: unknown) => Error,
    flowed: (through: number) => Promise<void>,
  ) {
    this.#database = database;
    this.#describe = describe;
    this.#through = through;
    this.#flowed = flowed;
  }

  /** The highest place that is in the tables. */
  get through(): number {
    return this.#through;
  }

  /** Entries that are not in the tables yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param entry of a higher place than all before */
  add(entry: PlacedEntry): void {
    this.#waiting.push(entry);
    this.#last = entry.seq;
    this.#arm();
  }

  /**
   * Resolves after the next transaction.
   * @throws UserError where the tables refused the latest one and none is under way
   */
  async progress(): Promise<void> {
    if (this.#failure !== null && this.#running === null) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#watchers.push(resolve);
    });
  }

  /**
   * Resolves once everything added so far is in the tables.
   * @throws UserError where they cannot be written; what waits is kept and tried again
   */
  async flush(): Promise<void> {
    const target = this.#last;
    while (this.#through < target && this.#waiting.length > 0) await this.#start();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dropAppender();
  }

  #arm(): void {
    if (this.#running !== null || this.#waiting.length === 0) return;
    if (this.#waiting.length >= BATCH && this.#failure === null) void this.#start().catch(() => {});
    else this.#timer ??= setTimeout(() => void this.#start().catch(() => {}), DELAY_MS);
  }

  #start(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      for (const wake of this.#watchers.splice(0)) wake();
      this.#arm();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const batch = this.#waiting.slice(0, BATCH);
    const through = batch.at(-1)?.seq ?? this.#through;
    try {
      await inTransaction(this.#database.writer, () => this.#write(batch, through));
      this.#failure = null;
    } catch (error) {
      this.#dropAppender();
      this.#failure = this.#describe(error);
      throw this.#failure;
    }
    this.#waiting = this.#waiting.slice(batch.length);
    this.#through = through;
    await this.#flowed(through);
  }

  async #write(batch: readonly PlacedEntry[], through: number): Promise<void> {
    const { writer } = this.#database;
    this.#appender ??= await EntryAppender.open(writer);
    for (let start = 0; start < batch.length; start += SLICE) {
      this.#appender.append(batch.slice(start, start + SLICE));
      await nextTurn();
    }
    this.#appender.flush();
    await writer.run('UPDATE journal_position SET flowed_through = $1', [BigInt(through)]);
  }

  #dropAppender(): void {
    this.#appender?.close();
    this.#appender = null;
  }
}
