import type { ChatAnswer, ChatRequest, FinishReason } from '../wire/index.js';

/**
 * Ends of an answer that would end the same way again. A limit of length is one of the key's
 * parameters, so whoever asks again asks for that very piece. A filter may judge otherwise next
 * time, and an end without a word for it may be a fault.
 */
const WHOLE: Readonly<Record<FinishReason, boolean>> = {
  stop: true,
  tool_calls: true,
  length: true,
  content_filter: false,
  other: false,
};

/**
 * Whether an answer says all that was asked for, so that it may be repeated to the same request. What
 * only the caller's format knows is not kept in full (log-probabilities, thinking, annotations): an
 * answer with such parts is not repeated, nor is one to a request that may have asked for them.
 */
export function isCacheable(request: ChatRequest, answer: ChatAnswer): boolean {
  return (
    WHOLE[answer.finishReason] &&
    answer.parts.every(({ kind }) => kind !== 'other') &&
    Object.values(request.others).every(asksForNothingMore)
  );
}

/** A word chooses how to answer (an effort, a tier); a number or anything larger may want more in the answer. */
function asksForNothingMore(member: unknown): boolean {
  return member === null || member === undefined || member === false || typeof member === 'string';
}
