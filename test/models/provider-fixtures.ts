import type { ModelPricing } from '../../src/costs/index.js';
import type { ModelApi, ModelRequest } from '../../src/models/index.js';

export const KEY = 'my-test-secret-0123456789';
export const env = { TEST_API_KEY: KEY };

export const pricing: ModelPricing = {
  model: 'test/model',
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 2_000_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: null,
};

export function ask(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is 2 + 2?' },
    ],
    parameters: { maxTokens: 50 },
    trial: 1,
    ...overrides,
  };
}

/** What a good answer of each format looks like, and its error body. */
export const FORMATS: Readonly<
  Record<ModelApi, { answer: Record<string, unknown>; error: (message: string) => unknown }>
> = {
  openai: {
    answer: {
      id: 'x',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Four.' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 },
    },
    error: (message) => ({ error: { message, type: 'some_error', code: null } }),
  },
  anthropic: {
    answer: {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Four.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 20, output_tokens: 3 },
    },
    error: (message) => ({ type: 'error', error: { type: 'some_error', message } }),
  },
};
