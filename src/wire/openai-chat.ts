import { z } from 'zod';
import type { TokenUsage } from '../costs/index.js';
import type { FinishReason, Message, ResponseSchema } from './chat.js';
import { parseBody, textContent, textOf } from './request-text.js';
import { eventFrame } from './server-sent-events.js';
import {
  type WireAnswerHead,
  type WireFormat,
  type WireRequest,
  WireRequestError,
} from './wire-format.js';

const requestSchema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.looseObject({ role: z.string(), content: textContent.nullish() })).min(1),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  n: z.int().nullish(),
  tools: z.array(z.unknown()).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z
        .looseObject({ name: z.string(), schema: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    })
    .nullish(),
});
type Body = z.infer<typeof requestSchema>;

const ROLES: Readonly<Record<string, Message['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_calls',
  other: 'stop',
};

/** The chat-completions format, as in OpenAI's API reference, limited to text in and out. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  requestIdHeader: 'x-request-id',

  parseRequest(input) {
    const body = parseBody(requestSchema, input);
    if ((body.n ?? 1) !== 1) throw new WireRequestError(`n: only 1 is supported, got ${body.n}`);
    if (body.tools?.length) throw new WireRequestError('tools: tool calls are not supported');
    return {
      model: body.model,
      messages: body.messages.map((message, index) => {
        const role = ROLES[message.role];
        if (role === undefined || message.content == null) {
          throw new WireRequestError(
            `messages.${index}: only text of system, developer, user and assistant is supported, got role "${message.role}"`,
          );
        }
        return { role, content: textOf(message.content, `messages.${index}.content`) };
      }),
      parameters: {
        maxTokens: body.max_completion_tokens ?? body.max_tokens ?? null,
        temperature: body.temperature ?? null,
        topP: body.top_p ?? null,
        seed: body.seed ?? null,
        stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
      },
      responseSchema: responseSchemaOf(body),
      stream: body.stream ?? false,
      streamUsage: body.stream_options?.include_usage ?? false,
    };
  },

  answerBody(answer) {
    return {
      id: answer.id,
      object: 'chat.completion',
      created: answer.created,
      model: answer.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: answer.text, refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: FINISH_REASONS[answer.finishReason],
        },
      ],
      ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }),
    };
  },

  streamOpening: (head, request) =>
    chunkFrame(head, request, { role: 'assistant', content: '', refusal: null }, null),

  streamDelta: (head, text, request) => chunkFrame(head, request, { content: text }, null),

  streamEnding(answer, request) {
    const last = chunkFrame(answer, request, {}, FINISH_REASONS[answer.finishReason]);
    const counts =
      request.streamUsage && answer.usage !== null
        ? eventFrame({ ...chunkBody(answer), choices: [], usage: usageBody(answer.usage) })
        : '';
    return `${last}${counts}data: [DONE]\n\n`;
  },

  errorBody: ({ status, message, code }) => ({
    error: { message, type: errorType(status), param: null, code: code ?? null },
  }),
};

function responseSchemaOf({ response_format: format }: Body): ResponseSchema | null {
  if (format == null || format.type === 'text') return null;
  if (format.type === 'json_object') return { name: 'json_object', schema: { type: 'object' } };
  if (format.type !== 'json_schema' || format.json_schema === undefined) {
    throw new WireRequestError(
      `response_format: expected "text", "json_object" or "json_schema" with a schema, got "${format.type}"`,
    );
  }
  const { name, schema } = format.json_schema;
  return { name, schema: schema ?? { type: 'object' } };
}

function chunkBody(head: WireAnswerHead) {
  return {
    id: head.id,
    object: 'chat.completion.chunk',
    created: head.created,
    model: head.model,
  };
}

function chunkFrame(
  head: WireAnswerHead,
  request: WireRequest,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null,
): string {
  return eventFrame({
    ...chunkBody(head),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...(request.streamUsage ? { usage: null } : {}),
  });
}

function usageBody(usage: TokenUsage) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cachedInput, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: 0 },
  };
}

function errorType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
