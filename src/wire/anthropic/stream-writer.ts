import type { TokenUsage } from '../../costs/index.js';
import type { FinishReason, Unknowns } from '../chat.js';
import type { StreamWriter } from '../chat-format.js';
import { eventFrame } from '../server-sent-events.js';
import { messageBody, stopReasonBody, usageBody } from './answer.js';

/** Blocks are numbered in the order in which they open, and one closes before the next opens. */
export function createStreamWriter(): StreamWriter {
  let open: 'text' | 'call' | null = null;
  let blocks = 0;
  let reason: FinishReason = 'other';
  let usage: TokenUsage | null = null;
  /** Number of the block of each call. */
  const blockOfCall: number[] = [];

  function close(): string {
    if (open === null) return '';
    open = null;
    return typedFrame({ type: 'content_block_stop', index: blocks - 1 });
  }

  function begin(kind: 'text' | 'call', block: Unknowns): string {
    const closing = close();
    open = kind;
    const index = blocks++;
    return closing + typedFrame({ type: 'content_block_start', index, content_block: block });
  }

  const delta = (index: number, members: Unknowns): string =>
    typedFrame({ type: 'content_block_delta', index, delta: members });

  return {
    write(event) {
      switch (event.kind) {
        case 'start': {
          const counts = { ...usageBody(null), input_tokens: event.inputTokens };
          const head = messageBody(event.id, event.model);
          const message = { ...head, content: [], stop_reason: null, usage: counts };
          return typedFrame({ type: 'message_start', message });
        }
        case 'text': {
          const text = { type: 'text', text: '', citations: null };
          const opening = open === 'text' ? '' : begin('text', text);
          return opening + delta(blocks - 1, { type: 'text_delta', text: event.text });
        }
        case 'tool_call': {
          const { id, name, index } = event;
          blockOfCall[index] = blocks;
          return begin('call', { type: 'tool_use', id, name, input: {} });
        }
        case 'tool_arguments':
          return delta(blockOfCall[event.index] ?? blocks - 1, {
            type: 'input_json_delta',
            partial_json: event.json,
          });
        case 'finish':
          ({ reason } = event);
          return close();
        case 'usage':
          ({ usage } = event);
          return '';
        case 'error':
          return typedFrame({
            type: 'error',
            error: { type: 'api_error', message: event.message },
          });
        case 'end':
          return (
            close() +
            typedFrame({
              type: 'message_delta',
              delta: { stop_reason: stopReasonBody(reason), stop_sequence: null },
              usage: usageBody(usage),
            }) +
            typedFrame({ type: 'message_stop' })
          );
        case 'other':
          return '';
      }
    },
  };
}

function typedFrame(event: Unknowns & { readonly type: string }): string {
  return eventFrame(event, event.type);
}
