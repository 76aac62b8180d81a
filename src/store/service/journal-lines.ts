import { crc32 } from 'node:zlib';
import { UserError } from '../../user-error.js';

/** An entry as it stands in a journal: its place, and the text that was written. */
export interface JournalEntry {
  /** Counts up from 1; a gap is a place that was never used. */
  readonly seq: number;
  readonly json: string;
}

const FORMAT = 1;
const HEAD = /^\{"journal":(\d+),"seq":(\d+),"batch":(\d+),"crc32":"([0-9a-f]{8})","entry":/;
/** No head is longer. */
const HEAD_BYTES = 128;

const NEWLINE = 0x0a;
const AFTER = Buffer.from('}\n');

/**
 * The bytes of one batch: a line an entry, in order. Each names the first entry of its batch, so that
 * a reader knows which lines were written, and could be torn, together.
 * @param first place of the first entry
 * @param entries JSON in UTF-8, without line breaks
 */
export function encodeBatch(first: number, entries: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    const checksum = checksumOf(first + index, first, entry);
    parts.push(
      Buffer.from(
        `{"journal":${FORMAT},"seq":${first + index},"batch":${first},"crc32":"${checksum}","entry":`,
        'latin1',
      ),
      entry,
      AFTER,
    );
  });
  return Buffer.concat(parts);
}

/**
 * The entries of one segment. A batch is written only once the one before it is durable, so damage
 * within the very last batch is a write that the process or the machine died in: nobody was told
 * that it is durable, and what follows the damage is dropped. Damage anywhere else is refused.
 *
 * @param after the highest place that is known to have been written before this segment
 * @param last whether no segment follows
 * @throws UserError naming file and line
 */
export function decodeSegment(
  bytes: Buffer,
  file: string,
  after: number,
  last: boolean,
): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  let previous = after;
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    line += 1;
    const end = bytes.indexOf(NEWLINE, start);
    const read = end < 0 ? null : decodeLine(bytes.subarray(start, end), file);
    if (read === null) {
      if (last && isOfLastBatch(bytes, end, file, previous + 1)) return entries;
      throw new UserError(
        `The ledger's journal "${file}" is damaged in line ${line}: restore the file from a backup, or delete that line to go on without its operation`,
        { exitCode: 1 },
      );
    }
    previous = read.seq;
    entries.push(read);
    start = end + 1;
  }
  return entries;
}

/** Whether every readable line from here on was written in one batch with the place `expected`. */
function isOfLastBatch(bytes: Buffer, from: number, file: string, expected: number): boolean {
  for (let newline = from; newline >= 0; ) {
    const end = bytes.indexOf(NEWLINE, newline + 1);
    if (end < 0) return true;
    const read = decodeLine(bytes.subarray(newline + 1, end), file);
    if (read !== null && read.batch > expected) return false;
    newline = end;
  }
  return true;
}

/** Null for a line that is not whole. */
function decodeLine(
  line: Buffer,
  file: string,
): (JournalEntry & { readonly batch: number }) | null {
  const head = HEAD.exec(line.toString('latin1', 0, HEAD_BYTES));
  if (head === null) return null;
  const [text, format, seq, batch, checksum] = head;
  const entry = line.subarray(text.length, -1);
  if (checksum !== checksumOf(Number(seq), Number(batch), entry)) return null;
  if (Number(format) !== FORMAT) {
    throw new UserError(
      `The ledger's journal "${file}" is of format ${format}, this program knows ${FORMAT}: start the program that wrote it once more, or update this one`,
    );
  }
  return { seq: Number(seq), batch: Number(batch), json: entry.toString('utf8') };
}

const checksumOf = (seq: number, batch: number, entry: Uint8Array): string =>
  crc32(entry, crc32(`${seq}:${batch}:`))
    .toString(16)
    .padStart(8, '0');
