import { csvRecordLine } from './csv-lines.js';

/** Where in a file something stands: the whole file, a line, or a data row of a table (from 1). */
export type Position =
  | { readonly file: string }
  | { readonly file: string; readonly line: number }
  | { readonly file: string; readonly row: number; readonly format: 'csv' | 'parquet' };

function within(position: Position): string | null {
  if ('line' in position) return `line ${position.line}`;
  if (!('row' in position)) return null;
  const line = position.format === 'csv' ? csvRecordLine(position.file, position.row) : null;
  return line === null ? `row ${position.row}` : `line ${line}`;
}

/** `file:line`, or `file: row N` where a format has no lines. */
export function placeOf(position: Position): string {
  const inside = within(position);
  if (inside === null) return position.file;
  return inside.startsWith('line ')
    ? `${position.file}:${inside.slice('line '.length)}`
    : `${position.file}: ${inside}`;
}

/** `line 3`, for a second place in a file that the sentence has already named. */
export function lineOf(position: Position): string {
  return within(position) ?? 'this file';
}
