import type { TokenUsage } from '../../costs/index.js';
import type { Unknowns } from '../chat.js';
import type { StreamHead, StreamWriter } from '../chat-format.js';
import { eventFrame } from '../server-sent-events.js';
import { finishReasonBody, usageBody } from './answer.js';
import { END } from './stream-reader.js';

/** Every event is a chunk of its own; the counts come last, and only if the caller asked for them. */
export function createStreamWriter({ created, usage: isAsked }: StreamHead): StreamWriter {
  let id = '';
  let model = '';
  let usage: TokenUsage | null = null;

  const chunk = (choices: readonly unknown[], counts: Unknowns | null): string =>
    eventFrame({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(isAsked ? { usage: counts } : {}),
    });
  const delta = (members: Unknowns, reason: string | null = null): string =>
    chunk([{ index: 0, delta: members, logprobs: null, finish_reason: reason }], null);

  return {
    write(event) {
      switch (event.kind) {
        case 'start':
          ({ id, model } = event);
          return delta({ role: 'assistant', content: '', refusal: null });
        case 'text':
          return delta({ content: event.text });
        case 'tool_call': {
          const { index, name } = event;
          const called = { name, arguments: '' };
          return delta({
            tool_calls: [{ index, id: event.id, type: 'function', function: called }],
          });
        }
        case 'tool_arguments':
          return delta({
            tool_calls: [{ index: event.index, function: { arguments: event.json } }],
          });
        case 'finish':
          return delta({}, finishReasonBody(event.reason));
        case 'usage':
          ({ usage } = event);
          return '';
        case 'error':
          return eventFrame({
            error: { message: event.message, type: 'server_error', param: null, code: null },
          });
        case 'end': {
          const counts = isAsked && usage !== null ? chunk([], usageBody(usage)) : '';
          return `${counts}data: ${END}\n\n`;
        }
        case 'other':
          return '';
      }
    },
  };
}
