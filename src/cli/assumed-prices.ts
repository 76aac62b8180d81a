import { UserError } from '../user-error.js';

/**
 * `--price MODEL=USD_PER_CALL`, once for each model.
 * @throws UserError quoting the flag that is no such pair, or a model given twice
 */
export function assumedPrices(
  given: readonly string[] | undefined,
): Readonly<Record<string, number>> | null {
  if (given === undefined || given.length === 0) return null;
  const prices: Record<string, number> = {};
  for (const pair of given) {
    const at = pair.lastIndexOf('=');
    const model = pair.slice(0, Math.max(0, at)).trim();
    const written = pair.slice(at + 1).trim();
    const price = Number(written);
    if (model === '' || written === '' || !(price >= 0 && price <= 1_000_000)) {
      throw new UserError(
        `--price is "${pair}": give MODEL=USD_PER_CALL, as in --price openai/gpt-4o=0.0025.`,
      );
    }
    if (Object.hasOwn(prices, model)) {
      throw new UserError(`--price is given twice for "${model}": give it once.`);
    }
    prices[model] = price;
  }
  return prices;
}
