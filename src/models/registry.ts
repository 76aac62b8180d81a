import { UserError } from '../user-error.js';
import { anthropicMessages, type ChatFormat, openaiChat } from '../wire/index.js';
import { openAnthropic } from './anthropic.js';
import { apiKeyFor } from './api-key.js';
import { checkBaseUrl } from './base-url.js';
import { openAnthropicBatches } from './batch/anthropic-batches.js';
import { openOpenAIBatches } from './batch/openai-batches.js';
import type { BatchApi } from './batch.js';
import { createLiveModel, type Endpoint, type Wire } from './live-model.js';
import type { Model } from './model.js';
import type { ModelApi, ModelContext, ModelSpec } from './model-spec.js';
import { openOpenAI } from './openai.js';
import { openOpenAIEmbeddings } from './openai-embeddings.js';
import { createRecordedModel } from './recorded.js';
import { createSimulatedModel, SIMULATED_PROFILES } from './simulated/index.js';
import { createUpstream } from './upstream/create-upstream.js';
import { DIALECTS } from './upstream/dialect.js';
import type { Upstream, UpstreamSpec } from './upstream/upstream.js';

/** A maker with an address of its own: the format it speaks and where its key is looked up. */
interface Maker {
  readonly api: ModelApi;
  readonly keyVariable: string;
}

const MAKERS: Readonly<Record<string, Maker>> = {
  openai: { api: 'openai', keyVariable: 'OPENAI_API_KEY' },
  anthropic: { api: 'anthropic', keyVariable: 'ANTHROPIC_API_KEY' },
};

const APIS: Readonly<Record<ModelApi, (endpoint: Endpoint) => Promise<Wire>>> = {
  openai: openOpenAI,
  anthropic: openAnthropic,
};

const CHAT_FORMATS: Readonly<Record<ModelApi, ChatFormat>> = {
  openai: openaiChat,
  anthropic: anthropicMessages,
};

const BATCH_APIS: Readonly<Record<ModelApi, (endpoint: Endpoint) => Promise<BatchApi>>> = {
  openai: openOpenAIBatches,
  anthropic: openAnthropicBatches,
};

/** Providers that answer in this process. */
const OFFLINE: Readonly<Record<string, (id: string, context: ModelContext) => Model>> = {
  simulated: (id, { simulated }) => {
    if (simulated === undefined) {
      throw new TypeError(`Expected \`simulated\` in the context of "${id}"`);
    }
    return createSimulatedModel(id, simulated);
  },
  recorded: (id, { recorded }) => {
    if (recorded === undefined) {
      throw new UserError(
        `Model "${id}" answers from an imported run, and none is named; import one first`,
      );
    }
    return createRecordedModel(id, recorded);
  },
};

/** Providers that need no base URL. */
export const PROVIDERS: readonly string[] = [...Object.keys(MAKERS), ...Object.keys(OFFLINE)];

const DEFAULT_TIMEOUT_MS = 300_000;
// Models that think may be silent for a minute or two after the head of a stream.
const DEFAULT_IDLE_MS = 120_000;

/** The provider of a model id: the part before the first slash. */
export function providerOf(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('/')));
}

/**
 * Opens a model. Its provider is the part of its id before the first slash: `openai`, `anthropic`,
 * `simulated`, `recorded`, or any other name together with a base URL.
 * A simulated model at a base URL (the stand-in server) stays marked as simulated.
 * @throws UserError for an id, address, key variable or price that is missing or cannot be
 */
export async function createModel(spec: ModelSpec, context: ModelContext): Promise<Model> {
  const { id } = spec;
  const { provider } = partsOf(id);
  const offline = OFFLINE[provider];
  if (offline !== undefined && spec.baseUrl === null) return offline(id, context);

  const { endpoint, api } = endpointOf(spec, context);
  return createLiveModel(endpoint, await APIS[api](endpoint));
}

/**
 * Opens the batch processing of a model, where it has any: an API that takes batches, and a price for
 * them (`batchMultiplier`). So a server at a `base_url` of one's own is taken to have it if its entry
 * says what a batch costs. Models that answer in this process have none.
 * @returns null exactly where the model's `supportsBatch` is false
 * @throws UserError as `createModel`
 */
