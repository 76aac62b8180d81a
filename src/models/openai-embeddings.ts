import { usageFromOpenAI } from '../costs/index.js';
import { isRecord } from './json-record.js';
import type { Endpoint, Wire } from './live-model.js';
import type { ModelAnswer } from './model.js';
import { ModelError } from './model-error.js';
import { openOpenAIClient } from './openai-client.js';

/** Longest vector that is taken for one. */
const MOST_DIMENSIONS = 16_384;

/**
 * Embeddings, one vector a message of the request: OpenAI itself, and whatever speaks its format at a
 * base URL (Ollama, vLLM, text-embeddings-inference).
 * @see https://platform.openai.com/docs/api-reference/embeddings/create
 */
export async function openOpenAIEmbeddings(endpoint: Endpoint): Promise<Wire> {
  const { sdk, url, client } = await openOpenAIClient(endpoint);
  return {
    sdk,
    url,
    takesBatches: false,
    ignores: [],
    reserved: ['model', 'input', 'encoding_format', 'dimensions'],
    overhead: { request: 0, message: 4, schema: 0 },
    async send({ messages }, _context, signal) {
      const input = messages.map(({ content }) => content);
      const { name: model } = endpoint;
      // Followers of the format do not all know the SDK's default, base64.
      const body = { model, input, encoding_format: 'float' as const };
      return answerOf(await client.embeddings.create(body, { signal }), input.length);
    },
  };
}

/** Followers of the format leave things out, so nothing that the SDK's types promise is taken on trust. */
function answerOf(body: unknown, count: number): ModelAnswer {
  const data: unknown = isRecord(body) ? body.data : undefined;
  if (!isRecord(body) || !Array.isArray(data) || data.length !== count) {
    const got = Array.isArray(data) ? data.length : 'none';
    throw new ModelError('truncated', `expected ${count} vectors in the answer, got ${got}`);
  }
  const vectors: Float32Array[] = [];
  data.forEach((one: unknown, at) => {
    const place = isRecord(one) && Number.isInteger(one.index) ? Number(one.index) : at;
    vectors[place] = vectorOf(isRecord(one) ? one.embedding : undefined);
  });
  const length = vectors[0]?.length ?? 0;
  for (let at = 0; at < count; at++) {
    if (vectors[at]?.length !== length) {
      throw new ModelError('truncated', 'the vectors of the answer are not of one length');
    }
  }
  return {
    text: '',
    finishReason: 'stop',
    usage: usageFromOpenAI(body.usage),
    latencyMs: null,
    cost: null,
    recordedScore: null,
    vectors,
  };
}

function vectorOf(embedding: unknown): Float32Array {
  const whole =
    Array.isArray(embedding) &&
    embedding.length > 0 &&
    embedding.length <= MOST_DIMENSIONS &&
    embedding.every((value) => typeof value === 'number' && Number.isFinite(value));
  if (!whole) throw new ModelError('truncated', 'an embedding of the answer is no list of numbers');
  return Float32Array.from(embedding);
}
