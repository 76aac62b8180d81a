import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { usageFromAnthropic } from '../costs/index.js';
import type { FinishReason, ResponseSchema } from '../wire/index.js';
import { openAnthropicClient } from './anthropic-client.js';
import { closedSchema } from './closed-schema.js';
import { isRecord } from './json-record.js';
import type { Endpoint, Wire } from './live-model.js';
import type { ModelAnswer, ModelRequest } from './model.js';
import { ModelError } from './model-error.js';
import { anthropicFamily } from './model-families.js';

const STOP_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
};

/**
 * Messages: Anthropic itself, and whatever speaks its format at a base URL.
 * @see https://docs.anthropic.com/en/api/messages
 */
export async function openAnthropic(endpoint: Endpoint): Promise<Wire> {
  const { sdk, url, client } = await openAnthropicClient(endpoint);
  const bodies = anthropicBodies(endpoint);
  return {
    ...bodies,
    sdk,
    takesBatches: true,
    url,
    // A tool brings a system prompt of some 350 tokens with it, a schema some instructions.
    overhead: { request: 32, message: 8, schema: 512 },
    async send(request, _context, signal) {
      const body = bodies.bodyOf(request);
      // Not `messages.create`, which writes a warning to the console for each call of an older model.
      return bodies.answerOf(await client.post('/v1/messages', { body, signal }), request);
    },
  };
}

/** Requests as bodies of this format, and its answers as ours: single ones and those of a batch. */
export function anthropicBodies({ name }: Endpoint) {
  const { takesSampling, hasOutputFormat } = anthropicFamily(name);
  const byTool = !hasOutputFormat;
  const ignores: Wire['ignores'] = takesSampling ? ['seed'] : ['temperature', 'topP', 'seed'];
  return {
    ignores,
    reserved: ['model', 'messages', 'system', 'max_tokens', 'stream'],
    bodyOf(request: ModelRequest): MessageCreateParamsNonStreaming {
      const { responseSchema } = request;
      return {
        ...bodyOf(request, takesSampling),
        model: name,
        ...(responseSchema === undefined ? {} : structured(responseSchema, byTool)),
      };
    },
    answerOf(body: unknown, { responseSchema }: ModelRequest): ModelAnswer {
      return answerOf(body, byTool ? responseSchema?.name : undefined);
    },
  };
}

function bodyOf(
  { messages, parameters }: ModelRequest,
  takesSampling: boolean,
): Omit<MessageCreateParamsNonStreaming, 'model'> {
  const { temperature, topP, maxTokens, stop, extra } = parameters;
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const settings = {
    ...(takesSampling && temperature !== undefined ? { temperature } : {}),
    ...(takesSampling && topP !== undefined ? { top_p: topP } : {}),
  };
  return {
    messages: messages.flatMap(({ role, content }) =>
      role === 'system' ? [] : [{ role, content }],
    ),
    ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
    ...settings,
    ...(stop === undefined ? {} : { stop_sequences: [...stop] }),
    ...extra,
    max_tokens: maxTokens,
  };
}

function structured(
  { name, schema }: ResponseSchema,
  byTool: boolean,
): Pick<MessageCreateParamsNonStreaming, 'output_config' | 'tools' | 'tool_choice'> {
  const closed = closedSchema(schema);
  if (!byTool) return { output_config: { format: { type: 'json_schema', schema: closed } } };
  return {
    tools: [
      { name, description: 'Gives the answer.', input_schema: { ...closed, type: 'object' } },
    ],
    tool_choice: { type: 'tool', name, disable_parallel_tool_use: true },
  };
}

/** @param tool the tool that was to be called; its input is then the answer */
function answerOf(body: unknown, tool: string | undefined): ModelAnswer {
  if (!isRecord(body)) throw new ModelError('truncated', 'the answer is no JSON object');
  if (!Array.isArray(body.content)) {
    throw new ModelError('truncated', 'the answer holds no content');
  }
  const blocks: readonly unknown[] = body.content;
  const call = blocks
    .filter(isRecord)
    .find((block) => tool !== undefined && block.type === 'tool_use' && block.name === tool);
  const text = blocks
    .map((block) =>
      isRecord(block) && block.type === 'text' && typeof block.text === 'string' ? block.text : '',
    )
    .join('');
  const stopReason = STOP_REASONS[String(body.stop_reason)] ?? 'other';
  const called = call !== undefined;
  return {
    text: called ? JSON.stringify(call.input) : text,
    finishReason: called && stopReason === 'tool_calls' ? 'stop' : stopReason,
    usage: usageFromAnthropic(body.usage),
    latencyMs: null,
    cost: null,
    recordedScore: null,
  };
}
