import type { Token } from './tokens.js';
import { baseForm } from './words/base-form.js';
import { IRREGULAR } from './words/irregular.js';

/** What takes the place of a form of "be" in the active voice, so that the tense stays. */
const ACTIVE: ReadonlyMap<string, string> = new Map([
  ['was', 'did'],
  ['were', 'did'],
  ['is', 'does'],
  ['are', 'does'],
]);

/**
 * "By whom was it built?" and "it was built by whom?" as "who built it?": whoever acts stands first, and
 * what it is done to last. Only where the verb ends the question, and nothing else can be its object.
 */
export function activeQuestion(tokens: readonly Token[]): Token[] {
  const words = [...tokens];
  let last: Token | undefined;
  while (words.at(-1)?.kind === 'break') last = words.pop();
  if (words.some(({ kind }) => kind === 'break')) return [...tokens];
  const end = words.length - 1;
  const [first, whom] = isBy(words, 0)
    ? [wordAt(words, 2), true]
    : isBy(words, end - 1)
      ? [wordAt(words, end - 3), false]
      : ['', false];
  const active = ACTIVE.get(first);
  const verb = words[whom ? end : end - 2];
  const done = whom ? words.slice(3, end) : words.slice(0, end - 3);
  if (active === undefined || done.length === 0 || verb?.kind !== 'word') return [...tokens];
  if (!isParticiple(verb.text)) return [...tokens];
  return [word('who'), word(active), verb, ...done, ...(last === undefined ? [] : [last])];
}

const BEING = new Set([
  'is',
  'are',
  'am',
  'was',
  'were',
  'be',
  'been',
  'being',
  'get',
  'gets',
  'got',
]);
/** How far behind "be" a participle is looked for: "were all of the students taught". */
const FARTHEST_PARTICIPLE = 6;

/** Verbs in the passive, by base form: "was Ann taught French?" is not "did Ann teach French?". */
export function passivesOf(tokens: readonly Token[]): ReadonlySet<string> {
  const found = new Set<string>();
  let left = 0;
  for (const token of tokens) {
    left--;
    if (token.kind === 'break') left = 0;
    if (token.kind !== 'word' || token.name) continue;
    if (BEING.has(token.text)) left = FARTHEST_PARTICIPLE + 1;
    else if (left > 0 && isParticiple(token.text)) found.add(baseForm(token.text));
  }
  return found;
}

const word = (text: string): Token => ({ kind: 'word', text, name: false });

function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' && !token.name ? token.text : '';
}

const isBy = (tokens: readonly Token[], at: number): boolean =>
  wordAt(tokens, at) === 'by' && /^whom?$/.test(wordAt(tokens, at + 1));

const isParticiple = (text: string): boolean =>
  text.endsWith('ed') || (IRREGULAR.has(text) && IRREGULAR.get(text) !== text);
