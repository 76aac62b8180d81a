import { type Reading, TOPIC } from './reading.js';
import { baseForm } from './words/base-form.js';
import { TASKS } from './words/function-words.js';

const MADE_TO_ORDER = new Set([...TASKS].map(baseForm));

/** Who, when, where, why, how and whether are different questions about the same words, and so are is, was and will be. */
export function questionsDiffer(one: Reading, other: Reading): boolean {
  const [a, b] = [one.questions, other.questions];
  return (
    !(same(a.asked, b.asked) || headingFor(one, other) || headingFor(other, one)) ||
    conflict(a.narrowed, b.narrowed) ||
    conflict(a.tenses, b.tenses) ||
    (!a.asked.has('how') && !same(a.modals, b.modals))
  );
}

/** "Git: rename a branch" asks how to. A mere order, as in "rename the branch", may be for doing it. */
const headingFor = (heading: Reading, question: Reading): boolean =>
  heading.parts[0]?.under === TOPIC &&
  heading.questions.asked.size === 0 &&
  question.questions.asked.size === 1 &&
  question.questions.asked.has('how') &&
  !MADE_TO_ORDER.has(heading.parts[1]?.bases[0] ?? '');

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((one) => b.has(one));

const conflict = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size > 0 && b.size > 0 && ![...a].some((one) => b.has(one));
