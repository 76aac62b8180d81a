import type { FlatTable } from './table.js';

/** CSV as RFC 4180 has it, with a header; unknown is empty, and numbers keep 12 significant digits. */
export function csv({ columns, rows }: FlatTable): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return `${lines.map((line) => line.map(field).join(',')).join('\r\n')}\r\n`;
}

function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
