import { answerEvents, type ChatAnswer, type ChatFormat } from '../wire/index.js';
import { costComment } from './cost-comment.js';
import type { Operation } from './operation.js';

/** An answer that is at hand, as the body of a response. */
export function answerBody(answer: ChatAnswer, format: ChatFormat): string {
  return JSON.stringify(format.answerBody(answer));
}

/** An answer that is at hand, as the frames of a stream; a text comes in one piece. */
export async function* answerFrames(
  answer: ChatAnswer,
  format: ChatFormat,
  { usage, operation }: { readonly usage: boolean; readonly operation: Operation },
): AsyncIterableIterator<string> {
  const writer = format.createStreamWriter({ created: answer.created, usage });
  for (const event of answerEvents(answer)) {
    if (event.kind === 'end') yield costComment(operation);
    const frames = writer.write(event);
    if (frames !== '') yield frames;
  }
}
