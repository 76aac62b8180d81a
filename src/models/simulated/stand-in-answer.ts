import { approximateTokens, type TokenUsage } from '../../costs/index.js';
import { sha256 } from '../../hash.js';
import { createRng } from '../../statistics/index.js';
import {
  type ChatMessage,
  type ChatPart,
  type ChatRequest,
  type FinishReason,
  type ToolDefinition,
  textMessages,
  WireRequestError,
} from '../../wire/index.js';
import { isRecord } from '../json-record.js';
import type { ModelRequest } from '../model.js';
import { cutText } from './cut-text.js';
import type { SimulatedProfile } from './profiles.js';
import { schemaValue } from './schema-value.js';
import { countRequestTokens, type SimulatedOptions, simulateAnswer } from './simulated-model.js';

/** What the stand-in says to one request. */
export interface StandInAnswer {
  readonly parts: readonly ChatPart[];
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
}

const DEFAULT_MAX_TOKENS = 4096;
/** Characters of the user's text that stand in the arguments of a call. */
const QUOTED = 60;

/**
 * Pictures, files and the like are refused: to drop them would be to answer another question.
 * @throws WireRequestError naming the part, or a tool that is to be called and is not there
 */
export function checkServable({ messages, tools, toolChoice }: ChatRequest): void {
  messages.forEach(({ parts }, index) => {
    for (const [at, part] of parts.entries()) {
      if (part.kind !== 'image' && part.kind !== 'other') continue;
      const type = part.kind === 'image' ? 'image' : String(part.raw.type);
      throw new WireRequestError(
        `messages.${index}.content[${at}]: only text is supported, got a part of type "${type}"`,
      );
    }
  });
  if (typeof toolChoice !== 'object' || toolChoice === null) return;
  if (tools.some(({ name }) => name === toolChoice.name)) return;
  throw new WireRequestError(`tool_choice: there is no tool "${toolChoice.name}"`);
}

/**
 * Calls a tool where the request has any and allows it (the one it names, else the first), says what
 * the tool found where the last turn is a tool's result, and else answers as the simulated model does.
 * Pure: the same profile, request and seed give the same answer.
 * @param prompt `promptHash` of the request's text
 */
export function standInAnswer(
  profile: SimulatedProfile,
  chat: ChatRequest,
  prompt: string,
  options: SimulatedOptions,
): StandInAnswer {
  const request = toModelRequest(chat);
  const last = chat.messages.at(-1);
  if (last?.role === 'tool') return reportOf(last, chat, request);
  const tool = toolToCall(chat);
  if (tool !== null) return callOf(tool, profile, chat, prompt, options.seed);
  const { text, finishReason, usage } = simulateAnswer(profile, request, prompt, options);
  return {
    parts: [{ kind: 'text', text }],
    finishReason,
    usage: { ...usage, input: inputTokens(chat, request) },
  };
}

function toolToCall({ tools, toolChoice }: ChatRequest): ToolDefinition | null {
  if (toolChoice === 'none') return null;
  const wanted = typeof toolChoice === 'object' ? toolChoice?.name : undefined;
  return tools.find(({ name }) => wanted === undefined || name === wanted) ?? null;
}

/** A call that the allowed tokens have no room for is not made. */
function callOf(
  tool: ToolDefinition,
  profile: SimulatedProfile,
  chat: ChatRequest,
  prompt: string,
  seed: number,
): StandInAnswer {
  const rng = createRng(seed, 'simulated call', profile.id, prompt, tool.name);
  const texts = textMessages(chat.messages);
  const text = texts.findLast(({ role }) => role === 'user')?.content.slice(0, QUOTED) ?? '';
  const value = schemaValue({ type: 'object', ...tool.parameters }, { text, quality: rng.next() });
  const json = JSON.stringify(isRecord(value) ? value : {});
  const output = approximateTokens(tool.name + json);
  const input = inputTokens(chat, toModelRequest(chat));
  const most = chat.parameters.maxTokens ?? DEFAULT_MAX_TOKENS;
  if (output > most) return { parts: [], finishReason: 'length', usage: tokens(input, most) };
  const id = `call_${sha256(`${prompt} ${profile.id} ${tool.name}`).slice(0, 24)}`;
  return {
    parts: [{ kind: 'tool_call', id, name: tool.name, arguments: json }],
    finishReason: 'tool_calls',
    usage: tokens(input, output),
  };
}

function reportOf(last: ChatMessage, chat: ChatRequest, request: ModelRequest): StandInAnswer {
  const results = last.parts.flatMap((part) => (part.kind === 'tool_result' ? [part.text] : []));
  const spoken = `The tool says: ${results.join(' ')}`;
  const { text, finishReason } = cutText(spoken, request.parameters);
  return {
    parts: [{ kind: 'text', text }],
    finishReason,
    usage: tokens(inputTokens(chat, request), approximateTokens(text)),
  };
}

function inputTokens({ tools }: ChatRequest, request: ModelRequest): number {
  const definitions = tools.length === 0 ? 0 : approximateTokens(JSON.stringify(tools));
  return countRequestTokens(request) + definitions;
}

function tokens(input: number, output: number): TokenUsage {
  return { input, cachedInput: 0, cacheWrite: 0, output, reasoning: 0 };
}

function toModelRequest({ messages, parameters, responseSchema }: ChatRequest): ModelRequest {
  const { maxTokens, temperature, topP, seed, stop } = parameters;
  return {
    messages: textMessages(messages),
    parameters: {
      maxTokens: maxTokens ?? DEFAULT_MAX_TOKENS,
      stop,
      ...(temperature === null ? {} : { temperature }),
      ...(topP === null ? {} : { topP }),
      ...(seed === null ? {} : { seed }),
    },
    ...(responseSchema === null ? {} : { responseSchema }),
    trial: 1,
  };
}
