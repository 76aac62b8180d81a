import { describe, expect, it } from 'vitest';
import { isCacheable } from '../../src/caches/index.js';
import { answer } from './sample-answers.js';
import { request } from './sample-requests.js';

describe('isCacheable', () => {
  it.each([
    ['stop', true],
    ['tool_calls', true],
    ['length', true],
    ['content_filter', false],
    ['other', false],
  ] as const)('an answer that ended with %s: %s', (finishReason, expected) => {
    expect(isCacheable(request(), answer({ finishReason }))).toBe(expected);
  });

  it('keeps no answer with a part that only one format knows', () => {
    const parts = [
      { kind: 'other', raw: { type: 'thinking' } },
      { kind: 'text', text: 'The Rhine.' },
    ] as const;
    expect(isCacheable(request(), answer({ parts }))).toBe(false);
  });

  it.each([
    [{ reasoning_effort: 'low', store: false, metadata: null }, true],
    [{ logprobs: true }, false],
    [{ top_logprobs: 3 }, false],
    [{ modalities: ['text', 'audio'] }, false],
    [{ thinking: { type: 'enabled' } }, false],
  ])('a request with %j besides: %s', (others, expected) => {
    expect(isCacheable(request({ others }), answer())).toBe(expected);
  });
});
