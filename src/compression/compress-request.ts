import type { ChatMessage, ChatPart, ChatRequest } from '../wire/index.js';
import type { Compressor } from './compressor.js';

/** What is compressed: a request, or its messages alone. */
type WithMessages = Pick<ChatRequest, 'messages'>;

export interface CompressedRequest<R extends WithMessages = ChatRequest> {
  /** The request itself where nothing was taken out. */
  readonly request: R;
  /** By the compressor's counter. */
  readonly tokensRemoved: number;
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
  let tokensRemoved = 0;
  const compressed = (part: ChatPart): ChatPart => {
    if (part.kind !== 'text') return part;
    const { text, changed, tokensSaved } = compressor.compress(part.text);
    if (!changed) return part;
    tokensRemoved += tokensSaved;
    return { ...part, text };
  };
  const lastMarked = request.messages.findLastIndex(hasMark);
  const messages = request.messages.map((message, at) => {
    if (at < lastMarked || (message.role !== 'user' && message.role !== 'system')) return message;
    const frozen = at > lastMarked ? -1 : message.parts.findLastIndex(isMarked);
    const parts = message.parts.map((part, index) => (index > frozen ? compressed(part) : part));
    return parts.every((part, index) => part === message.parts[index])
      ? message
      : { ...message, parts };
  });
  const unchanged = messages.every((message, at) => message === request.messages[at]);
  return { request: unchanged ? request : { ...request, messages }, tokensRemoved };
}

const isMarked = ({ extra }: ChatPart): boolean => extra !== undefined;
const hasMark = ({ parts }: ChatMessage): boolean => parts.some(isMarked);
