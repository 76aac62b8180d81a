import fc from 'fast-check';
import { getEncoding } from 'js-tiktoken';
import { describe, expect, it } from 'vitest';
import { approximateTokens, createTokenCounter, type TokenCounter } from '../../src/costs/index.js';

const o200k = await createTokenCounter('openai/gpt-4o');
const cl100k = await createTokenCounter('openai/gpt-4');
const plain = {
  o200k_base: getEncoding('o200k_base'),
  cl100k_base: getEncoding('cl100k_base'),
};

/** What js-tiktoken itself counts, special tokens taken as text. */
const expected = (counter: TokenCounter, text: string): number =>
  plain[counter.encoding].encode(text, [], []).length;

const counters = [o200k, cl100k];

const TEXTS: [string, string][] = [
  ['nothing', ''],
  ['one word', 'hello'],
  ['prose', 'The quick brown fox didn’t jump; it WALKED, they’ve said, over 12,345 lazy dogs.\n\n'],
  [
    'code',
    'function f(x) {\n    return x  ?? y;\t// note\r\n}\n\n\nconst aB_c9 = `HTTPServer/v2`;',
  ],
  ['JSON', '{"id": 17, "tags": ["a", "b"], "price": 0.000125, "ok": true}'],
  ['German', 'Donaudampfschifffahrtsgesellschaftskapitän über Größenmaßstäbe'],
  ['Russian', 'Съешь же ещё этих мягких французских булок, да выпей чаю.'],
  ['Arabic and Hebrew', 'مرحبا بالعالم، שלום עולם'],
  ['Hindi and Thai', 'नमस्ते दुनिया สวัสดีชาวโลก'],
  ['Chinese, Japanese, Korean', '今天天气很好。吾輩は猫である。名前はまだ無い。안녕하세요 세계'],
  ['emoji', '👩‍👩‍👧‍👦 family 🎉🎉 flags 🇩🇪🇫🇷 ❤️'],
  ['mathematics', '∑_{i=1}^{n} x_i² ≤ ∫₀^∞ e^{−t} dt, √2 ≈ 1.41421356237'],
  ['white space', '  a   b \t\t c \n \n\n   d\r\n\r\n  '],
  ['combining marks', 'e\u0301 n\u0303o\u0308 \u0301\u0302'],
  ['a lone surrogate', 'a\ud800b\udc00'],
  ['special tokens', '<|endoftext|> and <|im_start|>user<|endofprompt|>'],
];

describe.each(counters)('counts of $encoding equal js-tiktoken’s', (counter) => {
  it.each(TEXTS)('on %s', (_, text) => {
    expect(counter.count(text)).toBe(expected(counter, text));
  });

  it('on any text', () => {
    const units = ['grapheme', 'binary', 'grapheme-ascii'] as const;
    const text = fc.oneof(...units.map((unit) => fc.string({ unit, maxLength: 200 })));
    fc.assert(
      fc.property(text, (sample) => {
        expect(counter.count(sample)).toBe(expected(counter, sample));
      }),
      { numRuns: 300 },
    );
  });

  it('on unbroken runs as long as js-tiktoken can bear', () => {
    const letters = fc.constantFrom(...'abcdeiostABZ', 'ä', 'ж', '漢', 'é', '!', '=', ' ');
    const run = fc
      .array(letters, { minLength: 1, maxLength: 4 })
      .chain((unit) =>
        fc.integer({ min: 1, max: 400 }).map((times) => unit.join('').repeat(times)),
      );
    const mixed = fc.array(letters, { maxLength: 400 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(run, mixed), (sample) => {
        expect(counter.count(sample)).toBe(expected(counter, sample));
      }),
      { numRuns: 40 },
    );
  });

  it('on texts longer than a window, wherever its end falls', () => {
    const word = ' internationalisation';
    for (const before of ['x', 'xyz', 'fourteen chars']) {
      const text = `${before}${word.repeat(13_000)}`;
      expect(text.length).toBeGreaterThan(262_144);
      // No token crosses from one word to the next, so js-tiktoken need not read them all.
      expect(counter.count(text)).toBe(
        expected(counter, before) + 13_000 * expected(counter, word),
      );
    }
  });
});

