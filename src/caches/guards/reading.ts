import { mainClauseFirst } from './clauses.js';
import { withQuantities } from './quantities.js';
import { Questions } from './questions.js';
import { type Token, tokensOf } from './tokens.js';
import { activeQuestion, passivesOf } from './voice.js';
import { baseForm } from './words/base-form.js';
import {
  DETERMINERS,
  FIRST_PERSON,
  FRAME,
  NEGATIONS,
  PREPOSITIONS,
  SECOND_PERSON,
} from './words/function-words.js';
import { IRREGULAR } from './words/irregular.js';
import { PHRASES } from './words/phrases.js';

/** A word that says something, in one form for all forms and synonyms of it. */
export interface Term {
  readonly base: string;
  /** The preposition that it stands under; empty where none does. */
  readonly under: string;
}

/** Words that stand together, such as a preposition and what stands under it. */
export interface Part {
  /** Empty where no preposition opens it. */
  readonly under: string;
  readonly bases: string[];
}

/** A text as the guards compare it. */
export interface Reading {
  readonly text: string;
  /** All words, in lower case, in order. */
  readonly words: readonly string[];
  /** Numbers, operators and other symbols, in order. */
  readonly numbers: readonly string[];
  /** Brackets and figures, in order, of a text that calculates with both; empty of others. */
  readonly grouping: string;
  readonly negations: number;
  /** What says something, in order. */
  readonly terms: readonly Term[];
  /** The same, cut where a preposition or the frame of a sentence cuts it. */
  readonly parts: readonly Part[];
  /** How often each base form occurs. */
  readonly bag: ReadonlyMap<string, number>;
  readonly questions: Questions;
  /** Base forms of the verbs in the passive. */
  readonly passives: ReadonlySet<string>;
  /** `1` for the speaker and `2` for the one spoken to, in their order: `12` for "I … you". */
  readonly persons: string;
}

const SAME_NEGATION: Readonly<Record<string, string>> = {
  no: 'not',
  nor: 'not',
  neither: 'not',
};

export function read(text: string): Reading {
  const plain = activeQuestion(mainClauseFirst(withQuantities(tokensOf(text))));
  const numbers = plain.flatMap((token) =>
    token.kind === 'number' || token.kind === 'symbol' ? [token.text] : [],
  );
  const questions = new Questions();
  const tokens = withoutPhrases(plain, questions);
  const words = plain.flatMap((token) => (token.kind === 'word' ? [token.text] : []));
  const { terms, parts } = withDifference(partsOf(tokens), questions);
  const bag = new Map<string, number>();
  for (const { base } of terms) bag.set(base, (bag.get(base) ?? 0) + 1);
  return {
    text,
    words,
    numbers,
    grouping: groupingOf(text, numbers),
    negations: tokens.filter((token) => token.kind === 'word' && NEGATIONS.has(token.text)).length,
    terms,
    parts,
    bag,
    questions,
    passives: passivesOf(plain),
    persons: personsOf(tokens),
  };
}

const CALCULATES = /^[+\-*/^=<>%]$/;

/** "2*(3+4)" and "(2*3)+4" have the same numbers and operators. */
function groupingOf(text: string, numbers: readonly string[]): string {
  if (!numbers.some((one) => CALCULATES.test(one)) || !/[()[\]{}]/.test(text)) return '';
  return text.replaceAll(/[^\p{N}()[\]{}]/gu, '');
}

function personsOf(tokens: readonly Token[]): string {
  let persons = '';
  for (const token of tokens) {
    if (token.kind !== 'word' || token.name) continue;
    if (FIRST_PERSON.has(token.text)) persons += '1';
    else if (SECOND_PERSON.has(token.text)) persons += '2';
  }
  return persons;
}

const DIFFERENCE = baseForm('difference');

/** "How does A differ from B?" as "the difference between A and B"; A and B keep their order. */
function withDifference(
  read: { readonly terms: Term[]; readonly parts: Part[] },
  questions: Questions,
): { readonly terms: readonly Term[]; readonly parts: readonly Part[] } {
  const at = read.terms.findIndex(({ base }) => base === DIFFERENCE);
  if (at === -1 || read.terms.some(({ base }, other) => other > at && base === DIFFERENCE)) {
    return read;
  }
  questions.asked.delete('how');
  questions.asked.delete('how-so');
  const others = read.terms.filter((_, other) => other !== at);
  const terms = [{ base: DIFFERENCE, under: '' }, ...others].map((term) =>
    term.under === 'from' ? { base: term.base, under: '' } : term,
  );
  return { terms, parts: read.parts };
}

/** Puts phrases in the words they come to, and notes what is asked for. */
function withoutPhrases(tokens: readonly Token[], questions: Questions): Token[] {
  const out: Token[] = [];
  let opens = true;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind !== 'word' || token.name) {
      if (token.kind === 'break') opens = true;
      else opens = false;
      out.push(token);
      continue;
    }
    const switched = switchedAt(tokens, at);
    if (switched !== null) {
      out.push(
        { kind: 'word', text: switched.verb, name: false },
        ...tokens.slice(at + 1, switched.particle),
      );
      at = switched.particle;
      opens = false;
      continue;
    }
    const found = PHRASES.get(token.text)?.find(
      ({ words, opensOnly }) => (opens || !opensOnly) && matches(tokens, at, words),
    );
    if (found === undefined) {
      questions.noteWord(token.text, nextWord(tokens, at), opens);
      // "What does it do?" asks for what "do" means there.
      const isLast = tokens[at + 1] === undefined || tokens[at + 1]?.kind === 'break';
      if (isLast && !opens && ASKED_LAST.has(token.text)) out.push({ ...token, name: true });
      else if (isOwning(token.text, nextWord(tokens, at))) {
        out.push({ kind: 'word', text: 'have', name: true });
      } else out.push(token);
      opens = opens && COURTESY.has(token.text);
      continue;
    }
    const { words, meaning } = found;
    const question = meaning[0]?.startsWith('?') === true ? meaning[0].slice(1) : null;
    if (question !== null) {
      questions.note(question);
      out.push({ kind: 'break', text: '?' });
    }
    for (const one of question === null ? meaning : meaning.slice(1)) {
      if (question !== 'yes-no' || !questions.noteModal(one)) {
        out.push({ kind: 'word', text: one, name: false });
      }
    }
    opens = opens && meaning.length === 0;
    at += words.length - 1;
  }
  return out;
}

