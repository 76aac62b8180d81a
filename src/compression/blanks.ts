export const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t';

/** Where a line's last character that is no blank ends; a carriage return is part of the line break. */
export function contentEnd(line: string): number {
  let end = line.endsWith('\r') ? line.length - 1 : line.length;
  while (end > 0 && isBlank(line[end - 1])) end--;
  return end;
}

/** The line break's part of a line: `\r` or nothing. */
export const carriageReturn = (line: string): string => (line.endsWith('\r') ? '\r' : '');

/** Whether a line begins with a tab or two spaces. */
export const isIndented = (line: string): boolean =>
  line[0] === '\t' || (line[0] === ' ' && isBlank(line[1]));
