import { stripVTControlCharacters } from 'node:util';
import CliTable from 'cli-table3';

/** A borderless table: columns apart by two spaces, the first flush left, the rest as asked. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[],
): string {
  const table = new CliTable({
    head: [...head],
    colAligns: [...align],
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The first of several forms of a table that is no wider than so many columns, else the last. */
export function firstThatFits(tables: readonly string[], columns: number): string {
  const fits = (table: string): boolean =>
    table.split('\n').every((line) => stripVTControlCharacters(line).length <= columns);
  return tables.find(fits) ?? tables.at(-1) ?? '';
}
