import { type Catalogue, type ModelPricing, pricingFromExperiment } from '../costs/index.js';
import { didYouMean } from '../did-you-mean.js';
import type { ModelConnection } from './model-document.js';
import type { ModelSpec } from './model-spec.js';
import { PROVIDERS, providerOf } from './registry.js';
import { SIMULATED_MODELS } from './simulated/index.js';

/**
 * What a model costs by its entry, else by the catalogue; null where neither knows.
 * @param asOf ISO date kept with the price
 */
function pricingOf(
  { id, baseUrl, price }: ModelConnection,
  catalogue: Catalogue,
  asOf: string,
): ModelPricing | null {
  return price === null ? catalogue.find(id, baseUrl) : pricingFromExperiment(id, price, asOf);
}

/** An entry as a model or an upstream is opened by it. */
export function modelSpecOf(
  connection: ModelConnection,
  catalogue: Catalogue,
  asOf: string,
): ModelSpec {
  const { id, baseUrl, apiKeyEnv, api, timeoutMs } = connection;
  return {
    id,
    baseUrl,
    apiKeyEnv,
    pricing: pricingOf(connection, catalogue, asOf),
    ...(api === null ? {} : { api }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
  };
}

/** An unknown provider or price is found before the first call, not booked as nothing after it. */
export function modelProblem(entry: ModelConnection, catalogue: Catalogue): string | null {
  const offline = entry.id.startsWith('recorded/') || SIMULATED_MODELS.includes(entry.id);
  if (entry.baseUrl === null && !PROVIDERS.includes(providerOf(entry.id))) {
    return `found "${entry.id}", expected a provider of ${PROVIDERS.join(', ')}${didYouMean(providerOf(entry.id), PROVIDERS)}, or a base_url that speaks the format of one`;
  }
  if (offline || entry.price !== null) return null;
  if (entry.id.startsWith('simulated/')) {
    return `found "${entry.id}", expected one of ${SIMULATED_MODELS.join(', ')}${didYouMean(entry.id, SIMULATED_MODELS)}`;
  }
  if (catalogue.find(entry.id, entry.baseUrl) !== null) return null;
  const [nearest] = entry.baseUrl === null ? catalogue.suggest(entry.id) : [];
  const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
  return `found "${entry.id}", whose price is unknown${hint}, expected a known model or a price: {input, output} in US dollars per million tokens (0 must be said)`;
}
