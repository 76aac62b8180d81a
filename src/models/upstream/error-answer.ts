import { failureOfStatus, type Wording } from '../classify-error.js';
import { isRecord } from '../json-record.js';
import type { ModelError } from '../model-error.js';
import { retryAfterMs } from '../retry-after.js';
import { type AnswerHead, headerOf } from './attempt.js';

const LARGEST_ERROR_BYTES = 64 * 2 ** 10;

/**
 * The error that an answer with another status than 2xx tells of, in the provider's words as far as
 * they came: a status counts even if its body breaks off.
 */
export async function failureOfAnswer(
  head: AnswerHead,
  requestId: string | null,
  wording: Wording,
): Promise<ModelError> {
  const { code, message } = wordsOf(await readBeginning(head.body));
  return failureOfStatus({
    status: head.status,
    code,
    message,
    retryAfterMs: retryAfterMs({ get: (name) => headerOf(head, name) }, Date.now()),
    requestId,
    ...wording,
  });
}

async function readBeginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= LARGEST_ERROR_BYTES) break;
    }
  } catch {
    // What came until here is told all the same.
  }
  return Buffer.concat(chunks).toString('utf8', 0, LARGEST_ERROR_BYTES);
}

/** Both makers say `error.message`; followers also `error`, `message` or `detail`, or send a web page. */
function wordsOf(text: string): { readonly code: string | null; readonly message: string } {
  const body = parsed(text);
  if (!isRecord(body)) {
    // Bounded on both sides, so that no text makes it slow.
    return { code: null, message: text.replace(/<[^<>]*>/g, ' ').trim() || 'no message' };
  }
  const error = isRecord(body.error) ? body.error : body;
  const message = error.message ?? body.error ?? body.detail ?? text;
  return {
    code: typeof error.code === 'string' ? error.code : null,
    message: typeof message === 'string' ? message : (jsonOf(message) ?? text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Null for what is nested too deeply to be written. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
