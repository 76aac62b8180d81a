import { type TokenUsage, usageFromOpenAI } from '../../costs/index.js';
import { frameObject } from '../answer-json.js';
import { hasMembers, isRecord, unknownsOf } from '../body-members.js';
import type { ChatAnswer, ChatEvent, ChatPart, FinishReason, Unknowns } from '../chat.js';
import type { Frame, StreamReader } from '../chat-format.js';
import {
  BODY,
  CHOICE,
  finishReasonOf,
  NAME,
  nativeMembers,
  refusalPart,
  telling,
} from './answer.js';

export const END = '[DONE]';
const DELTA: ReadonlySet<string> = new Set(['role', 'content', 'refusal', 'tool_calls']);

interface OpenCall {
  readonly id: string;
  readonly name: string;
  arguments: string;
}

export function createStreamReader(): StreamReader {
  let head: { id: string; model: string; created: number } | null = null;
  /** What comes behind the end mark is no part of the answer. */
  let ended = false;
  let text = '';
  let refusal = '';
  let usage: TokenUsage | null = null;
  let reason: FinishReason = 'other';
  let rawReason: unknown = null;
  const body: Record<string, unknown> = {};
  const choiceMembers: Record<string, unknown> = {};
  const message: Record<string, unknown> = {};
  const calls: OpenCall[] = [];
  /** Our number of a call by the provider's, or by its id where that is left out. */
  const indices = new Map<unknown, number>();
  /** Calls of tools of another kind than functions, by the provider's number. */
  const otherCalls = new Map<unknown, Record<string, unknown>>();

  /** Which call a piece belongs to; undefined where it begins one. Some number every call alike. */
  function callOf({ index, id }: Unknowns): number | undefined {
    if (index == null && id == null) return calls.length === 0 ? undefined : calls.length - 1;
    const known = indices.get(index ?? id);
    if (known === undefined || typeof id !== 'string' || id === '') return known;
    return calls[known]?.id === id ? known : undefined;
  }

  function readCalls(pieces: readonly unknown[], events: ChatEvent[]): void {
    for (const piece of pieces) {
      if (!isRecord(piece)) continue;
      const called = isRecord(piece.function) ? piece.function : {};
      let index = callOf(piece);
      if (index === undefined) {
        if (typeof piece.id !== 'string' || typeof called.name !== 'string') {
          const { index: place, ...rest } = piece;
          const call = otherCalls.get(place) ?? {};
          otherCalls.set(place, call);
          join(call, rest);
          events.push({ kind: 'other' });
          continue;
        }
        index = calls.length;
        indices.set(piece.index ?? piece.id, index);
        calls.push({ id: piece.id, name: called.name, arguments: '' });
        events.push({ kind: 'tool_call', index, id: piece.id, name: called.name });
      }
      if (typeof called.arguments === 'string' && called.arguments !== '') {
        calls[index]!.arguments += called.arguments;
        events.push({ kind: 'tool_arguments', index, json: called.arguments });
      }
    }
  }

  function readDelta(delta: Unknowns, events: ChatEvent[]): void {
    if (typeof delta.content === 'string' && delta.content !== '') {
      text += delta.content;
      events.push({ kind: 'text', text: delta.content });
    }
    if (typeof delta.refusal === 'string' && delta.refusal !== '') {
      refusal += delta.refusal;
      events.push({ kind: 'text', text: delta.refusal });
    }
    if (Array.isArray(delta.tool_calls)) readCalls(delta.tool_calls, events);
    const others = telling(unknownsOf(delta, DELTA));
    if (!hasMembers(others)) return;
    join(message, others);
    events.push({ kind: 'other' });
  }

  return {
    read({ data }: Frame): readonly ChatEvent[] {
      if (ended || data === '') return [];
      if (data.trim() === END) {
        ended = true;
        return [{ kind: 'end' }];
      }
      const chunk = frameObject(data);
      if (chunk.error != null) return [{ kind: 'error', message: messageOf(chunk.error) }];
      const events: ChatEvent[] = [];
      if (head === null) {
        head = {
          id: typeof chunk.id === 'string' ? chunk.id : '',
          model: typeof chunk.model === 'string' ? chunk.model : '',
          created: Number.isSafeInteger(chunk.created)
            ? (chunk.created as number)
            : Math.floor(Date.now() / 1000),
        };
        events.push({ kind: 'start', id: head.id, model: head.model, inputTokens: null });
      }
      Object.assign(body, unknownsOf(chunk, BODY));
      const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
      if (isRecord(choice)) {
        if (isRecord(choice.delta)) readDelta(choice.delta, events);
        const others = telling(unknownsOf(choice, CHOICE));
        if (hasMembers(others)) {
          join(choiceMembers, others);
          events.push({ kind: 'other' });
        }
        if (choice.finish_reason != null) {
          rawReason = choice.finish_reason;
          reason = refusal === '' ? finishReasonOf(choice.finish_reason) : 'content_filter';
          events.push({ kind: 'finish', reason });
        }
      }
      const counted = usageFromOpenAI(chunk.usage, chunk.service_tier);
      if (counted !== null) {
        usage = counted;
        events.push({ kind: 'usage', usage });
      }
      return events;
    },
    answer(): ChatAnswer | null {
      if (head === null) return null;
      const parts: ChatPart[] = [];
      if (text !== '') parts.push({ kind: 'text', text });
      if (refusal !== '') parts.push(refusalPart(refusal));
      for (const call of calls) parts.push({ kind: 'tool_call', ...call });
      const members = nativeMembers(
        body,
        { ...choiceMembers, finish_reason: rawReason },
        message,
        [...otherCalls.values()],
        reason,
      );
      return {
        ...head,
        parts,
        finishReason: reason,
        usage,
        ...(hasMembers(members) ? { native: { format: NAME, members } } : {}),
      };
    },
  };
}

/** Adds a piece: texts and lists are continued, objects member by member, the rest is replaced. */
function join(whole: Record<string, unknown>, piece: Unknowns): void {
  for (const [name, value] of Object.entries(piece)) {
    const known = Object.hasOwn(whole, name) ? whole[name] : undefined;
    if (value == null || name === '__proto__') continue;
    if (typeof known === 'string' && typeof value === 'string') whole[name] = known + value;
    else if (Array.isArray(known) && Array.isArray(value))
      for (const item of value) known.push(item);
    else if (isRecord(known) && isRecord(value)) join(known as Record<string, unknown>, value);
    else whole[name] = structuredClone(value);
  }
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return isRecord(error) && typeof error.message === 'string'
    ? error.message
    : JSON.stringify(error);
}
