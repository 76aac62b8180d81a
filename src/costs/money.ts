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

/**
 * The exact sum of amounts, the same in any order.
 * @throws RangeError if an amount is no safe integer, or the sum no longer is one
 */
export function sumNano(amounts: Iterable<NanoUsd>): NanoUsd {
  let sum = 0;
  for (const amount of amounts) {
    if (!Number.isSafeInteger(amount)) {
      throw new RangeError(`Expected every amount to be an integer of nano-dollars, got ${amount}`);
    }
    // Two safe integers add without rounding, or to something that is visibly not safe.
    sum += amount;
    if (!Number.isSafeInteger(sum)) {
      throw new RangeError(`Expected a sum within 9,007,199 dollars, got ${sum} nano-dollars`);
    }
  }
  return sum;
}

/**
 * A sum of amounts as money.
 * @throws RangeError if it is no safe integer
 */
export function safeSum(sum: bigint): NanoUsd {
  if (sum > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`Expected a sum within 9,007,199 dollars, got ${sum} nano-dollars`);
  }
  return Number(sum);
}

/**
 * @param name what the amount is, as the caller knows it
 * @throws RangeError quoting name and value, if it is not an integer of at least 0
 */
export function checkAmount(name: string, amount: NanoUsd): NanoUsd {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(
      `Expected \`${name}\` to be an integer of nano-dollars from 0 up, got ${amount}`,
    );
  }
  return amount;
}
