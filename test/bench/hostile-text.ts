import { createTokenCounter } from '../../src/costs/index.js';
import { median } from './machine.js';

const ROUNDS = 5;

/** Tokens of text on which plain byte-pair encoding takes quadratic time. Goal: under a second. */
export async function hostileText(): Promise<string> {
  const counter = await createTokenCounter('openai/gpt-4o');
  counter.count('load the ranks first');
  const timed = (text: string): number => {
    const began = performance.now();
    counter.count(text);
    return performance.now() - began;
  };
  const half: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    half.push(timed('a'.repeat(100_000)));
    whole.push(timed('a'.repeat(200_000)));
  }
  const ratio = median(whole) / median(half);
  return `counting 200,000 × "a": median ${median(whole).toFixed(0)} ms, ${ratio.toFixed(1)} times as long as half of it`;
}
