import type { LabelledPair } from '../../src/cli/cache-pairs.js';
import type { Prompt } from '../../src/datasets/index.js';
import { createRng, type Rng, shuffledIndices } from '../../src/statistics/index.js';

/** One request of a made-up day. */
export interface DayRequest {
  /** Milliseconds since the day began. */
  readonly at: number;
  readonly tenant: string;
  readonly text: string;
  /** Requests of one answer share it: what a cache repeats for another one is wrong. */
  readonly answer: string;
  /** As the caller declares it; null for a question of a help desk. */
  readonly domain: string | null;
  readonly difficulty: number;
  readonly outputTokens: number;
  /** Whether it could be answered tomorrow. */
  readonly canWait: boolean;
}

export const REQUESTS = 5000;
const DAY_MS = 86_400_000;
const TENANTS = ['north', 'south', 'east', 'west'] as const;
/** Shares of the traffic. */
const QUESTIONS = 0.6;
const PADDED = 0.5;
const CAN_WAIT = 0.25;
/** Weight of the r-th most asked thing is 1 / r to this power (Breslau et al. 1999 measured 0.64 to 0.83 for the web). */
const ZIPF = 0.8;

/**
 * A day, wholly invented: 60 % questions, a pair of the labelled ones drawn by Zipf and then one of
 * its two texts, so that the very same, rewordings and near misses all occur; 40 % work from the
 * quickstart prompts, half of it short and drawn by Zipf, half with a long file around it that is
 * another each time, full of blanks. Of the work a quarter can wait. Busiest in the afternoon.
 */
export function dayTraffic(
  pairs: readonly LabelledPair[],
  prompts: readonly Prompt[],
  seed: number,
): DayRequest[] {
  const rng = createRng(seed, 'day');
  const answerOf = answers(pairs);
  const pairOf = zipf(shuffledIndices(pairs.length, rng), rng);
  const promptOf = zipf(shuffledIndices(prompts.length, rng), rng);
  const day: DayRequest[] = [];
  for (let at = 0; at < REQUESTS; at++) {
    const common = { at: timeOfDay(rng), tenant: TENANTS[rng.below(TENANTS.length)]! };
    if (rng.next() < QUESTIONS) {
      const pair = pairs[pairOf()]!;
      const text = rng.next() < 0.5 ? pair.a : pair.b;
      const answer = answerOf(text);
      const own = createRng(seed, 'question', answer);
      const difficulty = own.next();
      const outputTokens = 30 + own.below(120);
      day.push({ ...common, text, answer, domain: null, difficulty, outputTokens, canWait: false });
    } else {
      const { id, messages, domain, difficulty } = prompts[promptOf()]!;
      const padded = rng.next() < PADDED;
      const asked = messages.at(-1)!.content;
      day.push({
        ...common,
        text: padded ? `${paddedFile(at, rng)}\n\n${asked}` : asked,
        answer: padded ? `${id} about file ${at}` : id,
        domain: domain ?? null,
        difficulty: difficulty ?? 0.5,
        outputTokens: 20 + createRng(seed, 'work', id).below(200),
        canWait: rng.next() < CAN_WAIT,
      });
    }
  }
  return day.sort((a, b) => a.at - b.at);
}

/** Texts that are labelled as having one answer, and those that have one with them, have one name. */
function answers(pairs: readonly LabelledPair[]): (text: string) => string {
  const parent = new Map<string, string>();
  const rootOf = (text: string): string => {
    let root = text;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    return root;
  };
  for (const { a, b, same } of pairs) {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (same && one !== other) parent.set(other, one);
  }
  return rootOf;
}

/** Draws one of the items, the earlier the likelier. */
function zipf(items: ArrayLike<number>, rng: Rng): () => number {
  const cumulative = new Float64Array(items.length);
  let total = 0;
  for (let rank = 0; rank < items.length; rank++) {
    total += (rank + 1) ** -ZIPF;
    cumulative[rank] = total;
  }
  return () => {
    const drawn = rng.next() * total;
    const rank = cumulative.findIndex((sum) => sum > drawn);
    return items[rank]!;
  };
}

function timeOfDay(rng: Rng): number {
  for (;;) {
    const at = rng.next();
    if (rng.next() < (1 - Math.cos(2 * Math.PI * (at - 0.1))) / 2) return Math.floor(at * DAY_MS);
  }
}

const NOTES = [
  'The customer called about the delivery and asked for another date.',
  'The parcel was left with a neighbour who could not be reached.',
  'A refund was promised by the shop and has not arrived yet.',
  'The invoice names another address than the order does.',
] as const;

/** Some three thousand characters as programs paste them: two blanks for one, blanks at ends, blank lines. */
function paddedFile(number: number, rng: Rng): string {
  const lines = [`File ${number}`];
  for (let row = 0; row < 25 + rng.below(15); row++) {
    const note = `${NOTES[rng.below(NOTES.length)]!} It was noted on day ${rng.below(365)}.`;
    // Lines of such blanks that follow each other would pass for a table, of which nothing is taken.
    lines.push(`${note.replaceAll(' ', '  ')}      `, '', '', '');
  }
  return lines.join('\n');
}
