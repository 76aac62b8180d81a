import { describe, expect, it } from 'vitest';
import { anthropicMessages, WireRequestError } from '../../src/wire/index.js';

const hello = { role: 'user', content: 'Hello' };
const schema = { type: 'object', properties: {} };
const mark = { cache_control: { type: 'ephemeral' } };
const body = {
  model: 'm',
  max_tokens: 50,
  system: [{ type: 'text', text: 'Be brief.', ...mark }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 't1', name: 'look', input: { at: 'a.png' } },
        { type: 'tool_use', id: 't2', name: 'look', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: 'A cat.' },
        { type: 'tool_result', tool_use_id: 't2', content: 'Broken.', is_error: true, ...mark },
        { type: 'text', text: 'Well?' },
      ],
    },
  ],
  temperature: 0.5,
  top_p: 0.9,
  top_k: 5,
  stop_sequences: ['END'],
  tools: [
    { name: 'look', description: 'Looks', input_schema: schema, strict: true },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  tool_choice: { type: 'any', disable_parallel_tool_use: true },
  output_config: { effort: 'low', format: { type: 'json_schema', schema } },
  stream: true,
  metadata: { user_id: 'u1' },
};

describe('a request in the Anthropic messages format', () => {
  it('is read with everything in it, results of tools as a turn of their own', () => {
    const request = anthropicMessages.parseRequest(body);
    expect(request).toEqual({
      model: 'm',
      messages: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be brief.', extra: mark }] },
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'What is this?' },
            { kind: 'image', url: 'data:image/png;base64,AAAA' },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { kind: 'other', raw: { type: 'thinking', thinking: 'Hm.', signature: 's' } },
            { kind: 'text', text: 'I look.' },
            { kind: 'tool_call', id: 't1', name: 'look', arguments: '{"at":"a.png"}' },
            { kind: 'tool_call', id: 't2', name: 'look', arguments: '{}' },
          ],
        },
        {
          role: 'tool',
          parts: [
            { kind: 'tool_result', callId: 't1', text: 'A cat.', isError: false },
            { kind: 'tool_result', callId: 't2', text: 'Broken.', isError: true, extra: mark },
          ],
        },
        { role: 'user', parts: [{ kind: 'text', text: 'Well?' }] },
      ],
      parameters: { maxTokens: 50, temperature: 0.5, topP: 0.9, seed: null, stop: ['END'] },
      tools: [{ name: 'look', description: 'Looks', parameters: schema, extra: { strict: true } }],
      toolChoice: 'required',
      parallelToolCalls: false,
      responseSchema: { name: 'output', schema },
      stream: true,
      streamUsage: true,
      others: {
        top_k: 5,
        tools: [{ type: 'web_search_20250305', name: 'web_search' }],
        output_config: { effort: 'low' },
      },
      labels: { metadata: { user_id: 'u1' } },
    });
    expect(anthropicMessages.requestBody(request, 'anthropic-messages')).toEqual(body);
  });

  it('keeps the blocks of a result, and reads their text', () => {
    const content = [
      { type: 'text', text: 'One' },
      { type: 'text', text: 'two' },
    ];
    const messages = [
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] },
    ];
    const request = anthropicMessages.parseRequest({ model: 'm', max_tokens: 1, messages });
    expect(request.messages[0]?.parts).toEqual([
      { kind: 'tool_result', callId: 't', text: 'One\ntwo', isError: false, extra: { content } },
    ]);
  });

  it('joins only the turn after results to them', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: 'A cat.' };
    const say = (text: string) => ({ type: 'text', text });
    const rewritten = (messages: readonly object[]) =>
      anthropicMessages.requestBody(
        anthropicMessages.parseRequest({ model: 'm', max_tokens: 1, messages }),
        'anthropic-messages',
      ).messages;
    const turns = [
      { role: 'user', content: [result] },
      { role: 'user', content: 'One' },
      { role: 'user', content: 'Two' },
    ];
    expect(rewritten(turns)).toEqual([
      { role: 'user', content: [result, say('One')] },
      { role: 'user', content: 'Two' },
    ]);
    const named = [turns[0]!, { ...turns[1]!, x_name: 'ada' }];
    expect(rewritten(named)).toEqual(named);
    const mixed = [{ role: 'user', content: [say('One'), result], x_name: 'ada' }];
    expect(rewritten(mixed)).toEqual([
      { role: 'user', content: 'One', x_name: 'ada' },
      { role: 'user', content: [result], x_name: 'ada' },
    ]);
  });

  it('cannot be written without a limit', () => {
    const request = anthropicMessages.parseRequest({
      model: 'm',
      max_tokens: 5,
      messages: [hello],
    });
    const parameters = { ...request.parameters, maxTokens: null };
    expect(() =>
      anthropicMessages.requestBody({ ...request, parameters }, 'anthropic-messages'),
    ).toThrow(/^max_tokens: /);
  });

  it.each([
    [{ model: 'm', messages: [hello] }, 'max_tokens: expected a whole number, got nothing'],
    [{ model: 'm', max_tokens: 5, messages: [] }, 'messages: expected a list, got an empty list'],
    [
      { model: 'm', max_tokens: 5, messages: [hello], temperature: 1.5 },
      'temperature: expected a number from 0 to 1, got 1.5',
    ],
    [
      { model: 'm', max_tokens: 5, messages: [hello], tools: [{ name: 'f' }] },
      'tools.0.input_schema: expected a JSON Schema, got nothing',
    ],
    [
      { model: 'm', max_tokens: 5, messages: [{ role: 'tool', content: 'x' }] },
      'messages.0.role: expected "user" or "assistant", got "tool"',
    ],
    [
      { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      'messages.0.content.0.source: expected an object, got nothing',
    ],
    [
      { model: 'm', max_tokens: 5, messages: [hello], system: 7 },
      'system: expected a text or a list of blocks, got 7',
    ],
  ])('is refused, and the fault named: %j', (bad, message) => {
    expect(() => anthropicMessages.parseRequest(bad)).toThrow(new WireRequestError(message));
  });
});
