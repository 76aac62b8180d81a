import type { CountTokens } from './compressor.js';
import { sentenceBounds, wordBounds } from './text-bounds.js';

/** No token of a tokenizer in use is longer; a piece of more is looked at word by word. */
const LONGEST_TOKEN = 128;

/** What of a text stays: its end, its start, or both while its middle goes. */
export type Keep = 'end' | 'start' | 'middle';

/** Stands where something was left out. */
export const CUT_MARK = '[...]';

/** How often the result is counted, at most: pieces of a text never count exactly as the whole does. */
const ROUNDS = 6;

interface Kept {
  /** The start stays up to here, */
  readonly head: number;
  /** and the end from here on. */
  readonly tail: number;
}

/**
 * Of a text at most `limit` tokens by this very counter, with a mark where something was left out if
 * there is room for it. Cuts where a line or a sentence ends if that leaves at least half of what may
 * stay, else between words, and never inside a character. Pieces are counted, and then the whole a
 * few times, so the time is linear in the text wherever the counter's is.
 */
export function cutText(text: string, limit: number, keep: Keep, count: CountTokens): string {
  const mark = count(CUT_MARK);
  const marked = mark * 2 <= limit;
  const bounds = sentenceBounds(text);
  let best = '';
  let budget = marked ? limit - mark : limit;
  for (let round = 0; round < ROUNDS && budget >= 0; round++) {
    const kept = keptOf(text, bounds, budget, keep, count);
    const cut = assembled(text, kept, marked);
    const tokens = count(cut);
    if (tokens > limit) {
      if (best !== '') break;
      budget = Math.min(budget - (tokens - limit), Math.floor(budget * 0.9) - 1);
    } else {
      const longer = cut.length > best.length;
      if (longer) best = cut;
      if (!longer || tokens >= limit * 0.98) break;
      budget += limit - tokens;
    }
  }
  return best;
}

function keptOf(
  text: string,
  bounds: readonly number[],
  budget: number,
  keep: Keep,
  count: CountTokens,
): Kept {
  const whole = { head: 0, tail: text.length };
  if (keep === 'start') return { ...whole, head: headOf(text, bounds, budget, count).at };
  if (keep === 'end') return { ...whole, tail: tailOf(text, bounds, budget, 0, count) };
  const { at: head, used } = headOf(text, bounds, Math.floor(budget / 2), count);
  return { head, tail: tailOf(text, bounds, budget - used, head, count) };
}

/** Up to where the start of a text stays. */
function headOf(text: string, bounds: readonly number[], budget: number, count: CountTokens) {
  let used = 0;
  const take = (within: readonly number[]): number => {
    let last = 0;
    while (last + 1 < within.length) {
      const [from, to] = [within[last]!, within[last + 1]!];
      if (to - from > (budget - used) * LONGEST_TOKEN) break;
      const tokens = count(text.slice(from, to));
      if (used + tokens > budget) break;
      used += tokens;
      last++;
    }
    return last;
  };
  const sentence = take(bounds);
  const at = bounds[sentence]!;
  if (used * 2 >= budget || sentence + 1 === bounds.length) return { at, used };
  const words = wordBounds(text, at, bounds[sentence + 1]!);
  return { at: words[take(words)]!, used };
}

/** From where on the end of a text stays, no earlier than `from`. */
function tailOf(
  text: string,
  bounds: readonly number[],
  budget: number,
  from: number,
  count: CountTokens,
): number {
  let used = 0;
  const take = (within: readonly number[]): number => {
    let first = within.length - 1;
    while (first > 0 && within[first - 1]! >= from) {
      const [begin, end] = [within[first - 1]!, within[first]!];
      if (end - begin > (budget - used) * LONGEST_TOKEN) break;
      const tokens = count(text.slice(begin, end));
      if (used + tokens > budget) break;
      used += tokens;
      first--;
    }
    return first;
  };
  const sentence = take(bounds);
  const at = bounds[sentence]!;
  if (used * 2 >= budget || sentence === 0) return at;
  const words = wordBounds(text, Math.max(from, bounds[sentence - 1]!), at);
  return words[take(words)]!;
}

function assembled(text: string, { head, tail }: Kept, marked: boolean): string {
  const start = text.slice(0, head);
  const ownLine = tail === 0 || text[tail - 1] === '\n';
  const end = ownLine ? text.slice(tail) : text.slice(tail).replace(/^ +/, '');
  if (!marked) return start === '' || end === '' ? start + end : `${start}\n${end}`;
  const before = start === '' ? '' : start.endsWith('\n') ? start : `${start} `;
  const after = end === '' ? '' : ownLine ? `\n${end}` : ` ${end}`;
  return before + CUT_MARK + after;
}
