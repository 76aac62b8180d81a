import type { Token } from './tokens.js';
import {
  MAGNITUDES,
  ORDINAL_NUMBERS,
  SMALL_NUMBERS,
  SPOKEN_OPERATORS,
} from './words/number-words.js';

const SAME_OPERATOR: Readonly<Record<string, string>> = { '×': '*', '·': '*', '÷': '/' };
/** "How does one …?" is about people. */
const BEFORE_ANYONE = new Set(['does', 'can', 'could', 'should', 'would', 'must', 'might']);
const ORDINAL_ENDINGS = new Set(['st', 'nd', 'rd', 'th']);

/**
 * The tokens with numbers put in figures ("twenty-three" is 23, "3rd" and "third" are `o3`), signs
 * joined to them, operators told apart from hyphens, and hyphens gone. What is left of symbols shapes
 * what is asked for.
 */
export function withQuantities(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    if (token.kind === 'symbol' && token.text === '-') {
      const previous = out.at(-1);
      if (isOperand(previous) && isOperand(next)) out.push(operator('-'));
      else if (token.after && next?.kind === 'number' && !token.before) {
        out.push({ kind: 'number', text: `-${next.text}` });
        at++;
      } else if (!token.before || !token.after) out.push({ kind: 'break', text: '-' });
    } else if (token.kind === 'symbol') {
      out.push(operator(SAME_OPERATOR[token.text] ?? token.text));
    } else if (token.kind === 'number') {
      const after = next?.kind === 'word' ? next.text : '';
      if (ORDINAL_ENDINGS.has(after)) {
        out.push({ kind: 'number', text: `o${token.text}` });
        at++;
      } else if (MAGNITUDES.has(after)) {
        out.push({ kind: 'number', text: String(Number(token.text) * MAGNITUDES.get(after)!) });
        at++;
      } else out.push(token);
    } else if (token.kind === 'word') {
      const spoken = spokenNumber(tokens, at);
      const before = tokens[at - 1];
      if (token.text === 'one' && before?.kind === 'word' && BEFORE_ANYONE.has(before.text)) {
        out.push(token);
      } else if (spoken !== null) {
        out.push({ kind: 'number', text: spoken.text });
        at = spoken.last;
      } else out.push(wordOrOperator(token, out.at(-1), next));
    } else out.push(token);
  }
  return out;
}

const operator = (text: string): Token => ({ kind: 'symbol', text, before: false, after: false });

/** A number, or one letter that stands for one. */
const isOperand = (token: Token | undefined): boolean =>
  token?.kind === 'number' || (token?.kind === 'word' && token.text.length === 1);

function wordOrOperator(
  token: Token & { kind: 'word' },
  previous: Token | undefined,
  next: Token | undefined,
): Token {
  const spoken = SPOKEN_OPERATORS.get(token.text);
  const afterNumber = previous?.kind === 'number';
  if (spoken !== undefined && afterNumber) return operator(spoken);
  if (token.text === 'x' && afterNumber && next?.kind === 'number') return operator('*');
  return token;
}

/** Reads "two hundred and five", "twenty-third", "three million" from a place on. */
function spokenNumber(
  tokens: readonly Token[],
  from: number,
): { readonly text: string; readonly last: number } | null {
  let [total, group, last] = [0, 0, -1];
  let tensOpen = false;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (last !== -1 && token.kind === 'symbol' && token.text === '-' && token.before) continue;
    if (token.kind !== 'word') break;
    const isJoin = token.text === 'and' && last === at - 1 && group + total >= 100;
    if (isJoin) continue;
    const small = SMALL_NUMBERS.get(token.text);
    const ordinal = ORDINAL_NUMBERS.get(token.text);
    const magnitude = MAGNITUDES.get(token.text);
    const value = small ?? ordinal;
    const fits = last === -1 || (tensOpen && value! < 10) || group % 100 === 0;
    if (value !== undefined && fits) {
      group += value;
      tensOpen = value >= 20;
      last = at;
      if (ordinal !== undefined) return { text: `o${total + group}`, last };
    } else if (magnitude === 100 && last !== -1 && group > 0) {
      group *= 100;
      tensOpen = false;
      last = at;
    } else if (magnitude !== undefined && last !== -1 && group > 0) {
      total += group * magnitude;
      group = 0;
      tensOpen = false;
      last = at;
    } else break;
  }
  return last === -1 ? null : { text: String(total + group), last };
}
