import type { Rng } from '../../statistics/index.js';
import type { Message } from '../../wire/index.js';
import type { AnswerKey } from './answer-key.js';
import { lastNumber, parseObject, plainWords } from './wrong-answer.js';

/** What a judging prompt holds. */
export interface JudgingTask {
  readonly answer: string;
  /** Null where the prompt gives none and the question is not in the key. */
  readonly reference: string | null;
}

/** Share of words of the reference that an answer must hold to count as right, and as half right. */
const RIGHT_RECALL = 0.8;
const HALF_RECALL = 0.5;

/**
 * Reads a prompt that asks for a verdict: the last `<answer …>` block and the last `<reference …>`
 * block, or else the reference of its `<question …>` from the key. Null if there is no answer to judge.
 */
export function judgingTaskOf(messages: readonly Message[], key: AnswerKey): JudgingTask | null {
  const text = messages.map(({ content }) => content).join('\n');
  const answer = lastBlock(text, 'answer');
  if (answer === null) return null;
  const reference = lastBlock(text, 'reference');
  if (reference !== null && reference !== '') return { answer, reference };
  const question = lastBlock(text, 'question');
  const entry = question === null ? null : key.find([{ role: 'user', content: question }]);
  return { answer, reference: entry?.reference ?? null };
}

/** The request in a prompt that asks to rate one: its last `<request …>` block; null where it asks nothing of the kind. */
export function requestToRate(messages: readonly Message[]): string | null {
  const asks = messages.some(({ role, content }) => role === 'system' && /\brate\b/i.test(content));
  const last = messages.at(-1);
  return asks && last !== undefined ? lastBlock(last.content, 'request') : null;
}

/**
 * How good the answer is by a lenient look at the reference: 1 if it holds it, in words, as its last
 * number or as the same JSON, 0.5 if it holds at least half of the words, else 0. Drawn at random
 * where there is no reference to look at.
 */
export function qualityOf({ answer, reference }: JudgingTask, rng: Rng): number {
  if (reference === null) return rng.below(2);
  const object = parseObject(reference);
  if (object !== null) return holdsObject(answer, object) ? 1 : 0;
  if (/^[-$€£]?[\d.,]+\s*%?$/.test(reference)) {
    return lastNumber(answer) === lastNumber(reference) ? 1 : 0;
  }
  const said = ` ${plainWords(answer)} `;
  const words = plainWords(reference).split(' ');
  if (said.includes(` ${words.join(' ')} `)) return 1;
  const recall = words.filter((word) => said.includes(` ${word} `)).length / words.length;
  if (recall >= RIGHT_RECALL) return 1;
  return words.length > 1 && recall >= HALF_RECALL ? 0.5 : 0;
}

function holdsObject(answer: string, object: Readonly<Record<string, unknown>>): boolean {
  const found = parseObject(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
  return (
    found !== null &&
    Object.entries(object).every(
      ([field, value]) => JSON.stringify(found[field]) === JSON.stringify(value),
    )
  );
}

/** The inside of the last block of a tag, whatever attributes it has. Linear in the text. */
function lastBlock(text: string, tag: string): string | null {
  const close = text.lastIndexOf(`</${tag}`);
  const open = close === -1 ? -1 : text.lastIndexOf(`<${tag}`, close);
  const inside = open === -1 ? -1 : text.indexOf('>', open);
  return inside === -1 || inside > close ? null : text.slice(inside + 1, close).trim();
}
