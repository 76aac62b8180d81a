import type { ChatAnswer, ChatEvent } from './chat.js';

const WHOLE = /[\s\S]+/g;

/**
 * An answer as the events of a stream. Parts that only one format knows are left out: a stream is a
 * faithful copy only of an answer that `isWholeInEveryFormat`.
 * @param pieces matches the pieces that texts and arguments are cut into (global); whole by default
 */
export function answerEvents(answer: ChatAnswer, pieces: RegExp = WHOLE): ChatEvent[] {
  const { id, model, usage } = answer;
  const events: ChatEvent[] = [
    { kind: 'start', id, model, inputTokens: usage === null ? null : usage.input },
  ];
  let index = 0;
  for (const part of answer.parts) {
    if (part.kind === 'text') {
      for (const text of part.text.match(pieces) ?? []) events.push({ kind: 'text', text });
    } else if (part.kind === 'tool_call') {
      events.push({ kind: 'tool_call', index, id: part.id, name: part.name });
      for (const json of part.arguments.match(pieces) ?? []) {
        events.push({ kind: 'tool_arguments', index, json });
      }
      index++;
    }
  }
  events.push({ kind: 'finish', reason: answer.finishReason });
  if (usage !== null) events.push({ kind: 'usage', usage });
  events.push({ kind: 'end' });
  return events;
}

/** Whether any format, streamed or not, can give the answer with nothing left out. */
export function isWholeInEveryFormat(answer: ChatAnswer): boolean {
  return (
    answer.native === undefined &&
    answer.parts.every((part) => part.kind !== 'other' && part.extra === undefined)
  );
}
