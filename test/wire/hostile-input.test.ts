import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anthropicMessages,
  chatFormats,
  openaiChat,
  WireAnswerError,
  WireRequestError,
} from '../../src/wire/index.js';

const megabyte = 'a'.repeat(1_000_000);
const bodyWith = (members: object) => ({
  model: 'm',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hello' }],
  ...members,
});
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe.each(chatFormats)('$name', (format) => {
  it('takes 100,000 messages and a megabyte of one letter', () => {
    const messages = Array.from({ length: 100_000 }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: 'a',
    }));
    const many = format.parseRequest(bodyWith({ messages }));
    expect(many.messages).toHaveLength(100_000);
    expect(format.requestBody(many, format.name).messages).toEqual(messages);
    const long = format.parseRequest(bodyWith({ messages: [{ role: 'user', content: megabyte }] }));
    expect(long.messages[0]?.parts).toEqual([{ kind: 'text', text: megabyte }]);
  });

  it.each([
    { messages: [{ role: megabyte, content: '' }] },
    { messages: megabyte },
    { model: 7, [megabyte]: 1 },
    { temperature: megabyte },
    { messages: [{ role: 'user', content: [{ type: 'text', text: { [megabyte]: 1 } }] }] },
    { tool_choice: megabyte },
    { tools: [megabyte] },
    { stream: megabyte },
    { [megabyte]: nested(300) },
  ])('refuses nonsense of a megabyte in one short line (%#)', (members) => {
    const body = bodyWith(members);
    try {
      format.parseRequest(body);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(WireRequestError);
      expect((error as Error).message.length).toBeLessThan(250);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it.each(['metadata', 'anything', 'messages', 'tools', 'system', 'response_format'])(
    'refuses %s that is nested too deeply, and says so',
    (name) => {
      for (const levels of [300, 100_000]) {
        expect(() => format.parseRequest(bodyWith({ [name]: nested(levels) }))).toThrow(
          `${name}: nested more than 200 levels deep`,
        );
      }
    },
  );

  it('leaves prototypes alone', () => {
    const body = JSON.parse(
      '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a","__proto__":{"polluted":1}}],"__proto__":{"polluted":1}}',
    );
    const request = format.parseRequest(body);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((request.others as { polluted?: unknown }).polluted).toBeUndefined();
    expect(JSON.stringify(format.requestBody(request, format.name))).toContain('"__proto__"');
  });
});

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

describe.each(chatFormats)('answers of $name', (format) => {
  const whole = format.answerBody({
    id: 'a',
    model: 'm',
    created: 1,
    parts: [{ kind: 'text', text: 'Hello' }],
    finishReason: 'stop',
    usage: null,
  });

  it('are none where they are nested too deeply', () => {
    expect(() => format.parseAnswer({ ...whole, more: JSON.parse(deep) as unknown })).toThrow(
      WireAnswerError,
    );
  });

  it('are none in a stream that is nested too deeply', () => {
    for (const members of [`"error":${deep}`, `"choices":[{"delta":{"more":${deep}}}]`]) {
      const data = `{"type":"error",${members}}`;
      expect(() => format.createStreamReader().read({ raw: data, event: null, data })).toThrow(
        WireAnswerError,
      );
    }
  });

  it('end with their end mark', () => {
    const writer = format.createStreamWriter({ created: 1, usage: true });
    const reader = format.createStreamReader();
    const read = (frames: string) =>
      frames.split('\n\n').flatMap((raw) => {
        const data = raw.slice(raw.indexOf('data: ') + 'data: '.length);
        return raw === '' ? [] : reader.read({ raw, event: null, data });
      });
    const text = read(writer.write({ kind: 'start', id: 'a', model: 'm', inputTokens: 1 }));
    const said = writer.write({ kind: 'text', text: 'Hello' });
    expect([...text, ...read(said)].some(({ kind }) => kind === 'text')).toBe(true);
    expect(read(writer.write({ kind: 'end' })).at(-1)).toEqual({ kind: 'end' });
    expect(read(said)).toEqual([]);
    expect(reader.answer()?.parts).toEqual([{ kind: 'text', text: 'Hello' }]);
  });
});

it('calls with arguments that are nested too deeply are refused or empty, and can always be written', () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: `{"a":${deep}}` } };
  const messages = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: null, tool_calls: [call] },
  ];
  const request = openaiChat.parseRequest(bodyWith({ messages }));
  expect(() => anthropicMessages.requestBody(request, openaiChat.name)).toThrow(WireRequestError);
  const answer = openaiChat.parseAnswer({ choices: [{ message: { tool_calls: [call] } }] });
  expect(JSON.stringify(anthropicMessages.answerBody(answer))).toContain('"input":{}');
});

