import type { ChatAnswer } from '../../src/wire/index.js';

export const answer = (changes: Partial<ChatAnswer> = {}): ChatAnswer => ({
  id: 'answer-1',
  model: 'model-1',
  created: 1_700_000_000,
  parts: [{ kind: 'text', text: 'The Rhine.' }],
  finishReason: 'stop',
  usage: null,
  ...changes,
});
