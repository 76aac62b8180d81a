import fc from 'fast-check';
import { getEncoding } from 'js-tiktoken';
import { describe, expect, test } from 'vitest';
import { expectedInputTokens, worstInputTokens } from '../../src/models/index.js';
import type { ChatMessage, ChatRequest } from '../../src/wire/index.js';
import { chat } from './upstream-fixtures.js';

const encodings = [getEncoding('cl100k_base'), getEncoding('o200k_base')];
const bare = chat('openai');

/** As OpenAI counts a conversation: three tokens around each turn, and three for the answer to come. */
function counted({ messages, tools }: ChatRequest): number {
  return Math.max(
    ...encodings.map((encoding) => {
      const count = (text: string): number => encoding.encode(text, 'all').length;
      let tokens = 3;
      for (const { role, parts } of messages) {
        tokens += 3 + count(role);
        for (const part of parts) {
          if (part.kind === 'text') tokens += count(part.text);
          if (part.kind === 'tool_call') tokens += count(part.name) + count(part.arguments);
          if (part.kind === 'tool_result') tokens += count(part.callId) + count(part.text);
        }
      }
      for (const tool of tools) {
        tokens += count(tool.name) + count(tool.description ?? '');
        tokens += count(JSON.stringify(tool.parameters));
      }
      return tokens;
    }),
  );
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.lorem({ maxCount: 30 }),
  fc.constantFrom('', '<|endoftext|>', '\ud800', '𓀀𓂀', 'ﷺ', 'aaaaaaaaaaaaaaaaaaaaaaaa'),
);
const message: fc.Arbitrary<ChatMessage> = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
  parts: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text }),
      fc.record({
        kind: fc.constant('tool_call' as const),
        id: text,
        name: text,
        arguments: fc.json({ maxDepth: 2 }),
      }),
      fc.record({
        kind: fc.constant('tool_result' as const),
        callId: text,
        text,
        isError: fc.boolean(),
      }),
    ),
    { maxLength: 4 },
  ),
});
const parts = fc.record({
  messages: fc.array(message, { maxLength: 5 }),
  tools: fc.array(
    fc.record({
      name: text,
      description: fc.option(text),
      parameters: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })),
    }),
    { maxLength: 3 },
  ),
});
const request = parts.map((random): ChatRequest => ({ ...bare, ...random }));

describe('the input tokens of a request', () => {
  test('are never more than the bound', () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(worstInputTokens(asked)).toBeGreaterThanOrEqual(counted(asked));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test.each([
    ['many turns of nothing', Array.from({ length: 100 }, () => '')],
    ['letters of several tokens each', ['𓀀𒀱𐎀'.repeat(300)]],
    ['bytes that merge with nothing', [String.fromCharCode(1, 2, 3).repeat(500)]],
    ['one letter', ['a'.repeat(300)]],
  ])('are never more than the bound in %s', (_name, texts) => {
    const messages = texts.map((content) => ({ role: 'user', content }));
    const asked = chat('openai', { messages });
    expect(worstInputTokens(asked)).toBeGreaterThanOrEqual(counted(asked));
  });

  test('are expected near the truth in plain text, and below the bound', () => {
    const content = 'The quick brown fox jumps over the lazy dog, and nobody minds. '.repeat(40);
    const asked = chat('openai', { messages: [{ role: 'user', content }] });
    const truth = counted(asked);
    expect(expectedInputTokens(asked)).toBeGreaterThan(0.66 * truth);
    expect(expectedInputTokens(asked)).toBeLessThan(1.5 * truth);
    expect(worstInputTokens(asked)).toBeLessThan(6 * truth);
  });

  test.each([
    [
      'a picture',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://h/a.png' } }] },
        ],
      },
      48_169,
    ],
    [
      'a document behind an id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f-1' } }] }] },
      100_000,
    ],
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, 530],
    ['what only one format knows', { prediction: { content: 'x'.repeat(9_000) } }, 9_000],
    [
      'a schema',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { description: 'x'.repeat(9_000) } },
        },
      },
      9_000,
    ],
  ])('%s counts', (_name, members, tokens) => {
    const asked = chat('openai', members);
    expect(worstInputTokens(asked)).toBeGreaterThanOrEqual(tokens);
    expect(expectedInputTokens(asked)).toBeGreaterThan(expectedInputTokens(bare));
    expect(expectedInputTokens(asked)).toBeLessThan(worstInputTokens(asked));
  });

  test('pictures count alike however they are sent', () => {
    const [near, far] = ['data:image/png;base64,'.padEnd(1_000_000, 'A'), 'http://h/a.png'].map(
      (url) =>
        worstInputTokens(
          chat('openai', {
            messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
          }),
        ),
    );
    expect(near).toBe(far);
  });
});
