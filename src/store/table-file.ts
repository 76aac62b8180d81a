import { open, stat } from 'node:fs/promises';
import { UserError } from '../user-error.js';
import { localPath } from './local-path.js';

/** How much of a file is looked at to tell text from anything else. */
const HEAD_BYTES = 65_536;

/**
 * Checks that a path is a file of the format it is said to be, and returns it absolute.
 * @throws UserError that names the file
 */
export async function checkTableFile(file: string, format: 'csv' | 'parquet'): Promise<string> {
  const path = localPath(file, 'a data file');
  const head = await readHead(path, file);
  if (head.length === 0) throw new UserError(`${file} is empty: expected ${EXPECTED[format]}`);
  if (format === 'parquet') {
    if (head.subarray(0, 4).toString('latin1') !== 'PAR1') {
      throw new UserError(`${file} is not a Parquet file: expected it to start with "PAR1"`);
    }
    return path;
  }
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') {
    throw new UserError(`${file} is a Parquet file, not CSV: name it with the ending .parquet`);
  }
  if (head.includes(0)) {
    throw new UserError(`${file} is not a text file (it has zero bytes): expected CSV in UTF-8`);
  }
  return path;
}

const EXPECTED = {
  csv: 'CSV with a header line',
  parquet: 'a Parquet file',
} as const;

async function readHead(path: string, file: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new UserError(`${file} is a directory: name a file in it`);
    }
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(`There is no file ${file}`, { cause: error });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new UserError(`No permission to read ${file}: change its rights`, { cause: error });
    }
    throw error;
  }
}

/** A path as DuckDB takes it: its file functions would read `*`, `?` and `[` as patterns. */
export const literalPath = (path: string): string => path.replace(/[*?[]/g, '[$&]');
