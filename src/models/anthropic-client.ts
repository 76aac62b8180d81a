import { baseAddress } from './base-address.js';
import { createHttpFetch } from './http-fetch.js';
import type { Endpoint } from './live-model.js';

/** Far beyond the transport's time, which is the one that counts. */
const SDK_TIMEOUT_SLACK_MS = 3_600_000;

/**
 * The SDK opened for one endpoint: it neither retries nor looks anything up in the environment.
 * @param alsoSends further headers that may leave
 */
export async function openAnthropicClient(endpoint: Endpoint, alsoSends: readonly string[] = []) {
  const sdk = await import('@anthropic-ai/sdk');
  const url = baseAddress.anthropic(endpoint.baseUrl);
  const { key } = endpoint;
  const client = new sdk.Anthropic({
    baseURL: url,
    // A key given in code keeps the SDK from looking for others in the environment and in files.
    apiKey: key,
    webhookKey: null,
    maxRetries: 0,
    // The transport keeps the time; left out, the SDK would refuse long answers without streaming.
    timeout: endpoint.timeoutMs + SDK_TIMEOUT_SLACK_MS,
    fetch: createHttpFetch({
      timeoutMs: endpoint.timeoutMs,
      // The maker takes keys in a header of its own; other servers of the format look in either.
      credentials: {
        'x-api-key': key,
        ...(endpoint.baseUrl === null ? {} : { authorization: `Bearer ${key}` }),
      },
      alsoSends,
    }),
    openTelemetry: false,
    logLevel: 'off',
  });
  return { sdk, url, client };
}
