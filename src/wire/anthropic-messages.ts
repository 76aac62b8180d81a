import { z } from 'zod';
import type { TokenUsage } from '../costs/index.js';
import type { FinishReason, Message } from './chat.js';
import { parseBody, textContent, textOf } from './request-text.js';
import { eventFrame } from './server-sent-events.js';
import { type WireAnswerHead, type WireFormat, WireRequestError } from './wire-format.js';

const requestSchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: textContent.nullish(),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: textContent }))
    .min(1),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(z.unknown()).nullish(),
  stream: z.boolean().nullish(),
  output_config: z
    .looseObject({
      format: z
        .looseObject({
          type: z.literal('json_schema'),
          schema: z.record(z.string(), z.unknown()),
        })
        .nullish(),
    })
    .nullish(),
});

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  tool_calls: 'tool_use',
  other: 'end_turn',
};

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** The messages format, as in Anthropic's API reference, limited to text in and out. */
export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  requestIdHeader: 'request-id',

  parseRequest(input) {
    const body = parseBody(requestSchema, input);
    if (body.tools?.length) throw new WireRequestError('tools: tool calls are not supported');
    const system: Message[] =
      body.system == null ? [] : [{ role: 'system', content: textOf(body.system, 'system') }];
    const schema = body.output_config?.format?.schema;
    return {
      model: body.model,
      messages: [
        ...system,
        ...body.messages.map(({ role, content }, index) => ({
          role,
          content: textOf(content, `messages.${index}.content`),
        })),
      ],
      parameters: {
        maxTokens: body.max_tokens,
        temperature: body.temperature ?? null,
        topP: body.top_p ?? null,
        seed: null,
        stop: body.stop_sequences ?? [],
      },
      responseSchema: schema === undefined ? null : { name: 'output', schema },
      stream: body.stream ?? false,
      streamUsage: true,
    };
  },

  answerBody: (answer) => ({
    ...messageBody(answer),
    content: [{ type: 'text', text: answer.text, citations: null }],
    stop_reason: STOP_REASONS[answer.finishReason],
    usage: usageBody(answer.usage),
  }),

  streamOpening(head) {
    const usage = { ...usageBody(null), input_tokens: head.inputTokens };
    const message = { ...messageBody(head), content: [], stop_reason: null, usage };
    return (
      typedFrame({ type: 'message_start', message }) +
      typedFrame({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'text', text: '', citations: null },
      }) +
      typedFrame({ type: 'ping' })
    );
  },

  streamDelta: (_head, text) =>
    typedFrame({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    }),

  streamEnding: (answer) =>
    typedFrame({ type: 'content_block_stop', index: 0 }) +
    typedFrame({
      type: 'message_delta',
      delta: { stop_reason: STOP_REASONS[answer.finishReason], stop_sequence: null },
      usage: usageBody(answer.usage),
    }) +
    typedFrame({ type: 'message_stop' }),

  errorBody: ({ status, message, requestId }) => ({
    type: 'error',
    error: {
      type: ERROR_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'),
      message,
    },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }),
};

function typedFrame(event: Readonly<Record<string, unknown>> & { readonly type: string }): string {
  return eventFrame(event, event.type);
}

function messageBody(head: WireAnswerHead) {
  return {
    id: head.id,
    type: 'message',
    role: 'assistant',
    model: head.model,
    container: null,
    stop_details: null,
    stop_sequence: null,
  };
}

/**
 * This format counts cached input apart, so what was cached comes off `input_tokens`. Clients read
 * the members without asking whether there are any, so what is unknown is null, member by member.
 */
function usageBody(usage: TokenUsage | null) {
  return {
    input_tokens: usage === null ? null : usage.input - usage.cachedInput - usage.cacheWrite,
    cache_creation_input_tokens: usage?.cacheWrite ?? null,
    cache_read_input_tokens: usage?.cachedInput ?? null,
    output_tokens: usage?.output ?? null,
    service_tier: 'standard',
  };
}