/** How far behind its verb a particle is looked for. */
const FARTHEST_PARTICLE = 6;
const SWITCHING = new Set(['turn', 'turning', 'turned', 'switch', 'switching', 'switched']);

/** "Turn dark mode on" is "turn on dark mode". */
function switchedAt(
  tokens: readonly Token[],
  at: number,
): { readonly verb: string; readonly particle: number } | null {
  const verb = tokens[at];
  if (verb?.kind !== 'word' || !SWITCHING.has(verb.text)) return null;
  for (let place = at + 1; place <= at + FARTHEST_PARTICLE; place++) {
    const token = tokens[place];
    if (token?.kind !== 'word') return null;
    const isParticle = token.text === 'on' || token.text === 'off';
    const next = tokens[place + 1];
    if (isParticle && (place === at + 1 || next === undefined || next.kind === 'break')) {
      return { verb: token.text === 'on' ? 'enable' : 'disable', particle: place };
    }
  }
  return null;
}

const HAVING = new Set(['have', 'has', 'had', 'having']);
const AFTER_AUXILIARY = new Set(['been', 'to', 'not', 'got', 'done']);

/** Whether "have" is a word of its own here, and not part of a tense or an obligation. */
const isOwning = (word: string, next: string): boolean =>
  HAVING.has(word) &&
  next !== '' &&
  !next.endsWith('ed') &&
  !AFTER_AUXILIARY.has(next) &&
  !IRREGULAR.has(next) &&
  !FIRST_PERSON.has(next) &&
  !SECOND_PERSON.has(next);

const COURTESY = new Set(['please', 'hi', 'hello', 'hey', 'so', 'and', 'ok', 'okay']);
const ASKED_LAST = new Set(['do', 'does', 'done', 'have', 'has']);

function matches(tokens: readonly Token[], from: number, words: readonly string[]): boolean {
  return words.every((word, offset) => {
    const token = tokens[from + offset];
    return token?.kind === 'word' && !token.name && token.text === word;
  });
}

function nextWord(tokens: readonly Token[], at: number): string {
  const next = tokens[at + 1];
  return next?.kind === 'word' ? next.text : '';
}

const JOINS = new Set(['and', 'such']);
/** What a topic in front of a colon stands under. */
export const TOPIC = ':';
const LONGEST_TOPIC = 3;

function partsOf(tokens: readonly Token[]): { terms: Term[]; parts: Part[] } {
  const terms: Term[] = [];
  const parts: Part[] = [];
  let part: Part = { under: '', bases: [] };
  const add = (base: string, under = part.under): void => {
    part.bases.push(base);
    terms.push({ base, under });
  };
  const close = (): void => {
    // A preposition with nothing after it belongs to the verb before.
    if (part.bases.length === 0 && part.under !== '') add(`~${part.under}`, '');
    if (part.bases.length > 0) parts.push(part);
    part = { under: '', bases: [] };
  };
  /** "Python: …" */
  const asTopic = (): void => {
    const { under, bases } = parts[0]!;
    if (under !== '' || bases.length > LONGEST_TOPIC) return;
    parts[0] = { under: TOPIC, bases };
    for (let at = 0; at < terms.length; at++) terms[at] = { base: terms[at]!.base, under: TOPIC };
  };
  for (const token of tokens) {
    if (token.kind === 'break') {
      close();
      if (token.text === ':' && parts.length === 1) asTopic();
    } else if (token.kind === 'genitive') {
      // Of more than one word nobody knows how many are the owner's.
      if (part.bases.length !== 1) continue;
      parts.push({ under: 'of', bases: part.bases });
      terms[terms.length - 1] = { base: part.bases[0]!, under: 'of' };
      part = { under: part.under, bases: [] };
    } else if (token.kind === 'verbatim') add(`"${token.text}`);
    else if (token.kind === 'number') {
      // "A cup" and "one cup" are the same; where it counts, the guard of numbers looks.
      if (token.text !== '1') add(`#${token.text}`);
    } else if (token.kind === 'word') {
      const { text, name } = token;
      if (name) add(`${text}!`);
      else if (NEGATIONS.has(text)) add(SAME_NEGATION[text] ?? text);
      else if (DETERMINERS.has(text)) {
        // What stands before it is no part of what it opens: "change my router's password".
        if (part.under === '' && !JOINS.has(text)) close();
      } else if (PREPOSITIONS.has(text)) {
        close();
        part = { under: text, bases: [] };
      } else if (FRAME.has(text)) close();
      else add(baseForm(text));
    }
  }
  close();
  return { terms, parts };
}

/** What of one text is not in the other, by base form. */
export function onlyIn(one: Reading, other: Reading): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [base, count] of one.bag) if (count > (other.bag.get(base) ?? 0)) found.add(base);
  return found;
}
