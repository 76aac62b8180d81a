import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerEvents,
  anthropicMessages,
  type ChatAnswer,
  type ChatEvent,
  type ChatFormat,
  type ChatPart,
  chatFormats,
  createFrameSplitter,
  type Frame,
  openaiChat,
  type StreamReader,
  WireAnswerError,
} from '../../src/wire/index.js';

const usage = { input: 20, cachedInput: 6, cacheWrite: 4, output: 9, reasoning: 2 };
const head = { created: 1_700_000_000, usage: true };

function framesOf(body: string): readonly Frame[] {
  return createFrameSplitter().push(new TextEncoder().encode(body));
}

function written(format: ChatFormat, events: readonly ChatEvent[], asked = true): string {
  const writer = format.createStreamWriter({ ...head, usage: asked });
  return events.map((event) => writer.write(event)).join('');
}

function read(format: ChatFormat, body: string): { events: ChatEvent[]; reader: StreamReader } {
  const reader = format.createStreamReader();
  return { events: framesOf(body).flatMap((frame) => reader.read(frame)), reader };
}

const chunk = (members: object) =>
  `data: ${JSON.stringify({ id: 'a1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm', ...members })}\n\n`;
const delta = (members: object, reason: string | null = null) =>
  chunk({ choices: [{ index: 0, delta: members, finish_reason: reason }] });
const typed = (event: { type: string; [member: string]: unknown }) =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const parts: fc.Arbitrary<ChatPart[]> = fc
  .tuple(
    fc.option(text, { nil: null }),
    fc.array(
      fc.tuple(fc.uuid(), fc.stringMatching(/^[a-z]{1,8}$/), fc.dictionary(text, fc.jsonValue())),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([said, calls]) => [
    ...(said === null ? [] : [{ kind: 'text' as const, text: said }]),
    ...calls.map(([id, name, input]) => ({
      kind: 'tool_call' as const,
      id,
      name,
      arguments: JSON.stringify(input),
    })),
  ]);
const answers: fc.Arbitrary<ChatAnswer> = fc.record({
  id: fc.uuid(),
  model: text,
  created: fc.constant(head.created),
  parts,
  finishReason: fc.constantFrom('stop', 'length', 'content_filter', 'tool_calls'),
  usage: fc.constantFrom(usage, { ...usage, cachedInput: 0, cacheWrite: 0, reasoning: 0 }),
});

describe.each(chatFormats)('a stream in $name', (format) => {
  it('holds the whole answer, however it is cut', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(/[\s\S]{1,3}/gu, /[\s\S]+/g), (answer, pieces) => {
        const events = answerEvents(answer, pieces);
        const { events: again, reader } = read(format, written(format, events));
        expect(reader.answer()).toEqual({ ...answer, created: expect.any(Number) });
        const told = (all: readonly ChatEvent[]) => all.filter(({ kind }) => kind !== 'start');
        expect(told(again)).toEqual(told(events));
      }),
    );
  });

  it('passes through the events of the other and back unchanged', () => {
    const [other] = chatFormats.filter((candidate) => candidate !== format);
    fc.assert(
      fc.property(answers, (answer) => {
        const first = read(format, written(format, answerEvents(answer))).events;
        const { reader } = read(other!, written(other!, first));
        expect(reader.answer()).toEqual({ ...answer, created: expect.any(Number) });
      }),
    );
  });

  it('tells of a failure within it', () => {
    const frame = format.errorFrame({ status: 502, message: 'Gone.' });
    expect(read(format, frame).events).toEqual([{ kind: 'error', message: 'Gone.' }]);
    const own = written(format, [{ kind: 'error', message: 'Gone.' }]);
    expect(read(format, own).events).toEqual([{ kind: 'error', message: 'Gone.' }]);
  });

  it('is no stream where a frame is no JSON', () => {
    expect(() => read(format, 'data: oops\n\n')).toThrow(WireAnswerError);
    expect(read(format, ': ping\n\n').events).toEqual([]);
  });

  it('has the answer so far where it breaks off', () => {
    const answer: ChatAnswer = {
      id: 'a1',
      model: 'm',
      created: head.created,
      parts: [{ kind: 'text', text: 'One two three' }],
      finishReason: 'stop',
      usage,
    };
    const events = answerEvents(answer, /\S+\s?/g).slice(0, 3);
    const { reader } = read(format, written(format, events));
    expect(reader.answer()).toMatchObject({
      parts: [{ kind: 'text', text: 'One two ' }],
      finishReason: 'other',
      usage: null,
    });
    expect(format.createStreamReader().answer()).toBeNull();
  });
});

