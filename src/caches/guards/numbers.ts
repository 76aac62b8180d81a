import type { Reading } from './reading.js';

/**
 * Numbers (in figures or in words), signs, percentages, versions, dates, operators and other symbols
 * have to be the same and in the same order. "One" may stand for "a".
 */
export const numbersDiffer = (a: Reading, b: Reading): boolean =>
  a.grouping !== b.grouping ||
  (!same(a.numbers, b.numbers) &&
    // "1 of 3" and "3 of 1".
    (ones(a) === ones(b) || !same(withoutOne(a.numbers, b), withoutOne(b.numbers, a))));

const ones = ({ numbers }: Reading): number => numbers.filter((text) => text === '1').length;

/** Only where neither text writes the figure, or calculates. */
function withoutOne(numbers: readonly string[], other: Reading): readonly string[] {
  const figures = [...numbers, ...other.numbers];
  return figures.every((text) => /^[\p{Nd}.]+$/u.test(text))
    ? numbers.filter((text) => text !== '1')
    : numbers;
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, at) => text === b[at]);
