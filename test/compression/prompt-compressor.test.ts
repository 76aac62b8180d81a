import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompressionContext,
  type CompressionSpec,
  compressionLabel,
  compressionSteps,
  compressMessages,
  compressRequestAsync,
  createCompressor,
  isLossless,
  modelsOfCompression,
  parseCompression,
} from '../../src/compression/index.js';
import type { ChatMessage, ChatPart, Message } from '../../src/wire/index.js';
import { mixed } from './documents.js';

const { signal } = new AbortController();
const context: CompressionContext = { countTokens: (text) => text.length };
const made = (document: unknown) => createCompressor(parseCompression(document), context);
const user = (content: string): Message => ({ role: 'user', content });
const system = (content: string): Message => ({ role: 'system', content });

describe('a compression as data', () => {
  it.each([
    ['none', 'none', true],
    ['whitespace', 'whitespace', true],
    [{ stopwords: {} }, 'stopwords', false],
    [{ truncate: { max_tokens: 500 } }, 'truncate-500', false],
    [
      ['whitespace', { truncate: { max_tokens: 9, keep: 'middle' } }],
      'whitespace+truncate-9-middle',
      false,
    ],
    [
      { steps: ['whitespace'], least: 20, freeze: 'system' },
      'whitespace+freeze-system+least-20',
      true,
    ],
    [{ llm: { model: 'openai/GPT-4.1' } }, 'llm-gpt-4-1-5bc24c', false],
  ])('%j is called %s', (document, label, lossless) => {
    const spec = parseCompression(document);
    expect(compressionLabel(spec)).toBe(label);
    expect(label).toMatch(/^[a-z0-9+-]+$/);
    expect(isLossless(spec)).toBe(lossless);
    expect(parseCompression(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it('keeps apart models whose names are alike, and names each once', () => {
    const [a, b] = ['x/a.b', 'x/a-b'].map((model) => parseCompression({ llm: { model } }));
    expect(compressionLabel(a!)).not.toBe(compressionLabel(b!));
    const both = parseCompression([{ llm: { model: 'x/a' } }, { llm: { model: 'x/a' } }]);
    expect(modelsOfCompression(both)).toEqual(['x/a']);
    expect(() => createCompressor(both, context)).toThrow('no way to ask a model');
  });

  it.each([
    ['whitespac', 'did you mean "whitespace"?'],
    [{ truncat: { max_tokens: 5 } }, 'did you mean "truncate"?'],
    ['truncate', 'expected a mapping from truncate to its settings'],
    [{ whitespace: null }, 'found nothing, expected the step by its name alone'],
    [{ stopwords: { language: 'en' } }, 'unknown key, expected one of none'],
    [['whitespace', ['stopwords']], 'found a list, expected whitespace, stopwords, truncate'],
    [['whitespace', { truncate: { max_tokens: 0 } }], 'compress.1.truncate.max_tokens": found 0'],
    [{ truncate: { max_tokens: 5, keep: 'ends' } }, 'expected end, start or middle'],
    [{ whitespace: {}, stopwords: {} }, 'exactly one step'],
    [{ least: 3 }, 'exactly one step'],
    [[], 'an empty list'],
    [null, 'found nothing'],
  ])('refuses %j in one line: %s', (document, problem) => {
    expect(() => parseCompression(document)).toThrow(problem);
    try {
      parseCompression(document);
    } catch (error) {
      expect(error).toMatchObject({ name: 'UserError', message: expect.not.stringMatching(/\n/) });
    }
  });

  it('has a step for every kind', () => {
    expect([...compressionSteps.keys()]).toEqual(['whitespace', 'stopwords', 'truncate', 'llm']);
  });
});

describe('PromptCompressor', () => {
  it('takes one step after the other, and counts from first to last', async () => {
    const compressor = made(['whitespace', 'stopwords', { truncate: { max_tokens: 30 } }]);
    const text = 'What   is the capital of the country? And what is the name of it?';
    const { messages, ...total } = await compressMessages([user(text)], compressor);
    expect(messages).toEqual([user('[...] And what name of it?')]);
    expect(total).toEqual({ tokensRemoved: 39, originalTokens: 65, usage: [], reasons: [] });
  });

  it('leaves what is below its least size, and gives back the very list', async () => {
    const messages = [user('a    b')];
    const spec = { steps: ['whitespace'], least: 7 };
    expect((await compressMessages(messages, made(spec))).messages).toBe(messages);
    expect((await compressMessages([user('a     b')], made(spec))).messages).toEqual([user('a b')]);
  });

  it('leaves system turns where they are frozen', async () => {
    const messages = [system('Be   brief.'), user('a    b')];
    const frozen = await compressMessages(messages, made({ whitespace: {}, freeze: 'system' }));
    expect(frozen.messages).toEqual([system('Be   brief.'), user('a b')]);
    expect((await compressMessages(messages, made('whitespace'))).messages[0]).toEqual(
      system('Be brief.'),
    );
  });

  it('says why a text stayed', async () => {
    const spec = { truncate: { max_tokens: 3 }, freeze: 'system' };
    const { reasons, messages } = await compressMessages([system('abcd'), user('ef')], made(spec));
    expect(reasons).toEqual(['what must stay has 4 tokens, the limit is 3']);
    expect(messages).toEqual([system('abcd'), user('ef')]);
  });

  const spec = fc
    .uniqueArray(
      fc.constantFrom<unknown>('whitespace', 'stopwords', { truncate: { max_tokens: 40 } }),
      { minLength: 1 },
    )
    .map((steps): CompressionSpec => parseCompression(steps));

  it('keeps a marked prefix byte for byte, and says the same of the same', async () => {
    const part = fc.record({ text: mixed, marked: fc.boolean() }).map(
      ({ text, marked }): ChatPart => ({
        kind: 'text',
        text,
        ...(marked ? { extra: { cache_control: {} } } : {}),
      }),
    );
    const turn = fc.record({
      role: fc.constantFrom('system', 'user', 'assistant' as const),
      parts: fc.array(part, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 4 }), spec, async (messages, steps) => {
        const compressor = createCompressor(steps, context);
        const { request } = await compressRequestAsync({ messages }, compressor, signal);
        const partsOf = (turns: readonly ChatMessage[]) => turns.flatMap(({ parts }) => parts);
        const frozen = partsOf(messages).findLastIndex(({ extra }) => extra !== undefined) + 1;
        expect(partsOf(request.messages).slice(0, frozen)).toEqual(
          partsOf(messages).slice(0, frozen),
        );
        const again = await compressRequestAsync({ messages }, compressor, signal);
        expect(again.request).toEqual(request);
      }),
      { numRuns: 150 },
    );
  });
});
