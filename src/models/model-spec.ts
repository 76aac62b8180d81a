import type { ModelPricing } from '../costs/index.js';
import type { Environment } from './api-key.js';
import type { RecordedLookup } from './recorded.js';
import type { SimulatedOptions } from './simulated/index.js';

/** How a model is asked: the request and response format of one maker's API. */
export const MODEL_APIS = ['openai', 'anthropic'] as const;
export type ModelApi = (typeof MODEL_APIS)[number];

/** A model as an experiment names it. */
export interface ModelSpec {
  /** `provider/name`. */
  readonly id: string;
  /** Null for the maker's own address. */
  readonly baseUrl: string | null;
  /** Name of the environment variable that holds the key; null for the maker's default one. */
  readonly apiKeyEnv: string | null;
  /** Null only for simulated and recorded models, which know their own. */
  readonly pricing: ModelPricing | null;
  /** Which format a `baseUrl` speaks; by default that of the provider named in the id. */
  readonly api?: ModelApi;
  /** For one attempt. @default 300_000 */
  readonly timeoutMs?: number;
  /** Models that share this share limits. @default the provider, or the address of a `baseUrl` */
  readonly rateLimitKey?: string;
}

/** What a model needs from outside. */
export interface ModelContext {
  /** Where keys are looked up. */
  readonly env: Environment;
  /** Answers of an imported run, for `recorded/…` models. */
  readonly recorded?: RecordedLookup;
  /** The answer key and seed of `simulated/…` models. */
  readonly simulated?: SimulatedOptions;
}
