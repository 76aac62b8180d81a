import type { UsageRecord } from '../costs/index.js';
import type { ChatMessage, ChatPart, ChatRequest, Message } from '../wire/index.js';
import { compressEach, compressEachAsync } from './compress-texts.js';
import type { AsyncCompressor, CompressionResult, Compressor, RequestText } from './compressor.js';

/** What is compressed: a request, or its messages alone. */
type WithMessages = Pick<ChatRequest, 'messages'>;

/** What compressing the texts of a request came to, by the compressor's counter. */
export interface CompressionTotal {
  readonly tokensRemoved: number;
  /** Tokens of the texts that could be compressed, as they came. */
  readonly originalTokens: number;
  /** What asking models for it was billed; empty where none was asked. */
  readonly usage: readonly UsageRecord[];
  /** Why texts stayed as they were although they were to be shortened; each once. */
  readonly reasons: readonly string[];
}

export interface CompressedRequest<R extends WithMessages = ChatRequest> extends CompressionTotal {
  /** The request itself where nothing was taken out. */
  readonly request: R;
}

export interface CompressedMessages extends CompressionTotal {
  /** The very list where nothing was taken out. */
  readonly messages: readonly Message[];
}

/**
 * Compresses what people wrote: texts of user and system turns. What models and tools wrote stays, and
 * so does all up to the last part with an `extra`: that may mark a prefix for the provider to keep,
 * which must come again as it was.
 */
export function compressRequest<R extends WithMessages>(
  request: R,
  compressor: Compressor,
): CompressedRequest<R> {
  const texts = textsOf(request.messages);
  return withResults(request, texts, compressEach(texts, compressor));
}

/** As `compressRequest`, for compressors that wait, too. */
export async function compressRequestAsync<R extends WithMessages>(
  request: R,
  compressor: Compressor | AsyncCompressor,
  signal: AbortSignal,
): Promise<CompressedRequest<R>> {
  const texts = textsOf(request.messages);
  return withResults(request, texts, await compressEachAsync(texts, compressor, signal));
}

/** As `compressRequestAsync`, for the plain messages of a prompt. */
export async function compressMessages(
  messages: readonly Message[],
  compressor: Compressor | AsyncCompressor,
  signal: AbortSignal = new AbortController().signal,
): Promise<CompressedMessages> {
  const asked = {
    messages: messages.map(({ role, content }): ChatMessage => {
      return { role, parts: [{ kind: 'text', text: content }] };
    }),
  };
  const { request, ...total } = await compressRequestAsync(asked, compressor, signal);
  if (request === asked) return { messages, ...total };
  const shorter = request.messages.map(({ parts: [part] }, at): Message => {
    const message = messages[at]!;
    return part?.kind === 'text' && part.text !== message.content
      ? { ...message, content: part.text }
      : message;
  });
  return { messages: shorter, ...total };
}

/** Texts of all turns, in order: those of parts that are text. */
function textsOf(messages: readonly ChatMessage[]): RequestText[] {
  const lastMarked = messages.findLastIndex(hasMark);
  return messages.flatMap(({ role, parts }, at) => {
    const frozen = at === lastMarked ? parts.findLastIndex(isMarked) : -1;
    const fixed = at < lastMarked || (role !== 'user' && role !== 'system');
    return parts.flatMap((part, index) =>
      part.kind === 'text' ? [{ text: part.text, role, fixed: fixed || index <= frozen }] : [],
    );
  });
}

function withResults<R extends WithMessages>(
  request: R,
  texts: readonly RequestText[],
  results: readonly CompressionResult[],
): CompressedRequest<R> {
  let next = 0;
  const messages = request.messages.map((message) => {
    const parts = message.parts.map((part): ChatPart => {
      if (part.kind !== 'text') return part;
      const at = next++;
      const { text } = results[at]!;
      return texts[at]!.fixed || text === part.text ? part : { ...part, text };
    });
    return parts.every((part, index) => part === message.parts[index])
      ? message
      : { ...message, parts };
  });
  const compressible = results.filter((_, at) => !texts[at]!.fixed);
  const unchanged = messages.every((message, at) => message === request.messages[at]);
  return {
    request: unchanged ? request : { ...request, messages },
    tokensRemoved: compressible.reduce((sum, { tokensSaved }) => sum + tokensSaved, 0),
    originalTokens: compressible.reduce((sum, { originalTokens }) => sum + originalTokens, 0),
    usage: results.flatMap(({ usage = [] }) => usage),
    reasons: [...new Set(results.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))],
  };
}

const isMarked = ({ extra }: ChatPart): boolean => extra !== undefined;
const hasMark = ({ parts }: ChatMessage): boolean => parts.some(isMarked);
