import { describe, expect, it } from 'vitest';
import {
  answerText,
  anthropicMessages,
  type ChatAnswer,
  chatFormats,
  isWholeInEveryFormat,
  openaiChat,
  WireAnswerError,
} from '../../src/wire/index.js';

const usage = { input: 20, cachedInput: 6, cacheWrite: 4, output: 9, reasoning: 2 };
const plain: ChatAnswer = {
  id: 'a1',
  model: 'm',
  created: 1_700_000_000,
  parts: [
    { kind: 'text', text: 'I look.' },
    { kind: 'tool_call', id: 'c1', name: 'look', arguments: '{"at":"a"}' },
    { kind: 'tool_call', id: 'c2', name: 'look', arguments: '{}' },
  ],
  finishReason: 'tool_calls',
  usage,
};

const openaiBody = {
  id: 'a1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'I look.',
        refusal: null,
        annotations: [],
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"a"}' } },
          { id: 'c2', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ],
  usage: {
    prompt_tokens: 20,
    completion_tokens: 9,
    total_tokens: 29,
    prompt_tokens_details: { cached_tokens: 6, audio_tokens: 0, cache_write_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
  },
};
const anthropicBody = {
  id: 'a1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  container: null,
  stop_details: null,
  stop_sequence: null,
  content: [
    { type: 'text', text: 'I look.', citations: null },
    { type: 'tool_use', id: 'c1', name: 'look', input: { at: 'a' } },
    { type: 'tool_use', id: 'c2', name: 'look', input: {} },
  ],
  stop_reason: 'tool_use',
  usage: {
    input_tokens: 10,
    cache_creation_input_tokens: 4,
    cache_read_input_tokens: 6,
    output_tokens: 9,
    output_tokens_details: { thinking_tokens: 2 },
    service_tier: 'standard',
  },
};

describe.each([
  [openaiChat, openaiBody],
  [anthropicMessages, anthropicBody],
] as const)('an answer in $name', (format, body) => {
  it('is written in the words of the format, and read again', () => {
    expect(format.answerBody(plain)).toEqual(body);
    expect(format.parseAnswer(body)).toEqual({ ...plain, created: expect.any(Number) });
    expect(isWholeInEveryFormat(plain)).toBe(true);
    expect(answerText(plain)).toBe('I look.');
  });

  it.each([null, 'text', {}, { choices: [] }, { content: 'text' }, { choices: [{}] }])(
    'is none where there is no answer: %j',
    (nothing) => {
      expect(() => format.parseAnswer(nothing)).toThrow(WireAnswerError);
    },
  );
});

describe('what only one format knows', () => {
  it('stays in an answer of OpenAI’s, and is left out of others', () => {
    const message = {
      role: 'assistant',
      content: 'Yes.',
      refusal: null,
      reasoning_content: 'Hm.',
      annotations: [{ type: 'url_citation' }],
    };
    const choice = { index: 0, message, logprobs: { content: [] }, finish_reason: 'eos' };
    const body = { ...openaiBody, choices: [choice], system_fingerprint: 'fp', citations: ['x'] };
    const answer = openaiChat.parseAnswer(body);
    expect(answer.finishReason).toBe('stop');
    expect(isWholeInEveryFormat(answer)).toBe(false);
    const { system_fingerprint: _, ...again } = body;
    expect(openaiChat.answerBody(answer)).toEqual(again);
    expect(anthropicMessages.answerBody(answer)).toMatchObject({
      content: [{ type: 'text', text: 'Yes.' }],
      stop_reason: 'end_turn',
    });
    expect(JSON.stringify(anthropicMessages.answerBody(answer))).not.toContain('Hm.');
  });

  it('stays in an answer of Anthropic’s, and is left out of others', () => {
    const body = {
      ...anthropicBody,
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'text', text: 'Yes.', citations: [{ type: 'char_location' }] },
      ],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    };
    const answer = anthropicMessages.parseAnswer(body);
    expect(answer.finishReason).toBe('stop');
    expect(isWholeInEveryFormat(answer)).toBe(false);
    expect(anthropicMessages.answerBody(answer)).toEqual(body);
    expect(openaiChat.answerBody(answer)).toMatchObject({
      choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }],
    });
    expect(JSON.stringify(openaiChat.answerBody(answer))).not.toMatch(/Hm|char_location/);
  });

  it('keeps a refusal a refusal', () => {
    const message = { role: 'assistant', content: null, refusal: 'No.', annotations: [] };
    const choice = { index: 0, message, logprobs: null, finish_reason: 'stop' };
    const answer = openaiChat.parseAnswer({ ...openaiBody, choices: [choice] });
    expect(answer.finishReason).toBe('content_filter');
    expect(openaiChat.answerBody(answer).choices).toEqual([choice]);
    expect(anthropicMessages.answerBody(answer)).toMatchObject({
      content: [{ type: 'text', text: 'No.', citations: null }],
      stop_reason: 'refusal',
    });
  });
});

describe('counts', () => {
  it('that are missing stay missing, and zeros are zeros', () => {
    const none = { ...plain, usage: null };
    expect(openaiChat.answerBody(none)).not.toHaveProperty('usage');
    expect(anthropicMessages.answerBody(none)).toMatchObject({
      usage: { input_tokens: null, output_tokens: null },
    });
    for (const format of chatFormats) {
      expect(format.parseAnswer(format.answerBody(none)).usage).toBeNull();
      const zeros = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
      const body = format.answerBody({ ...plain, usage: zeros });
      expect(format.parseAnswer(body).usage).toEqual(zeros);
    }
  });
});

it.each([
  [400, 'invalid_request_error', null, 'invalid_request_error'],
  [401, 'invalid_request_error', 'invalid_api_key', 'authentication_error'],
  [402, 'insufficient_quota', 'budget_exceeded', 'billing_error'],
  [403, 'invalid_request_error', null, 'permission_error'],
  [404, 'invalid_request_error', 'model_not_found', 'not_found_error'],
  [408, 'invalid_request_error', 'timeout', 'timeout_error'],
  [413, 'invalid_request_error', 'request_too_large', 'request_too_large'],
  [429, 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  [500, 'server_error', null, 'api_error'],
  [502, 'server_error', null, 'api_error'],
  [503, 'server_error', null, 'overloaded_error'],
  [504, 'server_error', 'timeout', 'timeout_error'],
  [529, 'server_error', null, 'overloaded_error'],
])('a failure with %i is %s (%s) and %s', (status, type, code, anthropicType) => {
  const failure = { status, message: 'No.', requestId: 'r1' };
  const openaiError = { error: { message: 'No.', type, param: null, code } };
  const anthropicError = {
    type: 'error',
    error: { type: anthropicType, message: 'No.' },
    request_id: 'r1',
  };
  expect(openaiChat.errorBody(failure)).toEqual(openaiError);
  expect(openaiChat.errorBody({ ...failure, code: 'own' })).toMatchObject({
    error: { code: 'own' },
  });
  expect(anthropicMessages.errorBody(failure)).toEqual(anthropicError);
  expect(openaiChat.errorFrame(failure)).toBe(`data: ${JSON.stringify(openaiError)}\n\n`);
  expect(anthropicMessages.errorFrame(failure)).toBe(
    `event: error\ndata: ${JSON.stringify(anthropicError)}\n\n`,
  );
});
