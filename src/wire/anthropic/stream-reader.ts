import { type TokenUsage, usageFromAnthropic } from '../../costs/index.js';
import { frameObject } from '../answer-json.js';
import { hasMembers, isRecord } from '../body-members.js';
import type { ChatAnswer, ChatEvent, ChatPart, FinishReason, Unknowns } from '../chat.js';
import { type Frame, type StreamReader, WireAnswerError } from '../chat-format.js';
import { answerPart, finishReasonOf, inputOf, NAME, nativeMembers } from './answer.js';

/** A block as it grows: its opening, what was added to its texts, the text of a call's input. */
interface OpenBlock {
  readonly opening: Unknowns;
  readonly additions: Record<string, string>;
  readonly citations: unknown[];
  json: string;
  /** Counts the calls of tools of the answer from 0; null for other blocks. */
  readonly call: number | null;
}

/** Which member of its block each kind of delta adds to. */
const ADDS_TO: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
};

export function createStreamReader(): StreamReader {
  let head: { readonly id: string; readonly model: string; readonly created: number } | null = null;
  let counts: Unknowns = {};
  let usage: TokenUsage | null = null;
  let reason: FinishReason = 'other';
  let native: Unknowns = {};
  let calls = 0;
  /** What comes behind the end mark is no part of the answer. */
  let ended = false;
  const blocks = new Map<unknown, OpenBlock>();

  function start(message: unknown): ChatEvent[] {
    if (!isRecord(message)) throw new WireAnswerError('the stream begins without a message');
    head = {
      id: typeof message.id === 'string' ? message.id : '',
      model: typeof message.model === 'string' ? message.model : '',
      created: Math.floor(Date.now() / 1000),
    };
    counts = isRecord(message.usage) ? message.usage : {};
    const counted = usageFromAnthropic({ ...counts, output_tokens: 0 });
    return [{ kind: 'start', id: head.id, model: head.model, inputTokens: counted?.input ?? null }];
  }

  function open(index: unknown, opening: unknown): ChatEvent[] {
    if (!isRecord(opening)) throw new WireAnswerError('a block of the stream is no JSON object');
    const block = { opening, additions: {}, citations: [], json: '' };
    if (opening.type === 'tool_use') {
      const id = textOf(opening.id);
      const name = textOf(opening.name);
      // What was given before it must still be an answer.
      if (id === '' || name === '') {
        throw new WireAnswerError('a call of a tool in the stream has no id or no name');
      }
      const call = calls++;
      blocks.set(index, { ...block, call });
      return [{ kind: 'tool_call', index: call, id, name }];
    }
    blocks.set(index, { ...block, call: null });
    if (opening.type !== 'text') return [{ kind: 'other' }];
    const text = textOf(opening.text);
    return text === '' ? [] : [{ kind: 'text', text }];
  }

  function add(index: unknown, delta: unknown): ChatEvent[] {
    const block = blocks.get(index);
    if (block === undefined || !isRecord(delta)) return [{ kind: 'other' }];
    const type = textOf(delta.type);
    if (type === 'input_json_delta') {
      const json = textOf(delta.partial_json);
      block.json += json;
      if (block.call === null) return [{ kind: 'other' }];
      return json === '' ? [] : [{ kind: 'tool_arguments', index: block.call, json }];
    }
    const member = Object.hasOwn(ADDS_TO, type) ? ADDS_TO[type]! : null;
    if (member === null) {
      if (type === 'citations_delta') block.citations.push(delta.citation);
      return [{ kind: 'other' }];
    }
    const piece = textOf(delta[member]);
    block.additions[member] = (block.additions[member] ?? '') + piece;
    return type === 'text_delta' ? [{ kind: 'text', text: piece }] : [{ kind: 'other' }];
  }

  /** A call without arguments streams none, where other formats want an empty object. */
  function close(index: unknown): ChatEvent[] {
    const block = blocks.get(index);
    if (block === undefined || block.call === null || block.json !== '') return [];
    block.json = JSON.stringify(isRecord(block.opening.input) ? block.opening.input : {});
    return [{ kind: 'tool_arguments', index: block.call, json: block.json }];
  }

  function finish({ delta, usage: added }: Unknowns): ChatEvent[] {
    const events: ChatEvent[] = [];
    if (isRecord(delta) && delta.stop_reason != null) {
      const { stop_reason: raw, ...rest } = delta;
      reason = finishReasonOf(raw);
      native = nativeMembers(rest, raw, reason);
      events.push({ kind: 'finish', reason });
    }
    if (isRecord(added)) {
      const present = Object.entries(added).filter(([, value]) => value != null);
      counts = { ...counts, ...Object.fromEntries(present) };
      usage = usageFromAnthropic(counts);
      if (usage !== null) events.push({ kind: 'usage', usage });
    }
    return events;
  }

  return {
    read({ data }: Frame): readonly ChatEvent[] {
      if (ended || data === '') return [];
      const event = frameObject(data);
      switch (event.type) {
        case 'message_start':
          return start(event.message);
        case 'content_block_start':
          return open(event.index, event.content_block);
        case 'content_block_delta':
          return add(event.index, event.delta);
        case 'content_block_stop':
          return close(event.index);
        case 'message_delta':
          return finish(event);
        case 'message_stop':
          ended = true;
          return [{ kind: 'end' }];
        case 'error':
          return [{ kind: 'error', message: messageOf(event.error) }];
        case 'ping':
          return [];
        default:
          return [{ kind: 'other' }];
      }
    },
    answer(): ChatAnswer | null {
      if (head === null) return null;
      return {
        ...head,
        parts: Array.from(blocks.values(), partOf).filter(says),
        finishReason: reason,
        usage,
        ...(hasMembers(native) ? { native: { format: NAME, members: native } } : {}),
      };
    },
  };
}

function partOf({ opening, additions, citations, json, call }: OpenBlock): ChatPart {
  const block: Record<string, unknown> = { ...opening };
  for (const [member, text] of Object.entries(additions)) {
    const before = opening[member];
    block[member] = typeof before === 'string' ? before + text : text;
  }
  if (citations.length > 0) block.citations = citations;
  if (json !== '' || call !== null) block.input = inputOf(json);
  const part = answerPart(block);
  // A call that was broken off keeps the text of its arguments as far as it came.
  return part.kind === 'tool_call' && call !== null ? { ...part, arguments: json } : part;
}

/** Empty for what is no text: not every value can be made one. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function says(part: ChatPart): boolean {
  return part.kind !== 'text' || part.text !== '';
}

function messageOf(error: unknown): string {
  return isRecord(error) && typeof error.message === 'string'
    ? error.message
    : JSON.stringify(error);
}
