import { distance } from 'fastest-levenshtein';
import {
  BATCH_MULTIPLIERS,
  OVERLAY_DATE,
  OVERLAY_PRICES,
  type OverlayEntry,
} from './catalogue-overlay.js';
import { type ExperimentPrice, pricingFromExperiment } from './experiment-price.js';
import { type GenaiPrices, loadGenaiPrices, PROVIDERS } from './genai-prices.js';
import type { ModelPricing } from './pricing.js';

/** Prices of known models, at one date. */
export interface Catalogue {
  /**
   * The price of a model: from the experiment file, else our own data, else genai-prices.
   * @param modelId `provider/name`, or a bare name that tells its maker (`gpt-4o`)
   * @param baseUrl where the model is served, unless by its provider. Such a model has only the price
   * that the experiment file gives: a local server is not the provider whose names it uses.
   * @returns null where the price is unknown; it is never taken as 0
   */
  find(modelId: string, baseUrl?: string | null): ModelPricing | null;
  /** Up to three ids that have a price and look like this one, the likeliest first. */
  suggest(modelId: string): string[];
}

/** What users call providers, where genai-prices calls them otherwise. */
const PROVIDER_ALIASES: Readonly<Record<string, string>> = {
  gemini: 'google',
  vertex: 'google',
  vertex_ai: 'google',
  xai: 'x-ai',
  bedrock: 'aws',
  mistralai: 'mistral',
  together_ai: 'together',
  'together-ai': 'together',
  fireworks_ai: 'fireworks',
  moonshot: 'moonshotai',
  voyage: 'voyageai',
};

/**
 * Opens the catalogue; loads the price data, so it is asynchronous.
 * @param options.asOf ISO date (`2026-11-23`) whose prices are wanted
 * @param options.overlay prices given in the experiment file, by model id
 * @throws RangeError if `asOf` is no date
 * @throws UserError if a price of the overlay is not sound
 */
export async function createCatalogue(options: {
  readonly asOf: string;
  readonly overlay?: Readonly<Record<string, ExperimentPrice>>;
}): Promise<Catalogue> {
  const { asOf } = options;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(Date.parse(`${asOf}T00:00:00Z`))) {
    throw new RangeError(`Expected \`asOf\` to be an ISO date such as 2026-11-23, got ${asOf}`);
  }
  const given = new Map(
    Object.entries(options.overlay ?? {}).map(([model, price]) => [
      model,
      pricingFromExperiment(model, price, asOf),
    ]),
  );
  const prices = await loadGenaiPrices();
  const find = (modelId: string): ModelPricing | null =>
    given.get(modelId) ?? findInOverlay(modelId, asOf) ?? findInGenaiPrices(prices, modelId, asOf);
  return {
    find: (modelId, baseUrl = null) =>
      baseUrl === null ? find(modelId) : (given.get(modelId) ?? null),
    suggest: (modelId) => suggest(modelId, prices, (id) => find(id) !== null),
  };
}

function findInGenaiPrices(
  prices: GenaiPrices,
  modelId: string,
  asOf: string,
): ModelPricing | null {
  const { provider, name } = split(modelId);
  const found = prices.find(provider, name, asOf);
  if (found === null) return null;
  return {
    model: modelId,
    source: 'catalogue',
    asOf,
    ...found.pricing,
    batchMultiplier: batchMultiplier(found.provider),
  };
}

function findInOverlay(modelId: string, asOf: string): ModelPricing | null {
  const { provider, name } = split(modelId);
  const entry = OVERLAY_PRICES.find(
    (each) =>
      (provider === null || provider === each.provider) &&
      each.names.includes(name) &&
      each.from <= asOf,
  );
  return entry === undefined ? null : pricingFromOverlay(modelId, entry, asOf);
}

function pricingFromOverlay(model: string, entry: OverlayEntry, asOf: string): ModelPricing {
  const tier = entry.longContext;
  return {
    ...pricingFromExperiment(model, entry.price, asOf),
    source: 'catalogue',
    reference: `switchyard ${OVERLAY_DATE}, from ${entry.from}: ${entry.source}`,
    longContext:
      tier === undefined
        ? []
        : [{ above: tier.above, rates: pricingFromExperiment(model, tier.price, asOf).rates }],
    batchMultiplier: batchMultiplier(entry.provider),
  };
}

function batchMultiplier(provider: string): number | null {
  return Object.hasOwn(BATCH_MULTIPLIERS, provider) ? BATCH_MULTIPLIERS[provider]! : null;
}

function split(modelId: string): { readonly provider: string | null; readonly name: string } {
  const slash = modelId.indexOf('/');
  if (slash < 0) return { provider: null, name: modelId };
  const provider = modelId.slice(0, slash).toLowerCase();
  return {
    provider: Object.hasOwn(PROVIDER_ALIASES, provider) ? PROVIDER_ALIASES[provider]! : provider,
    name: modelId.slice(slash + 1),
  };
}

const MOST_SUGGESTIONS = 3;

function suggest(
  modelId: string,
  prices: GenaiPrices,
  hasPrice: (id: string) => boolean,
): string[] {
  const { provider, name } = split(modelId);
  const wanted = (provider === null ? name : `${provider}/${name}`).toLowerCase();
  const furthest = Math.max(2, Math.floor(wanted.length / 3));
  const known = provider !== null && PROVIDERS.includes(provider);
  return (known ? [provider] : PROVIDERS)
    .flatMap((maker) =>
      prices.names(maker).map((model) => ({
        id: `${maker}/${model}`,
        away: distance(wanted, provider === null ? model : `${maker}/${model}`),
      })),
    )
    .filter(({ id, away }) => away <= furthest && id !== modelId)
    .sort((a, b) => a.away - b.away)
    .filter(({ id }) => hasPrice(id))
    .slice(0, MOST_SUGGESTIONS)
    .map(({ id }) => id);
}
