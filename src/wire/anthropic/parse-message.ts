import { extraOf, isRecord, requiredText, unexpected } from '../body-members.js';
import type { ChatMessage, ChatPart, Unknowns } from '../chat.js';

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content']);
const TEXT: ReadonlySet<string> = new Set(['type', 'text']);
const IMAGE: ReadonlySet<string> = new Set(['type', 'source']);
const CALL: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input']);
const RESULT: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'is_error']);

/** The system text, which this format keeps apart. */
export function systemOf(value: unknown): ChatMessage {
  if (typeof value === 'string') return { role: 'system', parts: [{ kind: 'text', text: value }] };
  if (!Array.isArray(value)) throw unexpected('system', 'a text or a list of blocks', value);
  return {
    role: 'system',
    parts: value.map((block: unknown, index) => {
      const part = blockOf(block, `system.${index}`);
      if (part.kind !== 'text') throw unexpected(`system.${index}.type`, '"text"', part.kind);
      return part;
    }),
  };
}

/** The turns, where results of tools get one of their own. */
export function messagesOf(values: readonly unknown[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  values.forEach((value, index) => {
    const path = `messages.${index}`;
    if (!isRecord(value)) throw unexpected(path, 'an object', value);
    const { role, content } = value;
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw unexpected(`${path}.role`, '"user" or "assistant"', role);
    }
    const extra = extraOf(value, MESSAGE);
    if (typeof content === 'string') {
      messages.push({ role, parts: [{ kind: 'text', text: content }], ...extra });
      return;
    }
    if (!Array.isArray(content)) {
      throw unexpected(`${path}.content`, 'a text or a list of blocks', content);
    }
    const parts = content.map((block: unknown, at) => blockOf(block, `${path}.content.${at}`));
    if (role !== 'user') messages.push({ role, parts, ...extra });
    else for (const turn of turnsOf(parts)) messages.push({ ...turn, ...extra });
  });
  return messages;
}

/** Runs of results, and runs of anything else. */
function turnsOf(parts: readonly ChatPart[]): readonly ChatMessage[] {
  if (!parts.some(isResult)) return [{ role: 'user', parts }];
  const turns: ChatMessage[] = [];
  let start = 0;
  for (let at = 1; at <= parts.length; at++) {
    if (at < parts.length && isResult(parts[at]!) === isResult(parts[start]!)) continue;
    const role = isResult(parts[start]!) ? 'tool' : 'user';
    turns.push({ role, parts: parts.slice(start, at) });
    start = at;
  }
  return turns;
}

function isResult(part: ChatPart): boolean {
  return part.kind === 'tool_result';
}

function blockOf(block: unknown, path: string): ChatPart {
  if (!isRecord(block)) throw unexpected(path, 'an object', block);
  switch (block.type) {
    case 'text':
      if (typeof block.text !== 'string') throw unexpected(`${path}.text`, 'a text', block.text);
      return { kind: 'text', text: block.text, ...extraOf(block, TEXT) };
    case 'image':
      return imageOf(block, path);
    case 'tool_use':
      return callOf(block, path);
    case 'tool_result':
      return resultOf(block, path);
    default:
      requiredText(block.type, `${path}.type`);
      return { kind: 'other', raw: block };
  }
}

/** @returns a part of another kind for a picture that is kept with the provider */
function imageOf(block: Unknowns, path: string): ChatPart {
  const { source } = block;
  if (!isRecord(source)) throw unexpected(`${path}.source`, 'an object', source);
  const { type, url, media_type: mediaType, data, ...rest } = source;
  if (Object.keys(rest).length === 0) {
    if (type === 'url' && typeof url === 'string') {
      return { kind: 'image', url, ...extraOf(block, IMAGE) };
    }
    if (type === 'base64' && typeof mediaType === 'string' && typeof data === 'string') {
      const address = `data:${mediaType};base64,${data}`;
      return { kind: 'image', url: address, ...extraOf(block, IMAGE) };
    }
  }
  return { kind: 'other', raw: block };
}

export function callOf(block: Unknowns, path: string): ChatPart {
  const { input } = block;
  if (!isRecord(input)) throw unexpected(`${path}.input`, 'an object', input);
  return {
    kind: 'tool_call',
    id: requiredText(block.id, `${path}.id`),
    name: requiredText(block.name, `${path}.name`),
    arguments: JSON.stringify(input),
    ...extraOf(block, CALL),
  };
}

/** A list of several blocks, or of one about which more is said, goes out as it came. */
function resultOf(block: Unknowns, path: string): ChatPart {
  const { content } = block;
  const { extra = {} } = extraOf(block, RESULT);
  const plain = plainText(content, path);
  const kept = plain.isAll ? extra : { ...extra, content };
  return {
    kind: 'tool_result',
    callId: requiredText(block.tool_use_id, `${path}.tool_use_id`),
    text: plain.text,
    isError: block.is_error === true,
    ...(Object.keys(kept).length === 0 ? {} : { extra: kept }),
  };
}

function plainText(
  content: unknown,
  path: string,
): { readonly text: string; readonly isAll: boolean } {
  if (content == null) return { text: '', isAll: true };
  if (typeof content === 'string') return { text: content, isAll: true };
  if (!Array.isArray(content)) {
    throw unexpected(`${path}.content`, 'a text or a list of blocks', content);
  }
  const texts = content.map((block: unknown) =>
    isRecord(block) && block.type === 'text' && typeof block.text === 'string' ? block.text : '',
  );
  const [only] = content;
  const isAll = content.length === 1 && isRecord(only) && Object.keys(only).length === 2;
  return { text: texts.join('\n'), isAll: isAll && texts[0] !== '' };
}
