/** Bounds of a mean that hold at every moment at once, however often one looks. */
export interface SequenceBounds {
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Takes one value after another. */
export interface ConfidenceSequence {
  add(value: number): void;
  /** Null before anything can be said. */
  bounds(): SequenceBounds | null;
}

/** Of the betting strategy: bets beyond this would be lost on a single value. */
const LARGEST_BET = 0.5;

/**
 * The mean of values from 0 to `most`, above which they count as that: with probability 1 − alpha the bounds hold the mean at every n,
 * exactly. Values may depend on those before, as long as their conditional mean stays.
 * The predictable plug-in empirical-Bernstein sequence of Waudby-Smith & Ramdas, "Estimating means of
 * bounded random variables by betting", JRSS-B 2024, theorem 2.
 */
export function boundedSequence(alpha: number, most = 1): ConfidenceSequence {
  const cost = Math.log(2 / alpha);
  let n = 0;
  let total = 0;
  let squares = 0;
  let bets = 0;
  let weighed = 0;
  let penalty = 0;
  return {
    add(value) {
      const x = value / most;
      const meanBefore = (0.5 + total) / (n + 1);
      const varianceBefore = (0.25 + squares) / (n + 1);
      n++;
      const bet = Math.min(
        LARGEST_BET,
        Math.sqrt((2 * cost) / (varianceBefore * n * Math.log(1 + n))),
      );
      bets += bet;
      weighed += bet * x;
      penalty += (x - meanBefore) ** 2 * (-Math.log(1 - bet) - bet);
      total += x;
      squares += (x - (0.5 + total) / (n + 1)) ** 2;
    },
    bounds() {
      if (n === 0) return null;
      const centre = weighed / bets;
      const reach = (cost + penalty) / bets;
      return {
        n,
        mean: (most * total) / n,
        low: most * Math.max(0, centre - reach),
        high: most * Math.min(1, centre + reach),
      };
    },
  };
}
