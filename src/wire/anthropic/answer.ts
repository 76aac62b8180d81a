import { type TokenUsage, usageFromAnthropic } from '../../costs/index.js';
import { answerObject, objectIn } from '../answer-json.js';
import { hasMembers, isRecord, unknownsOf } from '../body-members.js';
import type { ChatAnswer, ChatPart, FinishReason, Unknowns } from '../chat.js';
import { WireAnswerError } from '../chat-format.js';
import { callOf } from './parse-message.js';

export const NAME = 'anthropic-messages';

const STOP_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
};
const WRITTEN: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  tool_calls: 'tool_use',
  other: 'end_turn',
};

const BODY: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'usage',
]);
const TEXT: ReadonlySet<string> = new Set(['type', 'text']);

export function finishReasonOf(raw: unknown): FinishReason {
  return typeof raw === 'string' && Object.hasOwn(STOP_REASONS, raw) ? STOP_REASONS[raw]! : 'other';
}

export function stopReasonBody(reason: FinishReason): string {
  return WRITTEN[reason];
}

/** Fills in what a body leaves out with nulls, as clients read members without asking. */
export function messageBody(id: string, model: string): Unknowns {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    container: null,
    stop_details: null,
    stop_sequence: null,
  };
}

export function parseAnswer(input: unknown): ChatAnswer {
  const body = answerObject(input);
  if (!Array.isArray(body.content)) throw new WireAnswerError('the answer holds no content');
  const finishReason = finishReasonOf(body.stop_reason);
  const members = nativeMembers(unknownsOf(body, BODY), body.stop_reason, finishReason);
  return {
    id: typeof body.id === 'string' ? body.id : '',
    model: typeof body.model === 'string' ? body.model : '',
    created: Math.floor(Date.now() / 1000),
    parts: body.content.map(answerPart),
    finishReason,
    usage: usageFromAnthropic(body.usage),
    ...(hasMembers(members) ? { native: { format: NAME, members } } : {}),
  };
}

/** What an answer says beyond what every format knows; members that are null say nothing. */
export function nativeMembers(
  members: Unknowns,
  stopReason: unknown,
  finishReason: FinishReason,
): Unknowns {
  const telling = Object.entries(members).filter(([, value]) => value != null);
  if (stopReason != null && stopReason !== WRITTEN[finishReason]) {
    telling.push(['stop_reason', stopReason]);
  }
  return Object.fromEntries(telling);
}

export function answerPart(block: unknown): ChatPart {
  if (!isRecord(block)) throw new WireAnswerError('a block of the answer is no JSON object');
  if (block.type === 'text' && typeof block.text === 'string') {
    const { citations, ...rest } = unknownsOf(block, TEXT);
    const extra = citations == null ? rest : { ...rest, citations };
    return { kind: 'text', text: block.text, ...(hasMembers(extra) ? { extra } : {}) };
  }
  if (block.type !== 'tool_use') return { kind: 'other', raw: block };
  try {
    return callOf(block, 'content');
  } catch (error) {
    throw new WireAnswerError(`the answer holds a broken call of a tool: ${String(error)}`);
  }
}

export function answerBody(answer: ChatAnswer): Unknowns {
  return {
    ...messageBody(answer.id, answer.model),
    content: answer.parts.flatMap(blockBodies),
    stop_reason: WRITTEN[answer.finishReason],
    usage: usageBody(answer.usage),
    ...(answer.native?.format === NAME ? answer.native.members : {}),
  };
}

function blockBodies(part: ChatPart): readonly Unknowns[] {
  switch (part.kind) {
    case 'text': {
      const { type: _, ...extra } = part.extra ?? {};
      return [{ type: 'text', text: part.text, citations: null, ...extra }];
    }
    case 'tool_call': {
      const { id, name, extra } = part;
      return [{ type: 'tool_use', id, name, input: inputOf(part.arguments), ...extra }];
    }
    case 'other':
      return [part.raw];
    default:
      return [];
  }
}

/** The arguments as an object; an empty one for what a model broke off or wrote wrongly. */
export function inputOf(json: string): Unknowns {
  return objectIn(json) ?? {};
}

/**
 * This format counts cached input apart, so what was cached comes off `input_tokens`. Clients read
 * the members without asking whether there are any, so what is unknown is null, member by member.
 */
export function usageBody(usage: TokenUsage | null): Unknowns {
  return {
    input_tokens: usage === null ? null : usage.input - usage.cachedInput - usage.cacheWrite,
    cache_creation_input_tokens: usage?.cacheWrite ?? null,
    cache_read_input_tokens: usage?.cachedInput ?? null,
    output_tokens: usage?.output ?? null,
    ...(usage === null || usage.reasoning === 0
      ? {}
      : { output_tokens_details: { thinking_tokens: usage.reasoning } }),
    service_tier: 'standard',
  };
}
