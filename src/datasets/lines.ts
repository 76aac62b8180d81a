import { open } from 'node:fs/promises';

/** A line longer than this is refused, so that one bad line cannot fill the memory. */
export const MAX_LINE_BYTES = 10 * 1024 * 1024;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export interface LineVisitor {
  /** Every line without its line feed; `bytes` is only valid during the call. `offset` counts from the file's start. */
  line(bytes: Buffer, number: number, offset: number): void;
  /** A line over `MAX_LINE_BYTES`, in place of `line`. */
  tooLong(number: number, bytes: number): void;
  /** A NUL byte: text in UTF-8 has none. Reading ends here, before the lines of its chunk. */
  nul(offset: number, chunk: Buffer): void;
}

/** Visits the lines of a file in order, holding at most one chunk and one line. */
export async function visitLines(path: string, visitor: LineVisitor): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let held: Buffer[] = [];
    let heldBytes = 0;
    let number = 1;
    let lineOffset = 0;
    let chunkOffset = 0;

    const end = (last: Buffer) => {
      const length = heldBytes + last.length;
      if (length > MAX_LINE_BYTES) visitor.tooLong(number, length);
      else
        visitor.line(held.length === 0 ? last : Buffer.concat([...held, last]), number, lineOffset);
      held = [];
      heldBytes = 0;
      number++;
      lineOffset += length + 1;
    };

    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      const nul = bytes.indexOf(0);
      if (nul >= 0) {
        visitor.nul(chunkOffset + nul, bytes);
        return;
      }
      let start = 0;
      for (;;) {
        const stop = bytes.indexOf(NEWLINE, start);
        if (stop < 0) break;
        end(bytes.subarray(start, stop));
        start = stop + 1;
      }
      const rest = bytes.subarray(start);
      heldBytes += rest.length;
      if (heldBytes > MAX_LINE_BYTES) held = [];
      else if (rest.length > 0) held.push(Buffer.from(rest));
      chunkOffset += bytesRead;
    }
    if (heldBytes > 0) end(Buffer.alloc(0));
  } finally {
    await handle.close();
  }
}

/** Index of the first byte that is not UTF-8; the length where all is. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  const decodes = (length: number) => {
    try {
      // `stream` forgives a character that the cut splits, so this can only turn from true to false.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (middle <= bytes.length && decodes(middle)) good = middle;
    else bad = middle;
  }
  return good - unfinished(bytes, good);
}

/** Bytes of a character that begins before `end` and needs more than there are; 0 for none. */
function unfinished(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
