import {
  type CompressionContext,
  compressMessages,
  createCompressor,
  parseCompression,
} from '../../src/compression/index.js';
import { createTokenCounter } from '../../src/costs/index.js';
import type { Prompt } from '../../src/datasets/index.js';
import { importOutcomes } from '../../src/outcomes/index.js';
import { createTableReader } from '../../src/store/index.js';
import { recorded, recordedData } from '../recorded-data.js';
import { median } from './machine.js';

const VARIANTS: readonly (readonly [string, unknown])[] = [
  ['whitespace', 'whitespace'],
  ['stopwords', 'stopwords'],
  ['truncate-500', { truncate: { max_tokens: 500 } }],
  ['all three', ['whitespace', 'stopwords', { truncate: { max_tokens: 500 } }]],
];
const ROUNDS = 3;
/** Prompts that are timed. */
const TIMED = 3000;
/** What a step by itself takes: no count, but for the one that counts to cut. */
const UNCOUNTED: CompressionContext = { countTokens: () => 0 };

/**
 * Tokens that each step takes out of recorded prompts, how fast each is, and how its time grows on a
 * million of one letter against half of it.
 */
export async function compression(): Promise<string> {
  const { count } = await createTokenCounter('openai/gpt-4o');
  count('load the ranks first');
  const lines = [await tokensSaved(count), await growth(count)];
  return lines.join('\n');
}

async function tokensSaved(countTokens: (text: string) => number): Promise<string> {
  if (recordedData === undefined) return 'compression: skipped, SWITCHYARD_DATA is not set';
  const reader = createTableReader();
  const sets = [
    ['MMLU', 'routellm', ['routellm', 'mmlu']],
    ['MBPP', 'routerbench', ['routerbench', 'mbpp_test.csv']],
  ] as const;
  const lines: string[] = [];
  for (const [name, format, path] of sets) {
    const { prompts } = await importOutcomes(format, recorded(...path), { reader });
    for (const [label, document] of VARIANTS) {
      lines.push(`${name}, ${label}: ${await measured(prompts, document, countTokens)}`);
    }
  }
  return lines.join('\n');
}

async function measured(
  prompts: readonly Prompt[],
  document: unknown,
  countTokens: (text: string) => number,
): Promise<string> {
  const spec = parseCompression(document);
  const counted = createCompressor(spec, { countTokens });
  let before = 0;
  let removed = 0;
  let changed = 0;
  for (const { messages } of prompts) {
    const result = await compressMessages(messages, counted);
    before += result.originalTokens;
    removed += result.tokensRemoved;
    if (result.messages !== messages) changed++;
  }
  const some = prompts.slice(0, TIMED);
  const megabytes =
    some.reduce(
      (sum, { messages }) =>
        sum + messages.reduce((all, { content }) => all + Buffer.byteLength(content, 'utf8'), 0),
      0,
    ) / 1e6;
  // Where a step is fast, counting would be all that is seen.
  const truncates = JSON.stringify(spec).includes('max_tokens');
  const timed = createCompressor(spec, truncates ? { countTokens } : UNCOUNTED);
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (const { messages } of some) await compressMessages(messages, timed);
    seconds.push((performance.now() - began) / 1000);
  }
  const share = ((100 * removed) / before).toFixed(2);
  const speed = (megabytes / median(seconds)).toFixed(1);
  return `${before} tokens, ${before - removed} after (${share} % less), ${changed} of ${prompts.length} prompts changed; ${speed} MB/s${truncates ? ', counting included' : ''}`;
}

async function growth(countTokens: (text: string) => number): Promise<string> {
  const texts: readonly (readonly [string, string])[] = [
    ['whole', 'a'.repeat(1_000_000)],
    ['half', 'a'.repeat(500_000)],
  ];
  const lines: string[] = [];
  for (const [label, document] of VARIANTS) {
    const spec = parseCompression(document);
    const context = label === 'whitespace' || label === 'stopwords' ? UNCOUNTED : { countTokens };
    const times: Record<string, number[]> = { whole: [], half: [] };
    for (let round = 0; round < ROUNDS + 1; round++) {
      for (const [size, letters] of texts) {
        // A blank to take out and words of a language, so that no step returns at once.
        const content = `${letters}  is the end of the text and that is it. `;
        // One of its own a round, as a compressor remembers its last counts.
        const compressor = createCompressor(spec, context);
        const began = performance.now();
        await compressMessages([{ role: 'user', content }], compressor);
        if (round > 0) times[size]!.push(performance.now() - began);
      }
    }
    const [whole, half] = [median(times.whole!), median(times.half!)];
    lines.push(
      `1,000,000 × "a", ${label}: median ${whole.toFixed(0)} ms, ${(whole / half).toFixed(1)} times as long as half of it`,
    );
  }
  return lines.join('\n');
}
