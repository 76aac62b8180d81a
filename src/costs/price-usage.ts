import type { NanoUsd } from './money.js';
import type { ModelPricing, PriceRates } from './pricing.js';
import type { TokenUsage } from './usage.js';

const TOKENS_PER_RATE = 1_000_000n;

/**
 * What one request costs, in nano-dollars: exact arithmetic, rounded half up once, at the end.
 *
 * Cached and cache-written tokens are part of `usage.input` and are priced at their own rates
 * (`input`'s, where there is none). Reasoning tokens are part of `usage.output`. A request whose
 * input exceeds a long-context threshold is priced whole at that tier. The batch multiplier
 * applies to all of it, the charge per request included.
 *
 * @throws RangeError naming the values, if a count is not an integer from 0 up, if cached and
 * cache-written tokens together exceed the input, if `batch` is asked of a model without a batch
 * price, or if the cost is beyond a safe integer
 */
export function priceUsage(
  usage: TokenUsage,
  pricing: ModelPricing,
  options: { readonly batch?: boolean } = {},
): NanoUsd {
  checkUsage(usage);
  const rates = ratesFor(usage.input, pricing);
  const plain = BigInt(usage.input) - BigInt(usage.cachedInput) - BigInt(usage.cacheWrite);
  const tokens =
    plain * BigInt(rates.input) +
    BigInt(usage.cachedInput) * BigInt(rates.cachedInput ?? rates.input) +
    BigInt(usage.cacheWrite) * BigInt(rates.cacheWrite ?? rates.input) +
    BigInt(usage.output) * BigInt(rates.output);
  const whole = tokens + BigInt(pricing.perRequest) * TOKENS_PER_RATE;
  const batch = options.batch ? batchFraction(pricing) : { numerator: 1n, denominator: 1n };
  const cost = Number(divideHalfUp(whole * batch.numerator, TOKENS_PER_RATE * batch.denominator));
  if (!Number.isSafeInteger(cost)) {
    throw new RangeError(
      `Expected a cost within 9,007,199 dollars for ${pricing.model}, got ${cost} nano-dollars`,
    );
  }
  return cost;
}

/** The rates of the tier that a request of this many input tokens falls into. */
export function ratesFor(inputTokens: number, pricing: ModelPricing): PriceRates {
  let rates = pricing.rates;
  for (const tier of pricing.longContext) if (inputTokens > tier.above) rates = tier.rates;
  return rates;
}

function checkUsage(usage: TokenUsage): void {
  for (const name of ['input', 'cachedInput', 'cacheWrite', 'output', 'reasoning'] as const) {
    const count = usage[name];
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(
        `Expected \`usage.${name}\` to be a count of tokens from 0 up, got ${count}`,
      );
    }
  }
  if (usage.cachedInput + usage.cacheWrite > usage.input) {
    throw new RangeError(
      `Expected \`usage.input\` to include cached and cache-written tokens, got input ${usage.input}, cachedInput ${usage.cachedInput}, cacheWrite ${usage.cacheWrite}`,
    );
  }
}

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function batchFraction(pricing: ModelPricing): Fraction {
  if (pricing.batchMultiplier === null) {
    throw new RangeError(
      `Expected \`${pricing.model}\` to have a batch price, got batchMultiplier null`,
    );
  }
  return decimalFraction(pricing.batchMultiplier);
}

/** The decimal number a person wrote (0.1 is one tenth, not its nearest binary fraction). */
function decimalFraction(value: number): Fraction {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (match === null) {
    throw new RangeError(
      `Expected \`batchMultiplier\` to be a finite number from 0 up, got ${value}`,
    );
  }
  const decimals = match[2] ?? '';
  const power = Number(match[3] ?? 0) - decimals.length;
  const digits = BigInt(`${match[1]}${decimals}`);
  return power < 0
    ? { numerator: digits, denominator: 10n ** BigInt(-power) }
    : { numerator: digits * 10n ** BigInt(power), denominator: 1n };
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}