describe('a stream of OpenAI’s', () => {
  it('is read as the makers of the format and their followers write it', () => {
    const body = [
      delta({ role: 'assistant', content: '', refusal: null }),
      delta({ reasoning_content: 'H' }),
      delta({ reasoning_content: 'm.' }),
      delta({ content: 'Yes' }),
      delta({
        tool_calls: [
          { index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
        ],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      // Numbered alike, and told apart by the id alone.
      delta({ tool_calls: [{ index: 0, id: 'c2', function: { name: 'g', arguments: '{}' } }] }),
      delta({ tool_calls: [{ id: 'c3', function: { name: 'h', arguments: '{' } }] }),
      delta({ tool_calls: [{ function: { arguments: '}' } }] }),
      delta({}, 'tool_calls'),
      chunk({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 } }),
      'data: [DONE]\n\n',
    ].join('');
    const { events, reader } = read(openaiChat, body);
    expect(events).toEqual([
      { kind: 'start', id: 'a1', model: 'm', inputTokens: null },
      { kind: 'other' },
      { kind: 'other' },
      { kind: 'text', text: 'Yes' },
      { kind: 'tool_call', index: 0, id: 'c1', name: 'f' },
      { kind: 'tool_arguments', index: 0, json: '{"a"' },
      { kind: 'tool_arguments', index: 0, json: ':1}' },
      { kind: 'tool_call', index: 1, id: 'c2', name: 'g' },
      { kind: 'tool_arguments', index: 1, json: '{}' },
      { kind: 'tool_call', index: 2, id: 'c3', name: 'h' },
      { kind: 'tool_arguments', index: 2, json: '{' },
      { kind: 'tool_arguments', index: 2, json: '}' },
      { kind: 'finish', reason: 'tool_calls' },
      {
        kind: 'usage',
        usage: { input: 7, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      },
      { kind: 'end' },
    ]);
    expect(reader.answer()).toEqual({
      id: 'a1',
      model: 'm',
      created: 1_700_000_000,
      parts: [
        { kind: 'text', text: 'Yes' },
        { kind: 'tool_call', id: 'c1', name: 'f', arguments: '{"a":1}' },
        { kind: 'tool_call', id: 'c2', name: 'g', arguments: '{}' },
        { kind: 'tool_call', id: 'c3', name: 'h', arguments: '{}' },
      ],
      finishReason: 'tool_calls',
      usage: { input: 7, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      native: { format: 'openai-chat', members: { message: { reasoning_content: 'Hm.' } } },
    });
  });

  it('adds up what only this format knows, and overlooks what says nothing', () => {
    const body = [
      delta({ role: 'assistant', content: '', function_call: null, reasoning_details: [] }),
      delta({
        tool_calls: [{ index: 0, id: 'c1', type: 'custom', custom: { name: 'draw', input: '' } }],
      }),
      delta({ tool_calls: [{ index: 0, custom: { input: 'a ' } }] }),
      delta({ tool_calls: [{ index: 0, custom: { input: 'cat' } }] }),
      delta({}, 'tool_calls'),
    ].join('');
    const { events, reader } = read(openaiChat, body);
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'other', 'other', 'other', 'finish']);
    const call = { id: 'c1', type: 'custom', custom: { name: 'draw', input: 'a cat' } };
    const answer = reader.answer()!;
    expect(answer.native?.members).toEqual({ message: { tool_calls: [call] } });
    expect(openaiChat.answerBody(answer)).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }],
    });
  });

  it('carries its counts only if the caller asked for them', () => {
    const events: ChatEvent[] = [
      { kind: 'start', id: 'a1', model: 'm', inputTokens: 20 },
      { kind: 'text', text: 'Hi' },
      { kind: 'finish', reason: 'stop' },
      { kind: 'usage', usage },
      { kind: 'end' },
    ];
    const said = (asked: boolean) =>
      framesOf(written(openaiChat, events, asked)).map(({ data }) =>
        data === '[DONE]' ? data : JSON.parse(data),
      );
    const [opening, piece, finish, counts, end] = said(true);
    expect(opening.choices[0].delta).toEqual({ role: 'assistant', content: '', refusal: null });
    expect(piece).toMatchObject({ choices: [{ delta: { content: 'Hi' } }], usage: null });
    expect(finish).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: null });
    expect(counts).toMatchObject({ choices: [], usage: { total_tokens: 29 } });
    expect(end).toBe('[DONE]');
    expect(said(false)).toHaveLength(4);
    expect(JSON.stringify(said(false))).not.toContain('usage');
  });
});

