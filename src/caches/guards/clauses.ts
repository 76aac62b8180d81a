import type { Token } from './tokens.js';
import { wordSet } from './words/word-set.js';

const SUBORDINATING = wordSet(
  'if when because although though while until unless since after before once',
);
const ENDS = /[.;:!?]/;

/**
 * The tokens with the clause that a conjunction opens put behind the main clause of its sentence: "if
 * A stops, does B?" is "does B if A stops?". The conjunction stays with its own clause, so that none of
 * the two can take the other's place. A comma has to tell where the clause ends, and only one.
 */
export function mainClauseFirst(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let from = 0; from < tokens.length; ) {
    let end = from;
    while (end < tokens.length && !isEnd(tokens[end]!)) end++;
    const sentence = tokens.slice(from, end);
    const commas = sentence.flatMap((token, at) => (token.kind === 'break' ? [at] : []));
    const opening = sentence[0];
    const comma = commas[0];
    const isSubordinate =
      opening?.kind === 'word' && SUBORDINATING.has(opening.text) && commas.length === 1;
    // "When did he leave, and why?" asks: no clause.
    const second = sentence[1];
    const asks = second?.kind === 'word' && ASKING_NEXT.has(second.text);
    if (isSubordinate && !asks && comma! > 1 && comma! + 1 < sentence.length) {
      out.push(...sentence.slice(comma! + 1), ...sentence.slice(0, comma));
    } else out.push(...sentence);
    if (end < tokens.length) out.push(tokens[end]!);
    from = end + 1;
  }
  return out;
}

const ASKING_NEXT = wordSet('is are was were do does did can could should will would has have had');

const isEnd = (token: Token): boolean => token.kind === 'break' && ENDS.test(token.text);
