import type { ModelPricing, NanoUsd } from '../../../src/costs/index.js';
import type { SignalSource } from '../../../src/features/index.js';
import type { Upstream } from '../../../src/models/index.js';
import type { Policy } from '../../../src/policies/index.js';
import type {
  LedgerEntry,
  LiveTable,
  Operation,
  SuggestionSettings,
} from '../../../src/service/index.js';
import { openaiChat } from '../../../src/wire/index.js';
import { anEntry, PRICING } from '../../store/service-samples.js';
import { handMadeTable } from '../../tables/hand-made-table.js';

/** Nano-dollars a million tokens in, and four times that for those out; batches at half price. */
export const pricing = (
  model: string,
  input: NanoUsd,
  batch: number | null = 0.5,
): ModelPricing => ({
  ...PRICING,
  model,
  rates: { input, cachedInput: null, cacheWrite: null, output: 4 * input },
  batchMultiplier: batch,
});

export const LARGE = pricing('maker/large', 1_000_000_000);
export const SMALL = pricing('maker/small', 100_000_000);

export interface Asked {
  readonly at?: string;
  readonly prompt?: string;
  readonly content?: boolean;
  readonly price?: ModelPricing;
  readonly operation?: Partial<Operation>;
  readonly error?: string | null;
  readonly cost?: NanoUsd | null;
}

let made = 0;

/** A request that named the large model: 1,000 tokens in, 100 out, which is 1.4 million nano-dollars. */
export function asked({
  at = '2026-11-20T10:00:00.000Z',
  prompt = 'Hello',
  content = true,
  price = LARGE,
  operation = {},
  error = null,
  cost = 1_400_000,
}: Asked = {}): LedgerEntry {
  const { model } = price;
  made += 1;
  return anEntry(
    `made-${made}`,
    {
      receivedAt: at,
      requestedModel: model,
      model,
      cause: 'named',
      routing: null,
      cost,
      promptHash: prompt,
      content: content ? { messages: [{ role: 'user', content: prompt }], answer: 'Yes.' } : null,
      ...operation,
    },
    {
      model,
      origin: operation.origin ?? 'live',
      usage: { input: 1000, cachedInput: 0, cacheWrite: 0, output: 100, reasoning: 0 },
      cost,
      pricing: price,
      error,
    },
  );
}

export const upstream = (price: ModelPricing, origin: Upstream['origin'] = 'live'): Upstream => ({
  id: price.model,
  origin,
  format: openaiChat,
  pricing: price,
  rateLimitKey: price.model,
  send: () => Promise.reject(new Error('nobody is to be asked')),
  close: async () => {},
});

/** Sends what says "hard" to the large model, all else to the small one. */
export function byWord(further: Partial<Policy> = {}): LiveTable {
  const policy: Policy = {
    id: 'by-word@1',
    router: 'by-word',
    dial: '1',
    models: ['small', 'large'],
    needs: { domain: false, answers: false },
    decide: () => ({ step: { kind: 'call', model: 0 }, propensity: 1, reasons: [] }),
    choose: ({ text }) => (text.includes('hard') ? 1 : 0),
    toDocument: () => ({ router: 'by-word', dial: '1', models: [], parameters: {} }),
    ...further,
  };
  return { table: handMadeTable(policy.toDocument()), sha256: 'a'.repeat(64), policy };
}

export const settings = (further: Partial<SuggestionSettings> = {}): SuggestionSettings => ({
  storePrompts: true,
  cache: { enabled: true, ttlSeconds: 3600 },
  routing: null,
  semantic: null,
  ...further,
});

/** Two numbers for each text, by its first word. */
export function embeddings(parts: Partial<SignalSource> = {}): SignalSource & {
  readonly texts: string[];
} {
  const texts: string[] = [];
  return {
    id: 'embedding:local:1',
    simulated: false,
    batchSize: 1,
    concurrency: 1,
    worstCost: () => 0,
    read: async (requests) => ({
      usage: [],
      signals: requests.map(({ messages }) => {
        const text = messages[0]!.content;
        texts.push(text);
        const values = Float32Array.from(text.startsWith('How') ? [1, 0.1] : [0.1, 1]);
        return { values, cost: 0, latency: 1 };
      }),
    }),
    ...parts,
    texts,
  };
}
