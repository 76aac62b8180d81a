/**
 * Money, exactly: an integer count of nano-dollars (1e-9 US dollars).
 * A plain number, always a safe integer (up to about nine million dollars), so it survives JSON.
 */
export type NanoUsd = number;

const NANO_PER_USD = 1_000_000_000;

/** Dollars for people and `--json`; never used in sums. */
export function toUsd(amount: NanoUsd): number {
  return amount / NANO_PER_USD;
}

/**
 * The nearest nano-dollar amount.
 * @param usd dollars, finite and at least 0
 * @throws RangeError quoting the value, if it is negative, not finite or beyond a safe integer
 */
export function fromUsd(usd: number): NanoUsd {
  const amount = Math.round(usd * NANO_PER_USD);
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(
      `Expected \`usd\` to be an amount from 0 to 9,007,199 dollars, got ${usd}`,
    );
  }
  return amount;
}
