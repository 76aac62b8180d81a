import {
  bodyOf,
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
import type {
  ChatMessage,
  ChatRequest,
  ResponseSchema,
  ToolChoice,
  ToolDefinition,
  Unknowns,
} from '../chat.js';
import { messagesOf, systemOf } from './parse-message.js';

/** Members that have a place of their own in a request. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'system',
  'messages',
  'temperature',
  'top_p',
  'stop_sequences',
  'tools',
  'tool_choice',
  'output_config',
  'stream',
]);

/**
 * Members that shape no answer: who asks (`metadata`), at which price and speed it is served
 * (`service_tier`), and what is cached (`cache_control`).
 */
const LABELS: ReadonlySet<string> = new Set(['metadata', 'service_tier', 'cache_control']);

const NEITHER: ReadonlySet<string> = new Set([...KNOWN, ...LABELS]);
const TOOL: ReadonlySet<string> = new Set(['name', 'description', 'input_schema']);
const CHOICE: ReadonlySet<string> = new Set(['type', 'name', 'disable_parallel_tool_use']);
const FORMAT: ReadonlySet<string> = new Set(['type', 'schema']);
const OUTPUT: ReadonlySet<string> = new Set(['format']);
const CHOICES: Readonly<Record<string, ToolChoice>> = {
  auto: 'auto',
  any: 'required',
  none: 'none',
};

/**
 * A request in the messages format. What has no place of its own is kept: a tool of the provider's
 * in `others.tools`, an unusual choice of tools or output format under its own name.
 */
export function parseRequest(input: unknown): ChatRequest {
  const body = bodyOf(input);
  const model = requiredText(body.model, 'model');
  const maxTokens = optionalInteger(body.max_tokens, 'max_tokens', 1);
  if (maxTokens === null) throw unexpected('max_tokens', 'a whole number', body.max_tokens);
  const turns = messagesOf(requiredList(body.messages, 'messages'));
  const system: readonly ChatMessage[] = body.system == null ? [] : [systemOf(body.system)];
  const { tools, otherTools } = toolsOf(body.tools);
  const { toolChoice, parallelToolCalls, otherChoice } = toolChoiceOf(body.tool_choice);
  const { responseSchema, otherOutput } = outputOf(body.output_config);
  return {
    model,
    messages: [...system, ...turns],
    parameters: {
      maxTokens,
      temperature: optionalNumber(body.temperature, 'temperature', 0, 1),
      topP: optionalNumber(body.top_p, 'top_p', 0, 1),
      seed: null,
      stop: optionalTexts(body.stop_sequences, 'stop_sequences'),
    },
    tools,
    toolChoice,
    parallelToolCalls,
    responseSchema,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    streamUsage: true,
    others: {
      ...unknownsOf(body, NEITHER),
      ...(otherTools.length === 0 ? {} : { tools: otherTools }),
      ...(otherChoice === null ? {} : { tool_choice: otherChoice }),
      ...(hasMembers(otherOutput) ? { output_config: otherOutput } : {}),
    },
    labels: membersOf(body, LABELS),
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
    if ((tool.type ?? 'custom') === 'custom') tools.push(toolOf(tool, path));
    else otherTools.push(tool);
  });
  return { tools, otherTools };
}

function toolOf(tool: Unknowns, path: string): ToolDefinition {
  const { description, input_schema: schema } = tool;
  if (description != null && typeof description !== 'string') {
    throw unexpected(`${path}.description`, 'a text', description);
  }
  if (!isRecord(schema)) throw unexpected(`${path}.input_schema`, 'a JSON Schema', schema);
  return {
    name: requiredText(tool.name, `${path}.name`),
    description: description ?? null,
    parameters: schema,
    ...extraOf(tool, TOOL),
  };
}

function toolChoiceOf(value: unknown): {
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly otherChoice: Unknowns | null;
} {
  const choice = optionalRecord(value, 'tool_choice');
  if (choice === null) return { toolChoice: null, parallelToolCalls: null, otherChoice: null };
  const type = requiredText(choice.type, 'tool_choice.type');
  const isKnown = type === 'tool' || Object.hasOwn(CHOICES, type);
  if (!isKnown || hasMembers(unknownsOf(choice, CHOICE))) {
    return { toolChoice: null, parallelToolCalls: null, otherChoice: choice };
  }
  const disabled = optionalBoolean(
    choice.disable_parallel_tool_use,
    'tool_choice.disable_parallel_tool_use',
  );
  return {
    toolChoice:
      type === 'tool' ? { name: requiredText(choice.name, 'tool_choice.name') } : CHOICES[type]!,
    parallelToolCalls: disabled === null ? null : !disabled,
    otherChoice: null,
  };
}

function outputOf(value: unknown): {
  readonly responseSchema: ResponseSchema | null;
  readonly otherOutput: Unknowns;
} {
  const output = optionalRecord(value, 'output_config') ?? {};
  const format = optionalRecord(output.format, 'output_config.format');
  if (format === null) return { responseSchema: null, otherOutput: unknownsOf(output, OUTPUT) };
  if (format.type !== 'json_schema') return { responseSchema: null, otherOutput: output };
  if (!isRecord(format.schema)) {
    throw unexpected('output_config.format.schema', 'a JSON Schema', format.schema);
  }
  return {
    responseSchema: { name: 'output', schema: format.schema, ...extraOf(format, FORMAT) },
    otherOutput: unknownsOf(output, OUTPUT),
  };
}
