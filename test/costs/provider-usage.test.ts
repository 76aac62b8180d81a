import { describe, expect, it } from 'vitest';
import { usageFromAnthropic, usageFromOpenAI } from '../../src/costs/index.js';
import { usageOf } from './arbitraries.js';

describe('usageFromOpenAI', () => {
  it.each([
    [
      'counts cached tokens within the input and reasoning within the output',
      {
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 192 },
      },
      usageOf({ input: 2006, cachedInput: 1920, output: 300, reasoning: 192 }),
    ],
    ['takes explicit zeros', { prompt_tokens: 0, completion_tokens: 0 }, usageOf({})],
    [
      'needs no details',
      { prompt_tokens: 9, completion_tokens: 12, prompt_tokens_details: null },
      usageOf({ input: 9, output: 12 }),
    ],
    [
      'reads cache writes',
      {
        prompt_tokens: 100,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 50 },
      },
      usageOf({ input: 100, cachedInput: 20, cacheWrite: 50, output: 1 }),
    ],
    [
      'reads the cache hits of followers',
      { prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 64 },
      usageOf({ input: 100, cachedInput: 64, output: 1 }),
    ],
    [
      'adds reasoning that is counted beside the completion',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 115,
        completion_tokens_details: { reasoning_tokens: 100 },
      },
      usageOf({ input: 10, output: 105, reasoning: 100 }),
    ],
    [
      'adds output that only the total knows',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 },
      usageOf({ input: 10, output: 105, reasoning: 100 }),
    ],
    [
      'keeps to the completion where the excess is not the reasoning',
      {
        prompt_tokens: 10,
        completion_tokens: 50,
        total_tokens: 99,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      usageOf({ input: 10, output: 50, reasoning: 20 }),
    ],
    [
      'reads an embedding, which has no completion',
      { prompt_tokens: 8, total_tokens: 8 },
      usageOf({ input: 8 }),
    ],
  ])('%s', (_, raw, usage) => {
    expect(usageFromOpenAI(raw)).toEqual(usage);
  });

  it.each([
    null,
    undefined,
    'usage',
    [],
    {},
    { prompt_tokens: 5 },
    { completion_tokens: 5 },
    { prompt_tokens: '5', completion_tokens: 5 },
    { prompt_tokens: -5, completion_tokens: 5 },
    { prompt_tokens: 5, completion_tokens: Number.NaN },
    { prompt_tokens: 5, total_tokens: 3 },
    { prompt_tokens: 5, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 6 } },
  ])('gives null, not zero, for %j', (raw) => {
    expect(usageFromOpenAI(raw)).toBeNull();
  });
});

describe('usageFromAnthropic', () => {
  it.each([
    [
      'adds what was read from the cache and written to it',
      {
        input_tokens: 50,
        cache_read_input_tokens: 1800,
        cache_creation_input_tokens: 248,
        output_tokens: 503,
      },
      usageOf({ input: 2098, cachedInput: 1800, cacheWrite: 248, output: 503 }),
    ],
    [
      'takes null cache counts as none',
      {
        input_tokens: 12,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: null,
        output_tokens: 0,
      },
      usageOf({ input: 12 }),
    ],
    [
      'reads thinking',
      { input_tokens: 12, output_tokens: 90, output_tokens_details: { thinking_tokens: 80 } },
      usageOf({ input: 12, output: 90, reasoning: 80 }),
    ],
  ])('%s', (_, raw, usage) => {
    expect(usageFromAnthropic(raw)).toEqual(usage);
  });

  it.each([null, {}, { input_tokens: 3 }, { output_tokens: 3 }, { prompt_tokens: 1 }])(
    'gives null, not zero, for %j',
    (raw) => {
      expect(usageFromAnthropic(raw)).toBeNull();
    },
  );
});

describe('what is charged otherwise than at standard rates', () => {
  const openai = { prompt_tokens: 10, completion_tokens: 5 };
  const anthropic = { input_tokens: 10, output_tokens: 5 };

  it.each([
    ['service_tier', usageFromOpenAI(openai, 'priority')],
    ['service_tier', usageFromOpenAI(openai, 'flex')],
    ['audio_tokens', usageFromOpenAI({ ...openai, prompt_tokens_details: { audio_tokens: 3 } })],
    ['service_tier', usageFromAnthropic({ ...anthropic, service_tier: 'priority' })],
    ['speed', usageFromAnthropic({ ...anthropic, speed: 'fast' })],
    ['inference_geo', usageFromAnthropic({ ...anthropic, inference_geo: 'us' })],
    [
      'ephemeral_1h_input_tokens',
      usageFromAnthropic({
        ...anthropic,
        cache_creation_input_tokens: 4,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 4 },
      }),
    ],
    [
      'web_search_requests',
      usageFromAnthropic({ ...anthropic, server_tool_use: { web_search_requests: 2 } }),
    ],
  ])('is told by its name: %s', (name, usage) => {
    expect(usage).toMatchObject({ output: 5, surcharged: name });
  });

  it('is nothing where the provider says that nothing is', () => {
    const details = { prompt_tokens_details: { audio_tokens: 0, cached_tokens: 0 } };
    for (const tier of ['default', 'auto', null, undefined]) {
      expect(usageFromOpenAI({ ...openai, ...details }, tier)).not.toHaveProperty('surcharged');
    }
    const usage = {
      ...anthropic,
      service_tier: 'standard',
      speed: 'standard',
      inference_geo: 'global',
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      server_tool_use: { web_search_requests: 0 },
    };
    expect(usageFromAnthropic(usage)).not.toHaveProperty('surcharged');
  });
});