export async function openBatchApi(
  spec: ModelSpec,
  context: ModelContext,
): Promise<BatchApi | null> {
  const { provider } = partsOf(spec.id);
  if (OFFLINE[provider] !== undefined && spec.baseUrl === null) return null;
  const { endpoint, api } = endpointOf(spec, context);
  return endpoint.pricing.batchMultiplier === null ? null : BATCH_APIS[api](endpoint);
}

/**
 * Opens an embedding model: a model whose answers hold one vector a message, in place of text. Its
 * provider is `openai`, or any name together with a base URL that speaks that format.
 * @throws UserError as `createModel`
 */
export async function createEmbeddingModel(
  spec: ModelSpec,
  context: Pick<ModelContext, 'env'>,
): Promise<Model> {
  const provider = providerOf(spec.id);
  if (spec.baseUrl === null && MAKERS[provider]?.api !== 'openai') {
    throw new UserError(
      `Embeddings of "${spec.id}": "${provider}" is asked for none; write "local", a model of openai, or give a base_url that speaks its format`,
    );
  }
  const { endpoint } = endpointOf(spec, context);
  return createLiveModel(endpoint, await openOpenAIEmbeddings(endpoint));
}

/**
 * Opens a model as an upstream, for traffic that is passed through. What is configured and where keys
 * go is as with `createModel`; a simulated model needs the address of a stand-in server.
 * @throws UserError as `createModel`, and for a model that answers in this process
 */
export async function openUpstream(
  spec: UpstreamSpec,
  context: Pick<ModelContext, 'env'>,
): Promise<Upstream> {
  const { id } = spec;
  const { provider } = partsOf(id);
  if (OFFLINE[provider] !== undefined && spec.baseUrl === null) {
    throw new UserError(
      `Model "${id}" has no address that requests could be passed on to; give it a base_url`,
    );
  }
  const { endpoint, api } = endpointOf(spec, context);
  const dialect = DIALECTS[api](endpoint, CHAT_FORMATS[api]);
  return createUpstream(endpoint, spec.idleTimeoutMs ?? DEFAULT_IDLE_MS, dialect);
}

/** @throws UserError for what is no id */
function partsOf(id: string): { readonly provider: string; readonly name: string } {
  const provider = providerOf(id);
  const name = id.slice(provider.length + 1);
  if (provider === '' || name === '') {
    throw new UserError(
      `Model "${id}" is no model id; write it as provider/name, such as openai/gpt-4o`,
    );
  }
  return { provider, name };
}

/** Where and how a model that is asked over HTTP is reached. */
function endpointOf(
  spec: ModelSpec,
  context: Pick<ModelContext, 'env'>,
): { readonly endpoint: Endpoint; readonly api: ModelApi } {
  const { id } = spec;
  const provider = providerOf(id);
  const name = id.slice(provider.length + 1);
  const baseUrl = spec.baseUrl === null ? null : checkBaseUrl(id, spec.baseUrl);
  const maker = MAKERS[provider];
  if (maker === undefined && baseUrl === null) {
    throw new UserError(
      `Model "${id}": unknown provider "${provider}"; use ${PROVIDERS.join(', ')}, or give a base_url that speaks one of their formats`,
    );
  }
  const pricing = spec.pricing ?? simulatedPricing(id);
  if (pricing === null) {
    throw new UserError(
      `Model "${id}" has no known price; give one in the experiment (0 must be said)`,
    );
  }
  const key = apiKeyFor({
    model: id,
    baseUrl,
    apiKeyEnv: spec.apiKeyEnv,
    makerVariable: maker?.keyVariable ?? null,
    makerVariables: Object.values(MAKERS).map(({ keyVariable }) => keyVariable),
    env: context.env,
  });
  const endpoint: Endpoint = {
    id,
    name,
    origin: provider === 'simulated' ? 'simulated' : 'live',
    pricing,
    baseUrl,
    key,
    timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    rateLimitKey: spec.rateLimitKey ?? baseUrl ?? provider,
  };
  const api = (baseUrl === null ? undefined : spec.api) ?? maker?.api ?? 'openai';
  return { endpoint, api };
}

function simulatedPricing(id: string) {
  return SIMULATED_PROFILES.find((profile) => profile.id === id)?.pricing ?? null;
}
