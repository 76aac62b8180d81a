import { type TokenUsage, usageFromOpenAI } from '../../costs/index.js';
import { answerObject } from '../answer-json.js';
import { hasMembers, isRecord, unknownsOf } from '../body-members.js';
import type { ChatAnswer, ChatPart, FinishReason, Unknowns } from '../chat.js';
import { WireAnswerError } from '../chat-format.js';
import { callsOf } from './parse-message.js';
import { callBody } from './request-body.js';

export const NAME = 'openai-chat';

/** Followers of the format have words of their own. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
};
const WRITTEN: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_calls',
  other: 'stop',
};

/** What has a place of its own, and after it what tells of how the answer was served and not of the answer. */
export const BODY: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'system_fingerprint',
  'service_tier',
  'provider',
]);
export const CHOICE: ReadonlySet<string> = new Set([
  'index',
  'message',
  'delta',
  'finish_reason',
  'native_finish_reason',
]);
const MESSAGE: ReadonlySet<string> = new Set(['role', 'content', 'refusal', 'tool_calls']);

export function finishReasonOf(raw: unknown): FinishReason {
  return typeof raw === 'string' && Object.hasOwn(FINISH_REASONS, raw)
    ? FINISH_REASONS[raw]!
    : 'other';
}

export function finishReasonBody(reason: FinishReason): string {
  return WRITTEN[reason];
}

/** A refusal is text that its `extra` marks; the answer was filtered, whatever reason came with it. */
export function refusalPart(text: string): ChatPart {
  return { kind: 'text', text, extra: { type: 'refusal' } };
}

export function parseAnswer(input: unknown): ChatAnswer {
  const body = answerObject(input);
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
  if (!isRecord(choice) || !isRecord(choice.message)) {
    throw new WireAnswerError('the answer holds no message');
  }
  const { message } = choice;
  const { known, otherCalls } = readCalls(message.tool_calls);
  const { refusal } = message;
  const refused = typeof refusal === 'string' && refusal !== '';
  const reason = refused ? 'content_filter' : finishReasonOf(choice.finish_reason);
  const members = nativeMembers(body, choice, message, otherCalls, reason);
  return {
    id: typeof body.id === 'string' ? body.id : '',
    model: typeof body.model === 'string' ? body.model : '',
    created: Number.isSafeInteger(body.created)
      ? (body.created as number)
      : Math.floor(Date.now() / 1000),
    parts: [...textParts(message.content), ...(refused ? [refusalPart(refusal)] : []), ...known],
    finishReason: reason,
    usage: usageFromOpenAI(body.usage, body.service_tier),
    ...(hasMembers(members) ? { native: { format: NAME, members } } : {}),
  };
}

function textParts(content: unknown): ChatPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): ChatPart[] =>
    isRecord(part) && typeof part.text === 'string' ? [{ kind: 'text', text: part.text }] : [],
  );
}

function readCalls(calls: unknown): ReturnType<typeof callsOf> {
  try {
    return callsOf(calls, 'message');
  } catch (error) {
    throw new WireAnswerError(`the answer holds a broken call of a tool: ${String(error)}`);
  }
}

/**
 * What an answer says beyond what every format knows, by the object that says it; members that are
 * null or empty say nothing. Of a stream, the message is what its deltas add up to.
 */
export function nativeMembers(
  body: Unknowns,
  choice: Unknowns,
  message: Unknowns,
  otherCalls: readonly Unknowns[],
  reason: FinishReason,
): Unknowns {
  const raw = choice.finish_reason;
  const spelled = raw == null || raw === WRITTEN[reason] ? {} : { finish_reason: raw };
  const groups = {
    body: telling(unknownsOf(body, BODY)),
    choice: telling({ ...unknownsOf(choice, CHOICE), ...spelled }),
    message: telling({ ...unknownsOf(message, MESSAGE), tool_calls: otherCalls }),
  };
  return Object.fromEntries(Object.entries(groups).filter(([, members]) => hasMembers(members)));
}

/** Without the members that are null or empty, which say nothing. */
export function telling(members: Unknowns): Unknowns {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value != null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

export function answerBody(answer: ChatAnswer): Unknowns {
  const native = answer.native?.format === NAME ? answer.native.members : {};
  const message = isRecord(native.message) ? native.message : {};
  const text = joined(answer.parts, false);
  const refusal = joined(answer.parts, true);
  const calls: Unknowns[] = answer.parts.flatMap((part) =>
    part.kind === 'tool_call' ? [callBody(part)] : [],
  );
  const { tool_calls: otherCalls, ...members } = message;
  const allCalls = Array.isArray(otherCalls) ? [...calls, ...otherCalls] : calls;
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.created,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === null && allCalls.length === 0 && refusal === null ? '' : text,
          refusal,
          annotations: [],
          ...(allCalls.length === 0 ? {} : { tool_calls: allCalls }),
          ...members,
        },
        logprobs: null,
        finish_reason: WRITTEN[answer.finishReason],
        ...(isRecord(native.choice) ? native.choice : {}),
      },
    ],
    ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }),
    ...(isRecord(native.body) ? native.body : {}),
  };
}

/** Null where there is no such text. */
function joined(parts: readonly ChatPart[], ofRefusal: boolean): string | null {
  let text: string | null = null;
  for (const part of parts) {
    if (part.kind !== 'text' || (part.extra?.type === 'refusal') !== ofRefusal) continue;
    text = text === null ? part.text : text + part.text;
  }
  return text;
}

export function usageBody(usage: TokenUsage): Unknowns {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInput,
      audio_tokens: 0,
      ...(usage.cacheWrite === 0 ? {} : { cache_write_tokens: usage.cacheWrite }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: 0 },
  };
}
