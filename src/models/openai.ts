import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { usageFromOpenAI } from '../costs/index.js';
import type { FinishReason } from '../wire/index.js';
import { type ErrorContext, failureOfStatus } from './classify-error.js';
import { closedSchema } from './closed-schema.js';
import { isRecord } from './json-record.js';
import type { Endpoint, Wire } from './live-model.js';
import type { ModelAnswer, ModelRequest } from './model.js';
import { ModelError } from './model-error.js';
import { openaiFamily } from './model-families.js';
import { openOpenAIClient } from './openai-client.js';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
};

/**
 * Chat completions: OpenAI itself, and whatever speaks its format at a base URL (Ollama, vLLM,
 * llama.cpp, OpenRouter).
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export async function openOpenAI(endpoint: Endpoint): Promise<Wire> {
  const { sdk, url, client } = await openOpenAIClient(endpoint);
  const bodies = openaiBodies(endpoint);
  return {
    ...bodies,
    sdk,
    takesBatches: true,
    url,
    overhead: { request: 16, message: 8, schema: 64 },
    async send(request, context, signal) {
      const body = bodies.bodyOf(request);
      return bodies.answerOf(await client.chat.completions.create(body, { signal }), context);
    },
  };
}

/** Requests as bodies of this format, and its answers as ours: single ones and those of a batch. */
export function openaiBodies({ name, baseUrl }: Endpoint) {
  const { limitName, takesSampling } = openaiFamily(name, baseUrl === null);
  const ignores: Wire['ignores'] = takesSampling ? [] : ['temperature', 'topP'];
  return {
    ignores,
    reserved: [
      'model',
      'messages',
      'max_tokens',
      'max_completion_tokens',
      'n',
      'best_of',
      'stream',
      'stream_options',
    ],
    bodyOf: (request: ModelRequest): ChatCompletionCreateParamsNonStreaming => ({
      ...bodyOf(request, takesSampling),
      model: name,
      [limitName]: request.parameters.maxTokens,
    }),
    answerOf,
  };
}

function bodyOf(
  { messages, parameters, responseSchema }: ModelRequest,
  takesSampling: boolean,
): Omit<ChatCompletionCreateParamsNonStreaming, 'model'> {
  const { temperature, topP, seed, stop, extra } = parameters;
  return {
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(takesSampling && temperature !== undefined ? { temperature } : {}),
    ...(takesSampling && topP !== undefined ? { top_p: topP } : {}),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...extra,
    ...(responseSchema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: {
              name: responseSchema.name,
              strict: true,
              schema: closedSchema(responseSchema.schema),
            },
          },
        }),
  };
}

/** Followers of the format leave things out, so nothing that the SDK's types promise is taken on trust. */
function answerOf(body: unknown, context: ErrorContext): ModelAnswer {
  if (!isRecord(body)) throw new ModelError('truncated', 'the answer is no JSON object');
  throwEmbedded(body.error, context);
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
  if (!isRecord(choice) || !isRecord(choice.message)) {
    throw new ModelError('truncated', 'the answer holds no message');
  }
  throwEmbedded(choice.error, context);
  const { content, refusal } = choice.message;
  const refused = typeof refusal === 'string' && refusal !== '';
  return {
    text: refused ? refusal : textOf(content),
    finishReason: refused
      ? 'content_filter'
      : (FINISH_REASONS[String(choice.finish_reason)] ?? 'other'),
    usage: usageFromOpenAI(body.usage),
    latencyMs: null,
    cost: null,
    recordedScore: null,
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}

/** OpenRouter reports failures of the provider behind it inside an answer with status 200. */
function throwEmbedded(error: unknown, { host, secrets }: ErrorContext): void {
  if (!isRecord(error)) return;
  const status = Number(error.code);
  throw failureOfStatus({
    status: Number.isInteger(status) && status >= 400 && status < 600 ? status : 502,
    code: typeof error.code === 'string' ? error.code : null,
    message: typeof error.message === 'string' ? error.message : JSON.stringify(error),
    requestId: null,
    retryAfterMs: null,
    host,
    secrets,
  });
}
