/**
 * The cells of one well-formed CSV record, quotes taken off. Space around quotes is not part of a
 * cell; other space is.
 */
export function splitRecord(record: string): readonly string[] {
  const cells: string[] = [];
  const cell = / *"((?:[^"]|"")*)" *(?:,|$)|([^,]*)(?:,|$)/y;
  while (cell.lastIndex < record.length) {
    const match = cell.exec(record);
    if (match === null) break;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  if (record.endsWith(',')) cells.push('');
  return cells;
}
