import { z } from 'zod';
import type { ExperimentPrice } from '../costs/index.js';
import {
  amount,
  type DocumentPath,
  type Finding,
  mapping,
  text,
  valueAt,
} from '../documents/index.js';
import { MODEL_APIS, type ModelApi } from './model-spec.js';

/** The part of a model's entry that all files share: how the model is reached and what it costs. */

export const MODEL_EXPECTED = 'a model as "provider/name"';
export const MODEL_ID = /^[a-z0-9][a-z0-9_.-]{0,63}\/[^\s*]{1,200}$/;

export const modelId = z
  .string({ error: MODEL_EXPECTED })
  .regex(MODEL_ID, { error: MODEL_EXPECTED });

const price = mapping('a mapping with input and output', {
  input: amount('US dollars per million input tokens').describe(
    'US dollars per million input tokens; 0 must be said.',
  ),
  output: amount('US dollars per million output tokens').describe(
    'US dollars per million output tokens; 0 must be said.',
  ),
  cached_input: amount('US dollars per million cached input tokens')
    .describe('US dollars per million input tokens read from a cache. Default: as input.')
    .optional(),
  cache_write: amount('US dollars per million cache-written tokens')
    .describe('US dollars per million input tokens written to a cache. Default: as input.')
    .optional(),
  per_request: amount('US dollars per request')
    .describe('US dollars per request, on top. Default 0.')
    .optional(),
  batch_multiplier: amount('a factor on the price', 1)
    .describe(
      'Factor on the price in batch processing; 0.5 is half price. Default: no batch price.',
    )
    .optional(),
}).describe("The model's price, over the catalogue's or where it knows none.");

const URL_EXPECTED =
  'an http or https address without user, password, query or fragment, such as "http://127.0.0.1:8000/v1"';
const KEY_EXPECTED =
  'the name of an environment variable that ends in _API_KEY, never the key itself';

/** Keys of a model's entry. */
export const connectionKeys = {
  base_url: text(URL_EXPECTED)
    .refine(isPlainAddress, { error: URL_EXPECTED })
    .describe("Address to use in place of the provider's own. No default key is sent there.")
    .optional(),
  api: z
    .enum(MODEL_APIS, { error: `one of ${MODEL_APIS.join(', ')}` })
    .describe('Request format that base_url speaks. Default: that of the provider in the id.')
    .optional(),
  api_key_env: z
    .string({ error: KEY_EXPECTED })
    .regex(/^[A-Za-z_][A-Za-z0-9_]*_API_KEY$/, { error: KEY_EXPECTED })
    .describe('Name of the environment variable that holds the key; it ends in _API_KEY.')
    .optional(),
  price: price.optional(),
};

/** The key `timeout_seconds` of a model's entry. */
export const timeoutSeconds = amount('seconds for one attempt', 86_400)
  .positive({ error: 'seconds for one attempt, more than 0' })
  .describe('Most seconds that one attempt may take.')
  .optional();

/** How a model is reached and priced, as a file says it. */
export interface ModelConnection {
  /** `provider/name`. */
  readonly id: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  /** The format that `baseUrl` speaks; null where the provider's own is meant. */
  readonly api: ModelApi | null;
  /** Name of the environment variable that holds the key; null for the provider's default. */
  readonly apiKeyEnv: string | null;
  /** As written; null where the catalogue is to know it. */
  readonly price: ExperimentPrice | null;
  /** For one attempt; null for the default. */
  readonly timeoutMs: number | null;
}

interface ConnectionDocument {
  readonly base_url?: string | undefined;
  readonly api?: ModelApi | undefined;
  readonly api_key_env?: string | undefined;
  readonly price?: ExperimentPrice | undefined;
  readonly timeout_seconds?: number | undefined;
}

export function connectionOf(id: string, document: ConnectionDocument): ModelConnection {
  const { base_url, api, api_key_env, price, timeout_seconds } = document;
  return {
    id,
    baseUrl: base_url?.replace(/\/+$/, '') ?? null,
    api: api ?? null,
    apiKeyEnv: api_key_env ?? null,
    price: price ?? null,
    timeoutMs: timeout_seconds === undefined ? null : Math.round(timeout_seconds * 1000),
  };
}

/** What does not go together in a model's entry, whatever its shape. */
export function connectionFindings(entry: unknown, path: DocumentPath): readonly Finding[] {
  if (valueAt(entry, ['api']) === undefined || valueAt(entry, ['base_url']) !== undefined) {
    return [];
  }
  const message = 'found api without base_url, expected both or neither';
  return [{ path: [...path, 'api'], part: 'value', message }];
}

/** Whether it is an http(s) address that names nothing but a host and a path. */
function isPlainAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash } = new URL(address);
  const web = protocol === 'http:' || protocol === 'https:';
  return web && username === '' && password === '' && search === '' && hash === '';
}
