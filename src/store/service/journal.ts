import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../user-error.js';
import { decodeSegment, encodeBatch, type JournalEntry } from './journal-lines.js';

/** A segment that has grown beyond this is followed by a new one. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

/**
 * On Linux a write to a file opened so returns once it is durable, which saves a call to fdatasync.
 * Other systems do not reach as far down with it.
 */
const SYNCED = process.platform === 'linux' ? constants.O_DSYNC : 0;

interface Segment {
  readonly path: string;
  /** The highest place written in it. */
  last: number;
}

interface OpenSegment extends Segment {
  readonly handle: FileHandle;
  /** How much of it is durable. */
  bytes: number;
}

/**
 * The files beside a ledger (`<file>.journal-<n>`) that make an entry durable long before the ledger
 * itself is written. Written in batches, one at a time; a segment goes when all of it is in the ledger.
 */
export class Journal {
  readonly #file: string;
  #next: number;
  #open: OpenSegment | null = null;
  #number: number;
  readonly #full: Segment[] = [];
  /** Why nothing more can be written. */
  #broken: UserError | null = null;

  private constructor(file: string, number: number, next: number) {
    this.#file = file;
    this.#number = number;
    this.#next = next;
  }

  /**
   * Hands what an earlier process left to `recover`, segment by segment, deletes it, and begins anew.
   * @param file the ledger's own file
   * @param after the highest place that the ledger has already
   * @param recover resolves once its entries are durable elsewhere
   * @throws UserError naming the file, where a segment is damaged
   */
  static async open(
    file: string,
    after: number,
    recover: (entries: readonly JournalEntry[]) => Promise<void>,
  ): Promise<Journal> {
    const found = await findSegments(file);
    let last = after;
    for (const [index, { path }] of found.entries()) {
      const bytes = await readFile(path);
      const entries = decodeSegment(bytes, path, last, index === found.length - 1);
      await recover(entries.filter(({ seq }) => seq > after));
      last = Math.max(last, entries.at(-1)?.seq ?? 0);
    }
    for (const { path } of found) await deleteFile(path);
    if (found.length > 0) await syncFolder(file);
    return new Journal(file, found.at(-1)?.number ?? 0, last + 1);
  }

  /**
   * Writes a batch; durable when it resolves, and never read again when it rejects.
   * @param entries JSON in UTF-8, without line breaks
   * @returns the place of the first; the others follow it
   */
  async write(entries: readonly Uint8Array[]): Promise<number> {
    if (this.#broken !== null) throw this.#broken;
    const first = this.#next;
    const segment = await this.#segment();
    const batch = encodeBatch(first, entries);
    try {
      await writeDurably(segment.handle, batch);
    } catch (error) {
      await this.#takeBack(segment);
      throw described(error, segment.path);
    }
    segment.bytes += batch.length;
    segment.last = first + entries.length - 1;
    this.#next = segment.last + 1;
    return first;
  }

  /** Deletes the segments that hold nothing beyond a place, but for the one being written. */
  async release(through: number): Promise<void> {
    let deleted = false;
    for (let oldest = this.#full[0]; oldest !== undefined && oldest.last <= through; ) {
      await deleteFile(oldest.path);
      deleted = true;
      this.#full.shift();
      oldest = this.#full[0];
    }
    if (deleted) await syncFolder(this.#file);
  }

  /** @param through what is in the ledger; segments that hold more are kept for the next process */
  async close(through: number): Promise<void> {
    const segment = this.#open;
    this.#open = null;
    if (segment !== null) {
      await segment.handle.close();
      this.#full.push(segment);
    }
    if (this.#broken === null) await this.release(through);
  }

  async #segment(): Promise<OpenSegment> {
    const current = this.#open;
    if (current !== null && current.bytes < SEGMENT_BYTES) return current;
    const segment = await this.#create();
    this.#open = segment;
    if (current !== null) {
      this.#full.push(current);
      await current.handle.close();
    }
    return segment;
  }

  async #create(): Promise<OpenSegment> {
    this.#number += 1;
    const path = segmentPath(this.#file, this.#number);
    const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants;
    try {
      const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | SYNCED, 0o600);
      await syncFolder(this.#file);
      return { path, handle, bytes: 0, last: 0 };
    } catch (error) {
      throw described(error, path);
    }
  }

  /** Cuts off what a failed write may have left. Where that fails too, nobody can tell what a reader will find. */
  async #takeBack({ handle, bytes, path }: OpenSegment): Promise<void> {
    try {
      await handle.truncate(bytes);
      await handle.datasync();
    } catch (error) {
      this.#broken = new UserError(
        `The ledger's journal "${path}" cannot be written (${reasonOf(error)}): nothing more is recorded until the disk is mended and the service is started again`,
        { exitCode: 1, cause: error },
      );
    }
  }
}

async function writeDurably(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written);
    written += bytesWritten;
  }
  if (SYNCED === 0) await handle.datasync();
}

/** One that somebody else deleted is gone as well. */
const deleteFile = (path: string): Promise<void> => rm(path, { force: true });

const segmentPath = (file: string, number: number): string => `${file}.journal-${number}`;

async function findSegments(
  file: string,
): Promise<readonly { readonly path: string; readonly number: number }[]> {
  const start = `${basename(file)}.journal-`;
  const names = await readdir(dirname(file));
  return names
    .filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    .map((name) => ({
      path: join(dirname(file), name),
      number: Number(name.slice(start.length)),
    }))
    .sort((a, b) => a.number - b.number);
}

/** Makes names that came or went in the file's folder durable. */
async function syncFolder(file: string): Promise<void> {
  // Windows has no handles of folders; its file systems keep names durable by themselves.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function described(error: unknown, path: string): Error {
  if (error instanceof UserError) return error;
  return new UserError(
    `The ledger's journal "${path}" cannot be written (${reasonOf(error)}): free some space or mend the disk`,
    { exitCode: 1, cause: error },
  );
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
