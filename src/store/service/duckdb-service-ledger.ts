import { stat } from 'node:fs/promises';
import type { CostFilter, CostGroup } from '../../costs/index.js';
import type {
  FeedbackEntry,
  FeedbackFilter,
  FeedbackReceipt,
  LedgerEntry,
  OriginFilter,
  ServiceLedger,
  SuggestionQuestion,
  SuggestionQuestions,
} from '../../service/index.js';
import { UserError } from '../../user-error.js';
import { type Database, openDatabase, prepareFile, readRows } from '../database.js';
import { describeDatabaseError } from '../database-error.js';
import { GroupCommit } from '../group-commit.js';
import { migrate } from '../migrations.js';
import { Journal } from './journal.js';
import type { JournalEntry } from './journal-lines.js';
import { readActivity } from './ledger-activity.js';
import { readFeedback, readJudgeable } from './ledger-feedback.js';
import { LedgerFlow } from './ledger-flow.js';
import { readOperation, readRecent, readSpent, readTotals } from './ledger-reports.js';
import { LEDGER_MIGRATIONS } from './ledger-schema.js';
import { writeSnapshot } from './ledger-snapshot.js';
import { readSuggestionRows } from './ledger-suggestions.js';
import { type EntryRows, entryToRows, type JournaledEntry } from './ledger-tables.js';
import { Turns } from './turns.js';

/** A ledger that waits for a place in the journal. */
interface Waiting {
  readonly json: Uint8Array;
  readonly rows: EntryRows;
  /** Told its place once it has one, which is before it counts as recorded. */
  readonly placed: (seq: number) => void;
}

/** Of entries on their way from the journal to the tables, unless options say otherwise. */
const MAX_WAITING = 50_000;

/** DuckDB keeps what it has read up to this, by default most of the machine's memory; beyond it uses the disk. */
const DATABASE_MEMORY = '512MB';

/** Where the user names the ledger's file. */
const SETTING = '"ledger" in the configuration';

const NONE_REFUSED: readonly null[] = [];

/** Files that this process has open: a second ledger on one of them would write over its journal. */
const open = new Set<string>();

/**
 * Opens the service's ledger: a DuckDB file, created with its folders where it is not there yet, and
 * a journal beside it (`<file>.journal-<n>`). An entry is durable once it is in the journal, a matter
 * of one write; it flows into the tables in the background. What a process that died left in its
 * journal is in the tables when this resolves.
 * @throws UserError in one line: in use, damaged, newer than this program, something else's file …
 */
export async function openServiceLedger(
  path: string,
  options: {
    /**
     * Entries kept in memory on their way to the tables; beyond them `record` waits.
     * @default 50_000
     */
    readonly maxWaiting?: number;
  } = {},
): Promise<ServiceLedger> {
  const maxWaiting = options.maxWaiting ?? MAX_WAITING;
  try {
    const file = await prepareFile(path, false, SETTING);
    if (open.has(file)) throw new UserError(`The ledger "${path}" is already open: close it first`);
    open.add(file);
    try {
      const database = await openDatabase(file, path, false, SETTING);
      try {
        await database.writer.run(`SET memory_limit = '${DATABASE_MEMORY}'`);
        await migrate(database.writer, path, false, LEDGER_MIGRATIONS, SETTING);
        return await recover(database, file, maxWaiting);
      } catch (error) {
        database.close();
        throw error;
      }
    } catch (error) {
      open.delete(file);
      throw error;
    }
  } catch (error) {
    throw describeDatabaseError(error, path, SETTING);
  }
}

async function recover(
  database: Database,
  file: string,
  maxWaiting: number,
): Promise<ServiceLedger> {
  const [row] = await readRows(database.writer, 'SELECT flowed_through FROM journal_position');
  const through = Number(row?.[0] ?? 0);
  let journal: Journal | null = null;
  const isInPlace = await placeOf(file);
  const describe = (error: unknown): Error => describeDatabaseError(error, database.path, SETTING);
  const flow = new LedgerFlow(database, through, describe, async (place) => {
    // A segment that cannot be deleted now is tried again after the next transaction.
    if (await isInPlace()) await journal?.release(place).catch(() => {});
  });
  try {
    journal = await Journal.open(file, through, async (entries) => {
      for (const entry of entries) flow.add({ seq: entry.seq, rows: entryToRows(parse(entry)) });
      await flow.flush();
    });
  } catch (error) {
    flow.close();
    throw error;
  }
  return new DuckDBServiceLedger({ database, file, isInPlace, journal, flow, maxWaiting });
}

/** Tells whether a file is still the one that stands there now: what goes into one that was deleted is lost. */
async function placeOf(file: string): Promise<() => Promise<boolean>> {
  const { dev, ino } = await stat(file);
  return async () => {
    const now = await stat(file).catch(() => null);
    return now?.dev === dev && now.ino === ino;
  };
}

// The checksum has shown that it is what `record` wrote.
const parse = ({ json }: JournalEntry): JournaledEntry => JSON.parse(json) as JournaledEntry;