describe('a stream of Anthropic’s', () => {
  const body = [
    typed({
      type: 'message_start',
      message: {
        id: 'a1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 6,
          cache_creation_input_tokens: 4,
          output_tokens: 1,
        },
      },
    }),
    typed({ type: 'ping' }),
    typed({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    }),
    typed({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'Hm.' },
    }),
    typed({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'signature_delta', signature: 's' },
    }),
    typed({ type: 'content_block_stop', index: 0 }),
    typed({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }),
    typed({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Yes' } }),
    typed({ type: 'content_block_stop', index: 1 }),
    typed({
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 't1', name: 'f', input: {} },
    }),
    typed({
      type: 'content_block_delta',
      index: 2,
      delta: { type: 'input_json_delta', partial_json: '' },
    }),
    typed({ type: 'content_block_stop', index: 2 }),
    typed({
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 0 },
    }),
    typed({ type: 'message_stop' }),
  ].join('');

  it('is read with the input from its beginning and the output from its end', () => {
    const { events, reader } = read(anthropicMessages, body);
    const counts = { ...usage, output: 0, reasoning: 0 };
    expect(events).toEqual([
      { kind: 'start', id: 'a1', model: 'm', inputTokens: 20 },
      { kind: 'other' },
      { kind: 'other' },
      { kind: 'other' },
      { kind: 'text', text: 'Yes' },
      { kind: 'tool_call', index: 0, id: 't1', name: 'f' },
      { kind: 'tool_arguments', index: 0, json: '{}' },
      { kind: 'finish', reason: 'tool_calls' },
      { kind: 'usage', usage: counts },
      { kind: 'end' },
    ]);
    expect(reader.answer()).toMatchObject({
      parts: [
        { kind: 'other', raw: { type: 'thinking', thinking: 'Hm.', signature: 's' } },
        { kind: 'text', text: 'Yes' },
        { kind: 'tool_call', id: 't1', name: 'f', arguments: '{}' },
      ],
      usage: counts,
    });
  });

  it('keeps a call that broke off as far as it came, and refuses one without a name', () => {
    const opened = (block: object) =>
      body.slice(0, body.indexOf('event: ping')) +
      typed({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', ...block },
      });
    const broken =
      opened({ id: 't1', name: 'f' }) +
      typed({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"a' },
      });
    expect(read(anthropicMessages, broken).reader.answer()?.parts).toEqual([
      { kind: 'tool_call', id: 't1', name: 'f', arguments: '{"a' },
    ]);
    const bare = read(anthropicMessages, opened({ id: 't1', name: 'f' })).reader.answer();
    expect(bare?.parts).toEqual([{ kind: 'tool_call', id: 't1', name: 'f', arguments: '' }]);
    expect(() => read(anthropicMessages, opened({ id: 't1' }))).toThrow(WireAnswerError);
  });

  it('numbers its blocks, and closes one before the next', () => {
    const out = written(anthropicMessages, [
      { kind: 'start', id: 'a1', model: 'm', inputTokens: null },
      { kind: 'text', text: 'One' },
      { kind: 'tool_call', index: 0, id: 't1', name: 'f' },
      { kind: 'tool_arguments', index: 0, json: '{}' },
      { kind: 'text', text: 'Two' },
      { kind: 'finish', reason: 'tool_calls' },
      { kind: 'usage', usage },
      { kind: 'end' },
    ]);
    const events = framesOf(out).map(({ event, data }) => {
      const said = JSON.parse(data);
      expect(said.type).toBe(event);
      return said.index === undefined ? said.type : `${said.type} ${said.index}`;
    });
    expect(events).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'content_block_start 2',
      'content_block_delta 2',
      'content_block_stop 2',
      'message_delta',
      'message_stop',
    ]);
  });
});
