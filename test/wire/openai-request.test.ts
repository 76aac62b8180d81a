import { describe, expect, it } from 'vitest';
import { openaiChat, WireRequestError } from '../../src/wire/index.js';

const hello = { role: 'user', content: 'Hello' };
const schema = { type: 'object', properties: {} };
const body = {
  model: 'm',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      name: 'ada',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'https://example.test/a.png', detail: 'low' } },
        { type: 'file', file: { file_id: 'f1' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"a.png"}' } },
        { id: 'c2', type: 'custom', custom: { name: 'draw', input: 'a cat' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'A cat.' },
  ],
  max_completion_tokens: 50,
  temperature: 1.5,
  top_p: 0.9,
  seed: 4,
  stop: ['END'],
  tools: [
    {
      type: 'function',
      function: { name: 'look', description: 'Looks', parameters: schema, strict: true },
    },
    { type: 'custom', custom: { name: 'draw' } },
  ],
  tool_choice: { type: 'function', function: { name: 'look' } },
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
  stream: true,
  stream_options: { include_usage: true, include_obfuscation: false },
  user: 'u1',
  reasoning_effort: 'low',
  some_future_member: { a: 1 },
};

describe('a request in the OpenAI chat format', () => {
  it('is read with everything in it', () => {
    expect(openaiChat.parseRequest(body)).toEqual({
      model: 'm',
      messages: [
        {
          role: 'system',
          parts: [{ kind: 'text', text: 'Be brief.' }],
          extra: { role: 'developer' },
        },
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'What is this?' },
            { kind: 'image', url: 'https://example.test/a.png', extra: { detail: 'low' } },
            { kind: 'other', raw: { type: 'file', file: { file_id: 'f1' } } },
          ],
          extra: { name: 'ada' },
        },
        {
          role: 'assistant',
          parts: [{ kind: 'tool_call', id: 'c1', name: 'look', arguments: '{"at":"a.png"}' }],
          extra: { tool_calls: [body.messages[2]!.tool_calls![1]] },
        },
        {
          role: 'tool',
          parts: [{ kind: 'tool_result', callId: 'c1', text: 'A cat.', isError: false }],
        },
      ],
      parameters: { maxTokens: 50, temperature: 1.5, topP: 0.9, seed: 4, stop: ['END'] },
      tools: [{ name: 'look', description: 'Looks', parameters: schema, extra: { strict: true } }],
      toolChoice: { name: 'look' },
      parallelToolCalls: false,
      responseSchema: { name: 'n', schema, extra: { strict: true } },
      stream: true,
      streamUsage: true,
      others: {
        reasoning_effort: 'low',
        some_future_member: { a: 1 },
        tools: [{ type: 'custom', custom: { name: 'draw' } }],
      },
      labels: { user: 'u1', stream_options: { include_obfuscation: false } },
    });
    expect(openaiChat.requestBody(openaiChat.parseRequest(body), 'openai-chat')).toEqual(body);
  });

  it('is null where it says nothing', () => {
    const bare = openaiChat.parseRequest({ model: 'm', messages: [hello] });
    expect(bare).toEqual({
      model: 'm',
      messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
      parameters: { maxTokens: null, temperature: null, topP: null, seed: null, stop: [] },
      tools: [],
      toolChoice: null,
      parallelToolCalls: null,
      responseSchema: null,
      stream: false,
      streamUsage: false,
      others: {},
      labels: {},
    });
    const nulls = {
      n: 1,
      tools: [],
      stop: null,
      temperature: null,
      response_format: { type: 'text' },
    };
    expect(openaiChat.parseRequest({ model: 'm', messages: [hello], ...nulls })).toEqual(bare);
  });

  it('keeps the name of its limit, and the newer one wins', () => {
    const limitOf = (limits: object) => {
      const request = openaiChat.parseRequest({ model: 'm', messages: [hello], ...limits });
      return openaiChat.requestBody(request, 'openai-chat');
    };
    expect(limitOf({ max_tokens: 5 })).toMatchObject({ max_tokens: 5 });
    expect(limitOf({ max_tokens: 5 })).not.toHaveProperty('max_completion_tokens');
    const both = limitOf({ max_tokens: 5, max_completion_tokens: 7 });
    expect(both).toMatchObject({ max_completion_tokens: 7 });
    expect(both).not.toHaveProperty('max_tokens');
  });

  it('takes a stop text as a list of one', () => {
    const { parameters } = openaiChat.parseRequest({ model: 'm', messages: [hello], stop: 'END' });
    expect(parameters.stop).toEqual(['END']);
  });

  it.each([
    [{ model: 'm' }, 'messages: expected a list, got nothing'],
    [{ model: 'm', messages: [] }, 'messages: expected a list, got an empty list'],
    [{ messages: [hello] }, 'model: expected a text, got nothing'],
    [{ model: 'm', messages: [hello], n: 2 }, 'n: only 1 is supported, got 2'],
    [{ model: 'm', messages: [hello], tools: [{}] }, 'tools.0.type: expected a text, got nothing'],
    [
      { model: 'm', messages: [hello], temperature: 3 },
      'temperature: expected a number from 0 to 2, got 3',
    ],
    [
      { model: 'm', messages: [hello], max_tokens: 0 },
      'max_tokens: expected a whole number of at least 1, got 0',
    ],
    [
      { model: 'm', messages: [hello, { role: 'tool', content: 'x' }] },
      'messages.1.tool_call_id: expected a text, got nothing',
    ],
    [
      { model: 'm', messages: [{ role: 'function', content: 'x' }] },
      'messages.0.role: expected "system", "developer", "user", "assistant" or "tool", got "function"',
    ],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages.0.content.0.text: expected a text, got nothing',
    ],
    [
      { model: 'm', messages: [{ role: 'assistant', content: null }] },
      'messages.0.content: expected a text or a list of parts, got null',
    ],
    [
      { model: 'm', messages: [hello], response_format: { type: 'xml' } },
      'response_format: expected "text", "json_object" or "json_schema" with a schema, got "xml"',
    ],
    ['nonsense', 'body: expected a JSON object, got "nonsense"'],
    [null, 'body: expected a JSON object, got null'],
  ])('is refused, and the fault named: %j', (bad, message) => {
    expect(() => openaiChat.parseRequest(bad)).toThrow(WireRequestError);
    expect(() => openaiChat.parseRequest(bad)).toThrow(new WireRequestError(message));
  });
});
