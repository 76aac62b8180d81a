import { extraOf, isRecord, requiredText, unexpected, unknownsOf } from '../body-members.js';
import type { ChatMessage, ChatPart, Unknowns } from '../chat.js';

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content']);
const ASSISTANT: ReadonlySet<string> = new Set(['role', 'content', 'tool_calls']);
const TOOL: ReadonlySet<string> = new Set(['role', 'content', 'tool_call_id']);
const TEXT: ReadonlySet<string> = new Set(['type', 'text']);
const IMAGE: ReadonlySet<string> = new Set(['type', 'image_url']);
const CALL: ReadonlySet<string> = new Set(['id', 'type', 'function']);

/** One turn. A `developer` turn is a system turn whose `extra` remembers the name. */
export function messageOf(value: unknown, index: number): ChatMessage {
  const path = `messages.${index}`;
  if (!isRecord(value)) throw unexpected(path, 'an object', value);
  switch (value.role) {
    case 'system':
    case 'user':
      return {
        role: value.role,
        parts: contentOf(value.content, path),
        ...extraOf(value, MESSAGE),
      };
    case 'developer':
      return {
        role: 'system',
        parts: contentOf(value.content, path),
        extra: { ...unknownsOf(value, MESSAGE), role: 'developer' },
      };
    case 'assistant':
      return assistantOf(value, path);
    case 'tool':
      return { role: 'tool', parts: [resultOf(value, path)], ...extraOf(value, TOOL) };
    default:
      throw unexpected(
        `${path}.role`,
        '"system", "developer", "user", "assistant" or "tool"',
        value.role,
      );
  }
}

function assistantOf(message: Unknowns, path: string): ChatMessage {
  const { content, tool_calls: calls } = message;
  const said = content == null ? [] : contentOf(content, path);
  const extra = unknownsOf(message, ASSISTANT);
  const { known, otherCalls } = callsOf(calls, path);
  const kept = otherCalls.length === 0 ? extra : { ...extra, tool_calls: otherCalls };
  if (content == null && calls == null && Object.values(extra).every((value) => value == null)) {
    throw unexpected(`${path}.content`, 'a text or a list of parts', content);
  }
  return {
    role: 'assistant',
    parts: known.length === 0 ? said : [...said, ...known],
    ...(Object.keys(kept).length === 0 ? {} : { extra: kept }),
  };
}

function contentOf(content: unknown, path: string): readonly ChatPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content) || content.length === 0) {
    throw unexpected(`${path}.content`, 'a text or a list of parts', content);
  }
  return content.map((part: unknown, index) => partOf(part, `${path}.content.${index}`));
}

function partOf(part: unknown, path: string): ChatPart {
  if (!isRecord(part)) throw unexpected(path, 'an object', part);
  if (part.type === 'text') {
    if (typeof part.text !== 'string') throw unexpected(`${path}.text`, 'a text', part.text);
    return { kind: 'text', text: part.text, ...extraOf(part, TEXT) };
  }
  requiredText(part.type, `${path}.type`);
  return (part.type === 'image_url' ? imageOf(part, path) : null) ?? { kind: 'other', raw: part };
}

/** Null for a picture about which more is said than this program knows. */
function imageOf(part: Unknowns, path: string): ChatPart | null {
  const image = part.image_url;
  if (!isRecord(image)) throw unexpected(`${path}.image_url`, 'an object', image);
  const { url, detail, ...rest } = image;
  if (typeof url !== 'string' || url === '') {
    throw unexpected(`${path}.image_url.url`, 'an address', url);
  }
  if (Object.keys(rest).length > 0) return null;
  const { extra = {} } = extraOf(part, IMAGE);
  const kept = detail === undefined ? extra : { ...extra, detail };
  return {
    kind: 'image',
    url,
    ...(Object.keys(kept).length === 0 ? {} : { extra: kept }),
  };
}

/** A list of several blocks, or of one about which more is said, goes out as it came. */
function resultOf(message: Unknowns, path: string): ChatPart {
  const callId = requiredText(message.tool_call_id, `${path}.tool_call_id`);
  const { content } = message;
  const parts = contentOf(content, path);
  const [first] = parts;
  const isPlain = parts.length === 1 && first?.kind === 'text' && first.extra === undefined;
  return {
    kind: 'tool_result',
    callId,
    text: parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n'),
    isError: false,
    ...(isPlain ? {} : { extra: { content } }),
  };
}

/** Calls of functions; those of another kind of tool, or with more to them, apart. */
export function callsOf(
  calls: unknown,
  path: string,
): { readonly known: readonly ChatPart[]; readonly otherCalls: readonly Unknowns[] } {
  if (calls == null) return { known: [], otherCalls: [] };
  if (!Array.isArray(calls)) throw unexpected(`${path}.tool_calls`, 'a list', calls);
  const known: ChatPart[] = [];
  const otherCalls: Unknowns[] = [];
  calls.forEach((call: unknown, index) => {
    const place = `${path}.tool_calls.${index}`;
    if (!isRecord(call)) throw unexpected(place, 'an object', call);
    const { function: called } = call;
    if ((call.type ?? 'function') !== 'function' || !isRecord(called)) {
      otherCalls.push(call);
      return;
    }
    const { name, arguments: json, ...more } = called;
    if (Object.keys(more).length > 0) {
      otherCalls.push(call);
      return;
    }
    if (typeof json !== 'string') throw unexpected(`${place}.function.arguments`, 'a text', json);
    known.push({
      kind: 'tool_call',
      id: requiredText(call.id, `${place}.id`),
      name: requiredText(name, `${place}.function.name`),
      arguments: json,
      ...extraOf(call, CALL),
    });
  });
  return { known, otherCalls };
}
