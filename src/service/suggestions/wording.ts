/** A number with the noun it counts. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`;

/** Dollars for a sentence, to three digits. */
export const dollars = (usd: number): string =>
  `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 3 })}`;

/** What was looked at, where that is not everything. */
export const sampled = (looked: number, population: number): string =>
  looked < population
    ? ` Estimated from ${looked.toLocaleString('en-US')} of ${counted(population, 'request')}, drawn by a hash of their ids.`
    : '';
