import type { ChatPart, ChatRequest } from '../wire/index.js';
import { type CacheScope, cacheKey } from './cache-key.js';

/**
 * What of a request may differ between two that share an answer: the words of its last turn, and
 * nothing else.
 */
export interface SimilarRequest {
  /** Hash of everything else that shapes the answer: tenant, model or table, system prompt, earlier turns, parameters, tools. */
  readonly scope: string;
  /** Text of the last turn, a user's. */
  readonly text: string;
}

/**
 * Longest text, in characters, whose meaning is compared. Embedding models read a few hundred tokens
 * well, and ours are handed no more than this of a text: two that share so long a beginning would
 * have the same vector, however they end.
 */
const MOST_CHARACTERS = 2000;

/**
 * What of a request may be put in other words; null where nothing may: where the last turn is not a
 * user's, holds more than plain text, is blank, or longer than the embedding model reads.
 *
 * The scope is the exact cache's key of the request without those words, so that whatever shapes an
 * answer is part of both.
 * @param mostCharacters what the embedding model reads of a text
 */
export function similarRequest(
  scope: CacheScope,
  request: ChatRequest,
  mostCharacters = MOST_CHARACTERS,
): SimilarRequest | null {
  const last = request.messages.at(-1);
  if (last?.role !== 'user') return null;
  const texts: string[] = [];
  for (const part of last.parts) {
    if (part.kind !== 'text' || part.extra !== undefined) return null;
    texts.push(part.text);
  }
  const text = texts.join('\n');
  if (text.trim() === '' || text.length > mostCharacters) return null;
  const blanks = last.parts.map((): ChatPart => ({ kind: 'text', text: '' }));
  const messages = request.messages.with(-1, { ...last, parts: blanks });
  return { scope: cacheKey(scope, { ...request, messages }), text };
}
