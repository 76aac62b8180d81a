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
