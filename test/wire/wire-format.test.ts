import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anthropicMessages,
  openaiChat,
  type WireAnswer,
  type WireFormat,
  type WireRequest,
  WireRequestError,
} from '../../src/wire/index.js';

const formats: readonly WireFormat[] = [openaiChat, anthropicMessages];
const hello = { role: 'user', content: 'Hello' };

const answerWith = (text: string): WireAnswer => ({
  id: 'answer-1',
  model: 'some-model',
  created: 1_700_000_000,
  inputTokens: 20,
  text,
  finishReason: 'stop',
  usage: { input: 20, cachedInput: 6, cacheWrite: 4, output: 9, reasoning: 2 },
});

const streamed: WireRequest = openaiChat.parseRequest({
  model: 'some-model',
  messages: [hello],
  stream: true,
  stream_options: { include_usage: true },
});

function eventsOf(frames: string): readonly { event: string | null; data: string }[] {
  return frames
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const lines = frame.split('\n');
      const event = lines.find((line) => line.startsWith('event: '))?.slice(7) ?? null;
      return { event, data: lines.at(-1)!.replace(/^data: /, '') };
    });
}

describe('the OpenAI chat format', () => {
  it('reads every parameter that shapes an answer', () => {
    const schema = { type: 'object' };
    expect(
      openaiChat.parseRequest({
        model: 'm',
        messages: [
          { role: 'developer', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'One ' },
              { type: 'text', text: 'two' },
            ],
          },
          { role: 'assistant', content: 'Three' },
          hello,
        ],
        max_completion_tokens: 50,
        max_tokens: 60,
        temperature: 0.5,
        top_p: 0.9,
        seed: 4,
        stop: 'END',
        stream: true,
        stream_options: { include_usage: true },
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
        some_future_member: true,
      }),
    ).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'One two' },
        { role: 'assistant', content: 'Three' },
        hello,
      ],
      parameters: { maxTokens: 50, temperature: 0.5, topP: 0.9, seed: 4, stop: ['END'] },
      responseSchema: { name: 'n', schema },
      stream: true,
      streamUsage: true,
    });
  });

  it('leaves out what the request leaves out', () => {
    const request = openaiChat.parseRequest({ model: 'm', messages: [hello] });
    expect(request).toMatchObject({ responseSchema: null, stream: false, streamUsage: false });
    expect(request.parameters).toEqual({
      maxTokens: null,
      temperature: null,
      topP: null,
      seed: null,
      stop: [],
    });
  });

  it.each([
    [{ model: 'm' }, /^messages: /],
    [{ messages: [hello] }, /^model: /],
    [{ model: 'm', messages: [hello], n: 2 }, /^n: only 1/],
    [{ model: 'm', messages: [hello], tools: [{}] }, /^tools: /],
    [{ model: 'm', messages: [hello], temperature: 3 }, /^temperature: /],
    [{ model: 'm', messages: [{ role: 'tool', content: 'x' }] }, /^messages\.0: .*"tool"/],
    [{ model: 'm', messages: [hello], response_format: { type: 'xml' } }, /"xml"/],
    ['nonsense', /^body: /],
  ])('refuses %j and says where', (body, message) => {
    expect(() => openaiChat.parseRequest(body)).toThrow(WireRequestError);
    expect(() => openaiChat.parseRequest(body)).toThrow(message);
  });

  it('counts cached and reasoning tokens inside the totals', () => {
    expect(openaiChat.answerBody(answerWith('Hi'))).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 20,
        completion_tokens: 9,
        total_tokens: 29,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
    expect(openaiChat.answerBody({ ...answerWith('Hi'), usage: null })).not.toHaveProperty('usage');
  });

  it('ends a stream with the reason, the usage and the end mark', () => {
    const events = eventsOf(openaiChat.streamEnding(answerWith('Hi'), streamed));
    expect(events.map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data)))).toEqual([
      expect.objectContaining({
        choices: [expect.objectContaining({ delta: {}, finish_reason: 'stop' })],
        usage: null,
      }),
      expect.objectContaining({
        choices: [],
        usage: expect.objectContaining({ total_tokens: 29 }),
      }),
      '[DONE]',
    ]);
  });
});

