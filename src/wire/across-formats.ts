import { cut, isRecord } from './body-members.js';
import type { ChatMessage, ChatPart, ChatRequest, ToolDefinition, Unknowns } from './chat.js';
import { WireRequestError } from './wire-failure.js';

/** What changes no answer (marks for caches, how something came about) or says what is said anyway. */
const HINTS: ReadonlySet<string> = new Set([
  'cache_control',
  'detail',
  'annotations',
  'caller',
  'role',
  'type',
]);
const HINT_PREFIX = 'prompt_cache_';

/** Members that ask for nothing special where they have this value, as JSON. */
const IDLE: Readonly<Record<string, string>> = {
  frequency_penalty: '0',
  presence_penalty: '0',
  logprobs: 'false',
  logit_bias: '{}',
  modalities: '["text"]',
  thinking: '{"type":"disabled"}',
  speed: '"standard"',
};

/**
 * A request as a format other than its own may have it: without labels and hints, and without what
 * only says that nothing special is wanted.
 * @throws WireRequestError that names the member which only its own format knows
 */
export function withoutForeign(request: ChatRequest, from: string): ChatRequest {
  for (const name in request.others) {
    const value = request.others[name];
    if (isSilent(value) || isIdle(name, value)) continue;
    throw foreign(isRecord(value) ? `${name}.${Object.keys(value)[0]}` : name, from);
  }
  return {
    ...request,
    messages: request.messages.map((message, index) =>
      plainMessage(message, `messages.${index}`, from),
    ),
    tools: request.tools.map((tool, index) => plainTool(tool, `tools.${index}`, from)),
    others: {},
    labels: {},
  };
}

function plainMessage(
  { role, parts, extra }: ChatMessage,
  path: string,
  from: string,
): ChatMessage {
  // A result is found by its call; the name of the tool beside it says nothing new.
  const { name: _, ...rest } = extra ?? {};
  checkExtra(role === 'tool' ? rest : extra, path, from);
  return {
    role,
    parts: parts.map((part, index) => plainPart(part, `${path}.content.${index}`, from)),
  };
}

function plainPart(part: ChatPart, path: string, from: string): ChatPart {
  if (part.kind === 'other') {
    throw new WireRequestError(
      `${path}: a part of type "${cut(String(part.raw.type))}" exists in the format ${from} only, and the model asked for speaks another`,
    );
  }
  if (part.extra === undefined) return part;
  const { extra, ...plain } = part;
  checkExtra(part.kind === 'tool_result' ? withoutTexts(extra) : extra, path, from);
  return plain;
}

/** The text of a result says all that its blocks do where they are text alone. */
function withoutTexts(extra: Unknowns): Unknowns {
  const { content, ...rest } = extra;
  const isText =
    Array.isArray(content) && content.every((block) => isRecord(block) && block.type === 'text');
  return isText ? rest : extra;
}

function plainTool({ extra, ...tool }: ToolDefinition, path: string, from: string): ToolDefinition {
  if (extra === undefined) return tool;
  const { strict, ...rest } = extra;
  checkExtra(rest, path, from);
  return typeof strict === 'boolean' ? { ...tool, extra: { strict } } : tool;
}

function checkExtra(extra: Unknowns | undefined, path: string, from: string): void {
  for (const name in extra) {
    if (isSilent(extra[name]) || HINTS.has(name) || name.startsWith(HINT_PREFIX)) continue;
    throw foreign(`${path}.${name}`, from);
  }
}

function isIdle(name: string, value: unknown): boolean {
  return Object.hasOwn(IDLE, name) && JSON.stringify(value) === IDLE[name];
}

function isSilent(value: unknown): boolean {
  return value == null || (Array.isArray(value) && value.length === 0);
}

function foreign(path: string, from: string): WireRequestError {
  return new WireRequestError(
    `${cut(path)}: exists in the format ${from} only, and the model asked for speaks another`,
  );
}
