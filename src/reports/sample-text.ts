import type { Comparison } from '../evaluation/index.js';
import { count } from './numbers.js';

/** What the intervals of a table are over: `4,237 test prompts in 4,042 groups`. */
export function sampleText({ splits, tradeoffs }: Comparison): string {
  const crossFitted = splits.folds > 1;
  const prompts = tradeoffs[0]?.prompts ?? splits.test;
  const groups = splits.testGroups ?? (crossFitted ? splits.groups : undefined);
  const kind = crossFitted ? 'prompts, each tested out of fold,' : 'test prompts';
  return `${count(prompts)} ${kind}${groups === undefined ? '' : ` in ${count(groups)} groups`}`;
}