describe('the Anthropic messages format', () => {
  it('reads system text, stop sequences and the output format', () => {
    const schema = { type: 'object' };
    expect(
      anthropicMessages.parseRequest({
        model: 'm',
        max_tokens: 50,
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: [hello],
        temperature: 0.2,
        stop_sequences: ['END'],
        stream: true,
        output_config: { format: { type: 'json_schema', schema } },
      }),
    ).toEqual({
      model: 'm',
      messages: [{ role: 'system', content: 'Be brief.' }, hello],
      parameters: { maxTokens: 50, temperature: 0.2, topP: null, seed: null, stop: ['END'] },
      responseSchema: { name: 'output', schema },
      stream: true,
      streamUsage: true,
    });
  });

  it.each([
    [{ model: 'm', messages: [hello] }, /^max_tokens: /],
    [{ model: 'm', max_tokens: 5, messages: [] }, /^messages: /],
    [{ model: 'm', max_tokens: 5, messages: [hello], tools: [{}] }, /^tools: /],
    [
      { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      /^messages\.0\.content\[0\]: only text .*"image"/,
    ],
  ])('refuses %j and says where', (body, message) => {
    expect(() => anthropicMessages.parseRequest(body)).toThrow(message);
  });

  it('counts cached input apart', () => {
    expect(anthropicMessages.answerBody(answerWith('Hi'))).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 6,
        cache_creation_input_tokens: 4,
        output_tokens: 9,
      },
    });
    expect(anthropicMessages.answerBody({ ...answerWith('Hi'), usage: null })).toMatchObject({
      usage: { input_tokens: null, output_tokens: null },
    });
  });

  it('sends its events in order, each named by its type', () => {
    const answer = answerWith('Hi');
    const events = eventsOf(
      anthropicMessages.streamOpening(answer, streamed) +
        anthropicMessages.streamDelta(answer, 'Hi', streamed) +
        anthropicMessages.streamEnding(answer, streamed),
    );
    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    for (const { event, data } of events) expect(JSON.parse(data).type).toBe(event);
  });
});

describe.each(formats)('$name', (format) => {
  it('keeps any text through deltas', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (pieces) => {
        const answer = answerWith(pieces.join(''));
        const frames = pieces.map((piece) => format.streamDelta(answer, piece, streamed)).join('');
        const text = eventsOf(frames)
          .map(({ data }) => JSON.parse(data))
          .map((data) => data.delta?.text ?? data.choices[0].delta.content)
          .join('');
        expect(text).toBe(answer.text);
      }),
    );
  });

  it('never throws anything but its own error on a body of any shape', () => {
    const members = ['model', 'messages', 'max_tokens', 'stop', 'response_format', 'system'];
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...members), fc.jsonValue()),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          format.parseRequest(body);
        } catch (error) {
          expect(error).toBeInstanceOf(WireRequestError);
        }
      }),
    );
  });
});

it.each([
  [400, 'invalid_request_error', 'invalid_request_error'],
  [401, 'invalid_request_error', 'authentication_error'],
  [404, 'invalid_request_error', 'not_found_error'],
  [429, 'rate_limit_error', 'rate_limit_error'],
  [500, 'server_error', 'api_error'],
])('a failure with %i is %s and %s', (status, openai, anthropic) => {
  const failure = { status, message: 'No.', requestId: 'r1' };
  expect(openaiChat.errorBody(failure)).toEqual({
    error: { message: 'No.', type: openai, param: null, code: null },
  });
  expect(anthropicMessages.errorBody(failure)).toEqual({
    type: 'error',
    error: { type: anthropic, message: 'No.' },
    request_id: 'r1',
  });
});
