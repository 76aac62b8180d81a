import {
  bodyOf,
  described,
  extraOf,
  hasMembers,
  isRecord,
  membersOf,
  optionalBoolean,
  optionalInteger,
  optionalNumber,
  optionalRecord,
  optionalTexts,
  requiredList,
  requiredText,
  unexpected,
  unknownsOf,
} from '../body-members.js';
import type { ChatRequest, ResponseSchema, ToolChoice, ToolDefinition, Unknowns } from '../chat.js';
import { WireRequestError } from '../wire-failure.js';
import { messageOf } from './parse-message.js';

/** Members that have a place of their own in a request. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'seed',
  'stop',
  'n',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'stream',
  'stream_options',
]);

/**
 * Members that shape no answer: who asks (`user`, `safety_identifier`, `metadata`), whether the
 * provider keeps a copy (`store`), at which price and speed it is served (`service_tier`), and how
 * prompts are cached (`prompt_cache_…`).
 */
const LABELS: ReadonlySet<string> = new Set([
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
]);

const NEITHER: ReadonlySet<string> = new Set([...KNOWN, ...LABELS]);
const TOOL: ReadonlySet<string> = new Set(['name', 'description', 'parameters']);
const SCHEMA: ReadonlySet<string> = new Set(['name', 'schema']);
const STREAM_OPTIONS: ReadonlySet<string> = new Set(['include_usage']);
/** As the API reference has it: a function without parameters takes none. */
const NO_PARAMETERS: Unknowns = { type: 'object', properties: {} };
const CHOICES: ReadonlySet<unknown> = new Set(['auto', 'none', 'required']);

/**
 * A request in the chat-completions format. What has no place of its own is kept: a tool of another
 * kind than functions in `others.tools`, an unusual choice of tools in `others.tool_choice`.
 * `labels.max_tokens` remembers that the limit came under its older name.
 */
export function parseRequest(input: unknown): ChatRequest {
  const body = bodyOf(input);
  const model = requiredText(body.model, 'model');
  const messages = requiredList(body.messages, 'messages');
  if ((body.n ?? 1) !== 1) {
    throw new WireRequestError(`n: only 1 is supported, got ${described(body.n)}`);
  }
  const stream = optionalBoolean(body.stream, 'stream') ?? false;
  const streamOptions = optionalRecord(body.stream_options, 'stream_options') ?? {};
  const newLimit = optionalInteger(body.max_completion_tokens, 'max_completion_tokens', 1);
  const oldLimit = optionalInteger(body.max_tokens, 'max_tokens', 1);
  const { tools, otherTools } = toolsOf(body.tools);
  const { toolChoice, otherChoice } = toolChoiceOf(body.tool_choice);
  const others = unknownsOf(body, NEITHER);
  const labels = membersOf(body, LABELS);
  const otherStreamOptions = unknownsOf(streamOptions, STREAM_OPTIONS);
  return {
    model,
    messages: messages.map(messageOf),
    parameters: {
      maxTokens: newLimit ?? oldLimit,
      temperature: optionalNumber(body.temperature, 'temperature', 0, 2),
      topP: optionalNumber(body.top_p, 'top_p', 0, 1),
      seed: optionalInteger(body.seed, 'seed'),
      stop: typeof body.stop === 'string' ? [body.stop] : optionalTexts(body.stop, 'stop'),
    },
    tools,
    toolChoice,
    parallelToolCalls: optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls'),
    responseSchema: responseSchemaOf(body.response_format),
    stream,
    streamUsage:
      optionalBoolean(streamOptions.include_usage, 'stream_options.include_usage') ?? false,
    others: {
      ...others,
      ...(otherTools.length === 0 ? {} : { tools: otherTools }),
      ...(otherChoice === null ? {} : { tool_choice: otherChoice }),
    },
    labels: {
      ...labels,
      ...(hasMembers(otherStreamOptions) ? { stream_options: otherStreamOptions } : {}),
      ...(newLimit === null && oldLimit !== null ? { max_tokens: oldLimit } : {}),
    },
  };
}

function toolsOf(value: unknown): {
  readonly tools: readonly ToolDefinition[];
  readonly otherTools: readonly unknown[];
} {
  if (value == null) return { tools: [], otherTools: [] };
  if (!Array.isArray(value)) throw unexpected('tools', 'a list', value);
  const tools: ToolDefinition[] = [];
  const otherTools: unknown[] = [];
  value.forEach((tool: unknown, index) => {
    const path = `tools.${index}`;
    if (!isRecord(tool)) throw unexpected(path, 'an object', tool);
    const type = requiredText(tool.type, `${path}.type`);
    if (type !== 'function' || Object.keys(tool).length > 2) otherTools.push(tool);
    else tools.push(functionOf(tool.function, `${path}.function`));
  });
  return { tools, otherTools };
}

function functionOf(value: unknown, path: string): ToolDefinition {
  if (!isRecord(value)) throw unexpected(path, 'an object', value);
  const { description } = value;
  if (description != null && typeof description !== 'string') {
    throw unexpected(`${path}.description`, 'a text', description);
  }
  return {
    name: requiredText(value.name, `${path}.name`),
    description: description ?? null,
    parameters: optionalRecord(value.parameters, `${path}.parameters`) ?? NO_PARAMETERS,
    ...extraOf(value, TOOL),
  };
}

function toolChoiceOf(value: unknown): {
  readonly toolChoice: ToolChoice | null;
  readonly otherChoice: Unknowns | null;
} {
  if (value == null) return { toolChoice: null, otherChoice: null };
  if (CHOICES.has(value)) return { toolChoice: value as ToolChoice, otherChoice: null };
  if (!isRecord(value)) {
    throw unexpected('tool_choice', '"auto", "none", "required" or an object', value);
  }
  if (value.type !== 'function') return { toolChoice: null, otherChoice: value };
  const named = isRecord(value.function) ? value.function.name : undefined;
  const name = requiredText(named, 'tool_choice.function.name');
  return { toolChoice: { name }, otherChoice: null };
}

function responseSchemaOf(value: unknown): ResponseSchema | null {
  const format = optionalRecord(value, 'response_format');
  if (format === null || format.type === 'text') return null;
  if (format.type === 'json_object') {
    const extra = { type: 'json_object' };
    return { name: 'json_object', schema: { type: 'object' }, extra };
  }
  if (format.type === 'json_schema' && isRecord(format.json_schema)) {
    const { name, schema } = format.json_schema;
    return {
      name: requiredText(name, 'response_format.json_schema.name'),
      schema: optionalRecord(schema, 'response_format.json_schema.schema') ?? { type: 'object' },
      ...extraOf(format.json_schema, SCHEMA),
    };
  }
  throw new WireRequestError(
    `response_format: expected "text", "json_object" or "json_schema" with a schema, got ${described(format.type)}`,
  );
}
