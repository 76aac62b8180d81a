import { isRecord, isShallow, MAX_DEPTH } from './body-members.js';
import type { Unknowns } from './chat.js';
import { WireAnswerError } from './chat-format.js';

/** A shorter text has no room for so many levels. */
const LONG = 2 * MAX_DEPTH;

/**
 * The object that a provider's JSON holds; null for what is none, and for one that is nested deeper
 * than whoever writes it as JSON again could follow.
 */
export function objectIn(json: string): Unknowns | null {
  try {
    const value: unknown = JSON.parse(json);
    if (isRecord(value) && (json.length < LONG || isShallow(value, MAX_DEPTH))) return value;
  } catch {
    // What is no JSON is no object either.
  }
  return null;
}

/** What a frame of a stream says. @throws WireAnswerError */
export function frameObject(data: string): Unknowns {
  const value = objectIn(data);
  if (value === null) throw new WireAnswerError('a frame of the stream is no JSON object');
  return value;
}

/** The body of an answer. @throws WireAnswerError for what is no object or is nested absurdly deep */
export function answerObject(body: unknown): Unknowns {
  if (!isRecord(body)) throw new WireAnswerError('the answer is no JSON object');
  if (!isShallow(body, MAX_DEPTH)) {
    throw new WireAnswerError(`the answer is nested more than ${MAX_DEPTH} levels deep`);
  }
  return body;
}
