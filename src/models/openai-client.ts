import { baseAddress } from './base-address.js';
import { createHttpFetch } from './http-fetch.js';
import type { Endpoint } from './live-model.js';

/** Far beyond the transport's time, which is the one that counts. */
const SDK_TIMEOUT_SLACK_MS = 3_600_000;

/**
 * The SDK opened for one endpoint: it neither retries nor looks anything up in the environment.
 * @param alsoSends further headers that may leave
 */
export async function openOpenAIClient(endpoint: Endpoint, alsoSends: readonly string[] = []) {
  const sdk = await import('openai');
  const url = baseAddress.openai(endpoint.baseUrl);
  const client = new sdk.OpenAI({
    baseURL: url,
    apiKey: endpoint.key,
    // Left out, these would be read from the environment and sent to any address.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    // The transport keeps the time; the SDK's own clock only runs until the headers arrive.
    timeout: endpoint.timeoutMs + SDK_TIMEOUT_SLACK_MS,
    fetch: createHttpFetch({
      timeoutMs: endpoint.timeoutMs,
      credentials: { authorization: `Bearer ${endpoint.key}` },
      alsoSends,
    }),
    logLevel: 'off',
  });
  return { sdk, url, client };
}