describe('hostile text is counted in linear time', () => {
  const N = 200_000;
  it.each<[string, string, number]>([
    ['a', 'a'.repeat(N), N / 8],
    ['A', 'A'.repeat(N), N / 8],
    ['ab', 'ab'.repeat(N), N / 2],
    ['Chinese', '漢字'.repeat(N / 2), N],
    ['emoji', '🎉😀'.repeat(N / 2), N],
    ['spaces', ' '.repeat(N), N / 128],
    ['line breaks', '\n'.repeat(N), N / 16],
    ['digits', '7'.repeat(N), N / 3],
    ['exclamation marks', '!'.repeat(N), N / 16],
    ['combining marks', '\u0301'.repeat(N), N],
  ])('200,000 × %s, on which quadratic time would run into the time-out', (_, text, about) => {
    const tokens = o200k.count(text);
    expect(tokens / about).toBeGreaterThan(0.7);
    expect(tokens / about).toBeLessThan(2);
  });

  it('a run on which the pattern alone would exhaust the stack', () => {
    const run = 'ʰ'.repeat(4_400_000);
    expect(o200k.count(run)).toBe(2 * run.length);
  });
});

describe('createTokenCounter', () => {
  it.each([
    ['openai/gpt-4o', 'o200k_base', false],
    ['gpt-4o-mini-2024-07-18', 'o200k_base', false],
    ['openai/gpt-4.1-nano', 'o200k_base', false],
    ['openai/gpt-5', 'o200k_base', false],
    ['openai/chatgpt-4o-latest', 'o200k_base', false],
    ['openai/o1-mini', 'o200k_base', false],
    ['openai/o3', 'o200k_base', false],
    ['o4-mini', 'o200k_base', false],
    ['ft:gpt-4o-mini:acme', 'o200k_base', false],
    ['openrouter/openai/gpt-4o', 'o200k_base', false],
    ['openai/gpt-4', 'cl100k_base', false],
    ['openai/gpt-4-turbo', 'cl100k_base', false],
    ['azure/gpt-35-turbo', 'cl100k_base', false],
    ['gpt-3.5-turbo-0125', 'cl100k_base', false],
    ['openai/text-embedding-3-small', 'cl100k_base', false],
    ['anthropic/claude-3-5-haiku-20241022', 'o200k_base', true],
    ['google/gemini-1.5-flash', 'o200k_base', true],
    ['openrouter/meta-llama/llama-3-70b', 'o200k_base', true],
    ['local/gpt-4o', 'o200k_base', true],
    ['openai/davinci-002', 'o200k_base', true],
  ])('%s: %s, estimated %s', async (model, encoding, estimated) => {
    const counter = await createTokenCounter(model);
    expect([counter.encoding, counter.estimated]).toEqual([encoding, estimated]);
  });

  it('estimates behind another address, whatever the model is called', async () => {
    const counter = await createTokenCounter('openai/gpt-4', 'http://127.0.0.1:8000/v1');
    expect(counter.estimated).toBe(true);
  });

  it('estimates other makers’ counts from o200k_base by a factor', async () => {
    const text = TEXTS.map(([, each]) => each).join('\n');
    const own = o200k.count(text);
    const claude = await createTokenCounter('anthropic/claude-3-opus-20240229');
    const gemini = await createTokenCounter('google/gemini-1.5-pro');
    expect(claude.count(text)).toBe(Math.ceil(own * 1.3));
    expect(gemini.count(text)).toBe(Math.ceil(own * 1.15));
    expect(claude.count('')).toBe(0);
  });

  it('adds the chat format’s tokens: three and the role a message, three for the answer', () => {
    expect(o200k.countMessages([])).toBe(3);
    expect(o200k.countMessages([{ role: 'user', content: '' }])).toBe(3 + 1 + 3);
    expect(
      o200k.countMessages([
        { role: 'system', content: 'You are helpful.' },
        { role: 'user', content: 'hello' },
      ]),
    ).toBe(3 + 1 + o200k.count('You are helpful.') + 3 + 1 + 1 + 3);
  });

  it('bounds an estimate by its bytes, and an exact count by itself', async () => {
    const messages = [{ role: 'user', content: '漢字 '.repeat(10) }];
    expect(o200k.countMessagesAtMost(messages)).toBe(o200k.countMessages(messages));
    const claude = await createTokenCounter('anthropic/claude-3-opus-20240229');
    expect(claude.countMessagesAtMost(messages)).toBe(3 + 4 + 70 + 3);
    expect(claude.countMessagesAtMost(messages)).toBeGreaterThan(claude.countMessages(messages));
  });
});

describe('approximateTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['abcd', 1],
    ['abcde', 2],
    ['привет', 3],
    ['漢字', 2],
    ['🎉', 2],
  ])('%j is about %d', (text, tokens) => {
    expect(approximateTokens(text)).toBe(tokens);
  });

  it('comes within half of the truth on ordinary text', () => {
    for (const name of [
      'prose',
      'German',
      'Russian',
      'Chinese, Japanese, Korean',
      'JSON',
      'code',
    ]) {
      const text = TEXTS.find(([each]) => each === name)![1];
      const ratio = approximateTokens(text) / o200k.count(text);
      expect(ratio, name).toBeGreaterThan(0.5);
      expect(ratio, name).toBeLessThan(1.8);
    }
  });
});
