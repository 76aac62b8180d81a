import {
  type ModelApi,
  ModelError,
  openUpstream,
  type Upstream,
  type UpstreamSpec,
} from '../../src/models/index.js';
import {
  anthropicMessages,
  type ChatFormat,
  type ChatRequest,
  openaiChat,
} from '../../src/wire/index.js';
import { env, pricing } from './provider-fixtures.js';

export const WIRES: Readonly<Record<ModelApi, ChatFormat>> = {
  openai: openaiChat,
  anthropic: anthropicMessages,
};

/** The same body means something in either format. */
export function chat(api: ModelApi, overrides: Readonly<Record<string, unknown>> = {}) {
  return WIRES[api].parseRequest({
    model: 'auto',
    max_tokens: 50,
    messages: [{ role: 'user', content: 'What is 2 + 2?' }],
    ...overrides,
  });
}

/** An upstream at a loopback address, with a key. */
export function openAt(
  url: string,
  api: ModelApi,
  overrides: Partial<UpstreamSpec> = {},
): Promise<Upstream> {
  return openUpstream(
    {
      id: 'mine/some-model',
      baseUrl: `${url}/v1`,
      apiKeyEnv: 'TEST_API_KEY',
      pricing,
      api,
      timeoutMs: 5_000,
      ...overrides,
    },
    { env },
  );
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What came of a body before it failed, and its failure. */
export async function brokenOff(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly text: string; readonly error: unknown }> {
  let text = '';
  try {
    for await (const chunk of body) text += Buffer.from(chunk).toString();
  } catch (error) {
    return { text, error };
  }
  return { text, error: null };
}

/** The ModelError that a request fails with, before its answer begins. */
export async function failureOf(
  upstream: Upstream,
  request: ChatRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelError> {
  const failure = await upstream
    .send(request, upstream.format.name, signal)
    .catch((caught: unknown) => caught);
  if (failure instanceof ModelError) return failure;
  throw new Error(`Expected a ModelError, got ${String(failure)}`);
}