describe('streams with anything in them', () => {
  const tangled = { toString: 'no function' };
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, true, -1, 1e9, '', 'a', [], {}, tangled, [tangled]),
    fc.json({ maxDepth: 2 }).map((json) => JSON.parse(json) as unknown),
  );
  const mostly = (good: unknown) =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: value });
  const record = (members: Record<string, unknown>) =>
    fc.record(
      Object.fromEntries(Object.entries(members).map(([name, good]) => [name, mostly(good)])),
      { requiredKeys: [] },
    );
  const call = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{' } };
  const FRAMES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    [openaiChat.name]: fc.oneof(
      record({
        id: 'a',
        model: 'm',
        choices: [],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      }),
      record({ content: 'a', refusal: 'b', tool_calls: [call], more: [1] }).chain((delta) =>
        record({ delta, finish_reason: 'stop', logprobs: { content: [] } }).map((choice) => ({
          choices: [choice],
        })),
      ),
      record(call).map((piece) => ({ choices: [{ delta: { tool_calls: [piece] } }] })),
      value,
    ),
    [anthropicMessages.name]: fc.oneof(
      record({ type: 'message_start', message: { id: 'a', model: 'm', usage: {} } }),
      record({ type: 'tool_use', id: 'c', name: 'f', input: {}, text: 'a' }).map((block) => ({
        type: 'content_block_start',
        index: 0,
        content_block: block,
      })),
      record({ type: 'text', text: 'a' }).map((block) => ({
        type: 'content_block_start',
        index: 1,
        content_block: block,
      })),
      record({ type: 'text_delta', text: 'a', partial_json: '{', citation: {} }).map((delta) => ({
        type: 'content_block_delta',
        index: 1,
        delta,
      })),
      record({ type: 'input_json_delta', partial_json: '{' }).map((delta) => ({
        type: 'content_block_delta',
        index: 0,
        delta,
      })),
      record({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} }),
      fc.constantFrom({ type: 'content_block_stop', index: 0 }, { type: 'message_stop' }),
      value,
    ),
  };

  it.each(chatFormats)(
    'are read or refused, and what came before can be given ($name)',
    (format) => {
      const start = format.createStreamWriter({ created: 1, usage: false });
      const opening = start.write({ kind: 'start', id: 'a', model: 'm', inputTokens: 1 });
      const first = opening.slice(opening.indexOf('data: ') + 'data: '.length).trim();
      fc.assert(
        fc.property(fc.array(FRAMES[format.name]!, { maxLength: 8 }), (frames) => {
          const reader = format.createStreamReader();
          const writers = chatFormats.map((one) =>
            one.createStreamWriter({ created: 1, usage: true }),
          );
          try {
            for (const data of [first, ...frames.map((frame) => JSON.stringify(frame))]) {
              for (const event of reader.read({ raw: data, event: null, data })) {
                for (const writer of writers) writer.write(event);
              }
            }
          } catch (error) {
            expect(error).toBeInstanceOf(WireAnswerError);
          }
          const answer = reader.answer();
          expect(answer).not.toBeNull();
          for (const one of chatFormats) JSON.stringify(one.answerBody(answer!));
        }),
        { numRuns: 1000 },
      );
    },
  );
});
