import { readFileSync } from 'node:fs';
import type { TableReader, TableRow } from '../../src/datasets/index.js';

/** A TableReader for comma-separated files in memory, after RFC 4180; empty fields are null. */
export const csvTableReader: TableReader = {
  async read(files) {
    return files.flatMap((file) => {
      const [header = [], ...rows] = records(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
      return rows.map(
        (fields, index): TableRow => ({
          file,
          row: index + 1,
          values: Object.fromEntries(
            header.map((name, column) => [name || `column${column}`, fields[column] || null]),
          ),
        }),
      );
    });
  },
};

function records(text: string): string[][] {
  const all: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    record.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1 || record[0] !== '') all.push(record);
    record = [];
  }
  return all;
}
