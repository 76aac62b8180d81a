import type { ModelPricing } from '../costs/index.js';
import { classifyError, type ErrorContext, type SdkErrors } from './classify-error.js';
import { createInputCounter, type TokenOverhead } from './count-input.js';
import type { Model, ModelAnswer, ModelParameters, ModelRequest } from './model.js';
import { ModelError } from './model-error.js';

/** Where and how one model is asked. */
export interface Endpoint {
  readonly id: string;
  /** What the provider calls the model. */
  readonly name: string;
  readonly origin: 'live' | 'simulated';
  readonly pricing: ModelPricing;
  /** Null for the maker's own address. */
  readonly baseUrl: string | null;
  readonly key: string;
  readonly timeoutMs: number;
  readonly rateLimitKey: string;
}

/** One maker's format over its SDK, opened for one endpoint. */
export interface Wire {
  readonly sdk: SdkErrors;
  /** The address that is asked, for messages. */
  readonly url: string;
  /** Whether servers of this format may take batches; a price for them says that this one does. */
  readonly takesBatches: boolean;
  /** Parameters that models of this name refuse, so they are left out. */
  readonly ignores: readonly (keyof ModelParameters)[];
  /** Members of the request body that `extra` may not set, as limits and budgets rest on them. */
  readonly reserved: readonly string[];
  /** At least the truth. */
  readonly overhead: TokenOverhead;
  /** Sends once; rejects with the SDK's or the transport's error. */
  send(request: ModelRequest, context: ErrorContext, signal: AbortSignal): Promise<ModelAnswer>;
}

/** A model behind HTTP: sends once, never retries, and classifies what goes wrong. */
export async function createLiveModel(endpoint: Endpoint, wire: Wire): Promise<Model> {
  const context: ErrorContext = {
    sdk: wire.sdk,
    host: new URL(wire.url).host,
    secrets: [endpoint.key],
  };
  const input = await createInputCounter(endpoint.id, endpoint.baseUrl, wire.overhead);
  return {
    id: endpoint.id,
    origin: endpoint.origin,
    pricing: endpoint.pricing,
    baseUrl: endpoint.baseUrl,
    rateLimitKey: endpoint.rateLimitKey,
    supportsBatch: wire.takesBatches && endpoint.pricing.batchMultiplier !== null,
    ...(wire.ignores.length === 0 ? {} : { ignores: wire.ignores }),
    countInput: input.atMost,
    estimatesTokens: input.estimated,
    expectInput: input.expected,
    async attempt(request, signal) {
      refuseReserved(request.parameters, wire.reserved);
      return oneAttempt(context, signal, (own) => wire.send(request, context, own));
    },
  };
}

/**
 * What was sent for, or the ModelError that it failed with.
 * @param send is given a signal of its own: the SDKs leave a listener on it, so it lives for one attempt
 */
export async function oneAttempt<T>(
  context: ErrorContext,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const attempt = new AbortController();
  const abort = () => attempt.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await send(attempt.signal);
  } catch (error) {
    throw classifyError(error, context, Date.now());
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** @throws ModelError for a parameter that `extra` may not set */
export function refuseReserved({ extra }: ModelParameters, reserved: readonly string[]): void {
  if (extra === undefined) return;
  const refused = reserved.find((name) => name in extra);
  if (refused !== undefined) {
    throw new ModelError(
      'invalid_request',
      `the parameter "${refused}" cannot be passed on: this program sets it, or its limits rest on it`,
    );
  }
}