interface OpenLedger {
  readonly database: Database;
  readonly file: string;
  /** Whether the file has been neither moved nor deleted since it was opened. */
  readonly isInPlace: () => Promise<boolean>;
  readonly journal: Journal;
  readonly flow: LedgerFlow;
  readonly maxWaiting: number;
}

class DuckDBServiceLedger implements ServiceLedger {
  readonly #database: Database;
  readonly #file: string;
  readonly #isInPlace: () => Promise<boolean>;
  readonly #journal: Journal;
  readonly #flow: LedgerFlow;
  readonly #maxWaiting: number;
  readonly #queue: GroupCommit<Waiting>;
  readonly #reads = new Set<Promise<unknown>>();
  readonly #judging = new Turns();
  #closing: Promise<void> | null = null;

  constructor({ database, file, isInPlace, journal, flow, maxWaiting }: OpenLedger) {
    this.#database = database;
    this.#file = file;
    this.#isInPlace = isInPlace;
    this.#journal = journal;
    this.#flow = flow;
    this.#maxWaiting = maxWaiting;
    this.#queue = new GroupCommit(async (batch) => {
      const first = await journal.write(batch.map(({ json }) => json));
      batch.forEach(({ rows, placed }, index) => {
        flow.add({ seq: first + index, rows });
        placed(first + index);
      });
      return NONE_REFUSED;
    }, 0);
  }

  async record(entry: LedgerEntry): Promise<void> {
    await this.#write(entry);
  }

  recordFeedback(entry: FeedbackEntry): Promise<FeedbackReceipt> {
    const { operationId, source } = entry.feedback;
    // Two of the same kind at once would not find each other in the tables.
    return this.#judging.take(`${source} ${operationId}`, async () => {
      const found = await this.#read(() => readJudgeable(this.#database.reader, entry.feedback));
      if (found.kind !== 'free') return found;
      const seq = await this.#write({ ...entry, judged: found.judged });
      return { kind: 'recorded', seq };
    });
  }

  /** @returns the place of the entry, once it is durable */
  async #write(entry: JournaledEntry): Promise<number> {
    this.#ready();
    const rows = entryToRows(entry);
    const json = Buffer.from(JSON.stringify(entry), 'utf8');
    while (this.#flow.waiting >= this.#maxWaiting) {
      await this.#flow.progress();
      this.#ready();
    }
    let seq = 0;
    const placed = (place: number): void => {
      seq = place;
    };
    await this.#queue.add({ json, rows, placed });
    return seq;
  }

  totals(groups: readonly CostGroup[], filter: CostFilter = {}) {
    return this.#read(() => readTotals(this.#database.reader, groups, filter));
  }

  spent(tenant: string, since: string) {
    return this.#read(() => readSpent(this.#database.reader, tenant, since));
  }

  recent(limit: number, tenant?: string) {
    return this.#read(() => readRecent(this.#database.reader, limit, tenant));
  }

  activity(filter: Omit<CostFilter, 'origin'> = {}) {
    return this.#read(() => readActivity(this.#database.reader, filter));
  }

  operation(id: string) {
    return this.#read(() => readOperation(this.#database.reader, id));
  }

  feedback(filter: FeedbackFilter = {}) {
    return this.#read(() => readFeedback(this.#database.reader, filter));
  }

  suggestionRows<Name extends SuggestionQuestion>(
    name: Name,
    filter: OriginFilter,
    asks: SuggestionQuestions[Name]['asks'],
  ) {
    return this.#read(() => readSuggestionRows(this.#database.reader, name, filter, asks));
  }

  snapshot(folder: string) {
    return this.#read(() => writeSnapshot(this.#database.reader, folder, this.#flow.through));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ready(): void {
    if (this.#closing !== null) throw new Error(`The ledger "${this.#database.path}" is closed`);
  }

  async #read<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#ready();
    const reading = this.#flow.flush().then(task);
    this.#reads.add(reading);
    try {
      return await reading;
    } catch (error) {
      throw describeDatabaseError(error, this.#database.path, SETTING);
    } finally {
      this.#reads.delete(reading);
    }
  }

  async #close(): Promise<void> {
    await this.#queue.drain();
    await Promise.allSettled(this.#reads);
    let inPlace = true;
    try {
      // What cannot be written now is in the journal, for the next time it is opened.
      await this.#flow.flush();
    } finally {
      this.#flow.close();
      try {
        inPlace = await this.#isInPlace();
        await this.#journal.close(inPlace ? this.#flow.through : 0);
      } finally {
        this.#database.close();
        open.delete(this.#file);
      }
    }
    if (!inPlace) throw displaced(this.#database.path);
  }
}

const displaced = (path: string): UserError =>
  new UserError(
    `The ledger "${path}" was moved or deleted while it was open: what was recorded last is in the journal beside its place, and in a ledger there once it is opened again`,
    { exitCode: 1 },
  );
