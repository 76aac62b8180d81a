/** The words of a list written with blanks between them. */
export const wordSet = (...lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => line.split(' ')));

/** Each word of a group, by the group's first. */
export function wordGroups(...groups: readonly string[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const group of groups) {
    const words = group.split(' ');
    for (const word of words) first.set(word, words[0]!);
  }
  return first;
}
