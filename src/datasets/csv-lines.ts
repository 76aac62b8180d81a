import { closeSync, openSync, readSync } from 'node:fs';

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SEPARATORS: ReadonlySet<number> = new Set([0x2c, 0x3b, 0x09, 0x7c]);
const CHUNK_BYTES = 1 << 20;

/**
 * The line on which data row `row` (from 1, after the header) of a CSV file begins, null if there is
 * no such row. Quoted fields may span lines, so this reads the file; it is for error messages only.
 */
export function csvRecordLine(file: string, row: number): number | null {
  const handle = openSync(file, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let line = 1;
    let record = 0;
    let inQuotes = false;
    let atFieldStart = true;
    let justClosed = false;
    let blank = true;
    for (;;) {
      const length = readSync(handle, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return null;
      for (let at = 0; at < length; at++) {
        const byte = chunk[at]!;
        const reopens: boolean = justClosed;
        justClosed = false;
        if (byte === NEWLINE) {
          line++;
          if (!inQuotes) {
            if (!blank) record++;
            blank = true;
            atFieldStart = true;
          }
        } else if (byte === QUOTE) {
          if (blank && record === row) return line;
          // A doubled quote closes and opens again, which comes to the same.
          justClosed = inQuotes;
          inQuotes = !inQuotes && (atFieldStart || reopens);
          blank = false;
          atFieldStart = false;
        } else if (byte !== RETURN) {
          if (blank && record === row) return line;
          blank = false;
          atFieldStart = !inQuotes && SEPARATORS.has(byte);
        }
      }
    }
  } finally {
    closeSync(handle);
  }
}
