import type { ModelPrice, PriceCalculation, Provider } from '@pydantic/genai-prices';
import { fromUsd, type NanoUsd } from './money.js';
import type { ModelPricing, PriceRates } from './pricing.js';

/** The version in package.json, named in every price that comes from it. */
const SOURCE = 'genai-prices 0.1.8';

/** Providers whose models are suggested, by their id in genai-prices, which cannot list them. */
export const PROVIDERS: readonly string[] = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'deepseek',
  'x-ai',
  'cohere',
  'groq',
  'azure',
  'aws',
  'openrouter',
  'together',
  'fireworks',
  'cerebras',
  'perplexity',
  'moonshotai',
  'voyageai',
  'minimax',
  'zai',
  'novita',
  'avian',
];

export interface GenaiPrice {
  readonly provider: string;
  readonly pricing: Omit<ModelPricing, 'model' | 'source' | 'asOf' | 'batchMultiplier'>;
}

/** Read access to the prices that ship inside @pydantic/genai-prices; it asks no network. */
export interface GenaiPrices {
  /** @param provider exact id, or null to let the name tell its maker */
  find(provider: string | null, name: string, asOf: string): GenaiPrice | null;
  /** Names of a provider's models; empty for an unknown provider. */
  names(provider: string): readonly string[];
}

/** Loads the 2 MB module, so only where prices are needed. */
export async function loadGenaiPrices(): Promise<GenaiPrices> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  const exactly = (id: string): Provider | null => {
    const provider = findProvider({ providerId: id });
    // The package also matches loosely ("my-openai-proxy" as openai); a price must not.
    return provider?.id === id ? provider : null;
  };
  return {
    find(providerId, name, asOf) {
      const provider = providerId === null ? null : exactly(providerId);
      if (providerId !== null && provider === null) return null;
      const at = (time: string): PriceCalculation | null =>
        calcPrice({}, name, {
          timestamp: new Date(`${asOf}T${time}`),
          ...(provider === null ? {} : { provider }),
        });
      const found = at('12:00:00Z');
      if (found === null) return null;
      // Some prices change within the day. A cap must hold at any hour, so the dearest is taken.
      const prices = [found.model_price];
      for (const time of peakTimes(found)) {
        const peak = at(time);
        if (peak !== null) prices.push(peak.model_price);
      }
      const [dearest] = prices
        .map((price) => pricingOf(price, found.model.id))
        .filter((pricing) => pricing !== null)
        .sort((a, b) => b.rates.input + b.rates.output - (a.rates.input + a.rates.output));
      if (dearest === undefined) return null;
      return {
        provider: found.provider.id,
        pricing: {
          ...dearest,
          reference: `${SOURCE}: ${found.provider.id}/${found.model.id}`,
        },
      };
    },
    names: (provider) => exactly(provider)?.models.map((model) => model.id) ?? [],
  };
}

function peakTimes(found: PriceCalculation): string[] {
  if (!Array.isArray(found.model.prices)) return [];
  return found.model.prices.flatMap(({ constraint }) =>
    constraint?.type === 'time_of_date' ? [constraint.start_time] : [],
  );
}

/**
 * Null where the price cannot be said in tokens: an entry without prices, priced by the hour or page,
 * or without a price for output (embedding models have no output; theirs is 0).
 * Cache writes are priced at the five-minute rate. Where reasoning is priced apart, output takes the
 * dearer of the two.
 */
function pricingOf(
  price: ModelPrice,
  modelId: string,
): Pick<ModelPricing, 'rates' | 'longContext' | 'perRequest'> | null {
  const embeds = /embed|voyage/i.test(modelId);
  const ratesAt = (inputTokens: number): PriceRates | null => {
    const rate = (key: string): NanoUsd | null => rateAt(price, key, inputTokens);
    const input = rate('input_mtok');
    const output = rate('output_mtok') ?? (embeds ? 0 : null);
    if (input === null || output === null) return null;
    return {
      input,
      cachedInput: rate('cache_read_mtok'),
      cacheWrite: rate('cache_write_mtok'),
      output: Math.max(output, rate('output_reasoning_mtok') ?? 0),
    };
  };
  const rates = ratesAt(0);
  if (rates === null) return null;
  return {
    rates,
    longContext: tierStarts(price).flatMap((above) => {
      const atTier = ratesAt(above + 1);
      return atTier === null ? [] : [{ above, rates: atTier }];
    }),
    perRequest: perRequest(price),
  };
}

const TOKEN_KEYS = [
  'input_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'output_mtok',
  'output_reasoning_mtok',
];

function tierStarts(price: ModelPrice): number[] {
  const starts = TOKEN_KEYS.flatMap((key) => {
    const value = price[key];
    return typeof value === 'object' ? value.tiers.map((tier) => tier.start) : [];
  });
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** A tier holds for the whole request once its input exceeds `start`. */
function rateAt(price: ModelPrice, key: string, inputTokens: number): NanoUsd | null {
  const value = price[key];
  if (value === undefined) return null;
  if (typeof value === 'number') return fromUsd(value);
  const tiers = value.tiers
    .filter((tier) => inputTokens > tier.start)
    .sort((a, b) => a.start - b.start);
  return fromUsd(tiers.at(-1)?.price ?? value.base);
}

function perRequest(price: ModelPrice): NanoUsd {
  const thousand = price.requests_kcount;
  return typeof thousand === 'number' ? fromUsd(thousand / 1000) : 0;
}
