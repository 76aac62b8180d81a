import { describe, expect, it } from 'vitest';
import { anthropicMessages, openaiChat, WireRequestError } from '../../src/wire/index.js';

const schema = { type: 'object', properties: { at: { type: 'string' } } };
const closed = { ...schema, required: ['at'], additionalProperties: false };
const hello = { role: 'user', content: 'Hello' };

/** What an OpenAI body becomes for an Anthropic model, and the reverse. */
const toAnthropic = (body: object) =>
  anthropicMessages.requestBody(
    openaiChat.parseRequest({ model: 'm', max_tokens: 9, messages: [hello], ...body }),
    'openai-chat',
  );
const toOpenAI = (body: object) =>
  openaiChat.requestBody(
    anthropicMessages.parseRequest({ model: 'm', max_tokens: 9, messages: [hello], ...body }),
    'anthropic-messages',
  );

describe('an OpenAI request for an Anthropic model', () => {
  it('says the same in the other words', () => {
    expect(
      toAnthropic({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'developer', content: 'Be kind.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Which?' },
              {
                type: 'image_url',
                image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' },
              },
              { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
            ],
          },
          {
            role: 'assistant',
            content: '',
            refusal: null,
            annotations: [],
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"a"}' } },
              { id: 'c2', type: 'function', function: { name: 'look', arguments: '' } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'A cat.', name: 'look' },
          { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'A dog.' }] },
          { role: 'user', content: 'So?' },
        ],
        temperature: 0.5,
        top_p: 0.9,
        seed: 3,
        stop: 'END',
        tools: [{ type: 'function', function: { name: 'look', parameters: schema, strict: true } }],
        tool_choice: 'required',
        parallel_tool_calls: false,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: closed, strict: true, description: 'All of it' },
        },
        stream: true,
        stream_options: { include_usage: true },
        user: 'u',
        metadata: { a: 'b' },
        store: true,
        prompt_cache_key: 'k',
        logprobs: false,
        frequency_penalty: 0,
      }),
    ).toEqual({
      model: 'm',
      max_tokens: 9,
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Which?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'image', source: { type: 'url', url: 'https://example.test/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'c1', name: 'look', input: { at: 'a' } },
            { type: 'tool_use', id: 'c2', name: 'look', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'A cat.' },
            { type: 'tool_result', tool_use_id: 'c2', content: 'A dog.' },
            { type: 'text', text: 'So?' },
          ],
        },
      ],
      temperature: 0.5,
      top_p: 0.9,
      stop_sequences: ['END'],
      tools: [{ name: 'look', input_schema: schema, strict: true }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: {
        format: { type: 'json_schema', schema: { description: 'All of it', ...closed } },
      },
      stream: true,
    });
  });

  it('keeps one call at a time without a choice of tools', () => {
    const tools = [{ type: 'function', function: { name: 'look', parameters: schema } }];
    expect(toAnthropic({ tools, parallel_tool_calls: false }).tool_choice).toEqual({
      type: 'auto',
      disable_parallel_tool_use: true,
    });
    expect(toAnthropic({ tools, parallel_tool_calls: true })).not.toHaveProperty('tool_choice');
  });

  it.each([
    [{ temperature: 1.2 }, /^temperature: .*0 to 1, got 1.2/],
    [{ max_tokens: null }, /^max_tokens: /],
    [{ logprobs: true }, /^logprobs: /],
    [{ reasoning_effort: 'high' }, /^reasoning_effort: .*openai-chat only/],
    [{ frequency_penalty: 0.5 }, /^frequency_penalty: /],
    [{ some_future_member: 1 }, /^some_future_member: /],
    [{ tools: [{ type: 'custom', custom: { name: 'draw' } }] }, /^tools: /],
    [{ tool_choice: { type: 'allowed_tools' } }, /^tool_choice\.type: /],
    [{ response_format: { type: 'json_object' } }, /^response_format: "json_object"/],
    [{ messages: [{ ...hello, name: 'ada' }] }, /^messages\.0\.name: /],
    [
      { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
      /^messages\.0\.content\.0: a part of type "file"/,
    ],
    [
      {
        messages: [
          {
            role: 'assistant',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '[' } }],
          },
        ],
      },
      /^messages\.0: the arguments/,
    ],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,x' } }] },
        ],
      },
      /base64/,
    ],
  ])('is refused where it cannot: %j', (body, message) => {
    expect(() => toAnthropic(body)).toThrow(WireRequestError);
    expect(() => toAnthropic(body)).toThrow(message);
  });
});

describe('an Anthropic request for an OpenAI model', () => {
  it('says the same in the other words', () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    expect(
      toOpenAI({
        system: [
          { type: 'text', text: 'Be brief.', ...mark },
          { type: 'text', text: 'Be kind.' },
        ],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Which?', ...mark },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'text', text: 'I look.', citations: null },
              {
                type: 'tool_use',
                id: 't1',
                name: 'look',
                input: { at: 'a' },
                caller: { type: 'direct' },
              },
              { type: 'tool_use', id: 't2', name: 'look', input: {} },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't1', content: 'A cat.', ...mark },
              { type: 'tool_result', tool_use_id: 't2', content: 'Gone.', is_error: true },
              { type: 'text', text: 'So?' },
            ],
          },
        ],
        temperature: 0.5,
        stop_sequences: ['END'],
        tools: [{ name: 'look', description: 'Looks', input_schema: schema, ...mark }],
        tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
        output_config: { format: { type: 'json_schema', schema: closed } },
        thinking: { type: 'disabled' },
        metadata: { user_id: 'u' },
        service_tier: 'auto',
        stream: true,
      }),
    ).toEqual({
      model: 'm',
      max_completion_tokens: 9,
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Be brief.' },
            { type: 'text', text: 'Be kind.' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Which?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            { id: 't1', type: 'function', function: { name: 'look', arguments: '{"at":"a"}' } },
            { id: 't2', type: 'function', function: { name: 'look', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 't1', content: 'A cat.' },
        { role: 'tool', tool_call_id: 't2', content: 'Error: Gone.' },
        { role: 'user', content: 'So?' },
      ],
      temperature: 0.5,
      stop: ['END'],
      tools: [
        { type: 'function', function: { name: 'look', description: 'Looks', parameters: schema } },
      ],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'output', schema: closed, strict: true },
      },
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('is strict about a schema only where it may be', () => {
    const format = { type: 'json_schema', schema };
    expect(toOpenAI({ output_config: { format } }).response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'output', schema },
    });
  });

  it.each([
    [{ top_k: 5 }, /^top_k: .*anthropic-messages only/],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, /^thinking\.type: /],
    [{ output_config: { effort: 'low' } }, /^output_config\.effort: /],
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, /^tools: /],
    [
      { tools: [{ name: 'f', input_schema: {}, defer_loading: true }] },
      /^tools\.0\.defer_loading: /,
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'document', source: {} }] }] },
      /^messages\.0\.content\.0: a part of type "document"/,
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image' }] }],
          },
        ],
      },
      /^messages\.0\.content\.0\.content: /,
    ],
  ])('is refused where it cannot: %j', (body, message) => {
    expect(() => toOpenAI(body)).toThrow(WireRequestError);
    expect(() => toOpenAI(body)).toThrow(message);
  });
});
