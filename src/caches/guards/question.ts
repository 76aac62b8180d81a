import type { Reading } from './reading.js';

/** Who, when, where, why, how and whether are different questions about the same words, and so are is, was and will be. */
export function questionsDiffer({ questions: a }: Reading, { questions: b }: Reading): boolean {
  return (
    !same(a.asked, b.asked) ||
    conflict(a.narrowed, b.narrowed) ||
    conflict(a.tenses, b.tenses) ||
    (!a.asked.has('how') && !same(a.modals, b.modals))
  );
}

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((one) => b.has(one));

const conflict = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size > 0 && b.size > 0 && ![...a].some((one) => b.has(one));
