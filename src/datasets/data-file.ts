import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../user-error.js';
import { quote } from './problems.js';

export type DataFormat = 'jsonl' | 'csv' | 'parquet';

const FORMATS: ReadonlyMap<string, DataFormat> = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.csv', 'csv'],
  ['.parquet', 'parquet'],
]);
const EXPECTED = 'expected .jsonl, .ndjson, .csv or .parquet';

/** @throws UserError for an extension that is none of the known ones. */
function dataFormat(path: string): DataFormat {
  const extension = extname(path).toLowerCase();
  const format = FORMATS.get(extension);
  if (format !== undefined) return format;
  const hint =
    extension === '.json'
      ? '; write one JSON object a line and name it .jsonl'
      : didYouMean(extension, FORMATS.keys());
  throw new UserError(
    extension === ''
      ? `${path}: no file extension; ${EXPECTED}`
      : `${path}: unknown extension ${quote(extension)}; ${EXPECTED}${hint}`,
  );
}

async function siblings(path: string): Promise<string[]> {
  try {
    return await readdir(dirname(path));
  } catch {
    return [];
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): UserError {
  const denied = cause.code === 'EACCES' || cause.code === 'EPERM';
  return new UserError(
    denied
      ? `${path}: no permission to read it; mend the rights of the file and its folders`
      : `${path}: cannot be read (${cause.code ?? cause.message})`,
    { cause },
  );
}

/**
 * Says plainly why a file cannot be read, before anything tries.
 * @throws UserError: missing, a folder, unreadable, not a regular file, empty, or Parquet in name only
 */
export async function checkDataFile(path: string): Promise<DataFormat> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) {
    if (found.code === 'ENOENT' || found.code === 'ENOTDIR') {
      throw new UserError(
        `${path}: no such file${didYouMean(basename(path), await siblings(path))}`,
      );
    }
    throw unreadable(path, found);
  }
  if (found.isDirectory()) {
    throw new UserError(`${path}: is a folder; give one file (${EXPECTED})`);
  }
  const format = dataFormat(path);
  if (!found.isFile()) throw new UserError(`${path}: is not a regular file; give a file on disk`);
  const opened = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => cause);
  if (opened instanceof Error) throw unreadable(path, opened);
  await opened.close();
  if (found.size === 0) {
    throw new UserError(`${path}: is empty; expected at least one prompt`);
  }
  if (format === 'parquet') await checkParquet(path, found.size);
  return format;
}

/** A Parquet file begins and ends with `PAR1` (Apache Parquet format, "File format"). */
async function checkParquet(path: string, size: number): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const ends = Buffer.alloc(8);
    await handle.read(ends, 0, 4, 0);
    await handle.read(ends, 4, 4, Math.max(0, size - 4));
    if (ends.toString('latin1') !== 'PAR1PAR1') {
      throw new UserError(
        `${path}: is not a Parquet file, or was cut short (expected "PAR1" at both ends)`,
      );
    }
  } finally {
    await handle.close();
  }
}
