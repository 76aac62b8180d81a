import { ModelError, type UpstreamReply } from '../models/index.js';
import type { ChatAnswer } from '../wire/index.js';
import type { OpenAttempt } from './meter.js';

/** An answer that came whole. */
export interface WholeAnswer {
  readonly kind: 'whole';
  readonly answer: ChatAnswer;
  /** As the provider sent it. */
  readonly body: Uint8Array;
}

/**
 * Reads an answer that is not streamed, and books it.
 * @throws ModelError, booked: `truncated` for a body that holds no answer
 */
export async function takeWhole(reply: UpstreamReply, attempt: OpenAttempt): Promise<WholeAnswer> {
  let whole: WholeAnswer;
  try {
    const body = await bytesOf(reply.body);
    const answer = parsed(body, attempt);
    whole = { kind: 'whole', answer, body };
  } catch (error) {
    attempt.failed(error, null);
    throw error;
  }
  attempt.answered(whole.answer.usage, whole.answer.parts);
  return whole;
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function parsed(body: Uint8Array, { upstream }: OpenAttempt): ChatAnswer {
  try {
    const { buffer, byteOffset, byteLength } = body;
    return upstream.format.parseAnswer(
      JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')),
    );
  } catch (cause) {
    throw new ModelError('truncated', `${upstream.id}: the answer cannot be read`, { cause });
  }
}
