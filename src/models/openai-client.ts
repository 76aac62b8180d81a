import { baseAddress } from './base-address.js';
import { createHttpFetch } from './http-fetch.js';
import type { Endpoint } from './live-model.js';

/** The SDK opened for one endpoint: it neither retries nor looks anything up in the environment. */
export async function openOpenAIClient(endpoint: Endpoint) {
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
    timeout: endpoint.timeoutMs + 60_000,
    fetch: createHttpFetch({
      timeoutMs: endpoint.timeoutMs,
      authorization: `Bearer ${endpoint.key}`,
    }),
    logLevel: 'off',
  });
  return { sdk, url, client };
}
