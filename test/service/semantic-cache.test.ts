import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WhitespaceCompressor } from '../../src/compression/index.js';
import { policyFromDocument } from '../../src/routers/index.js';
import type { LiveTable } from '../../src/service/index.js';
import { handMadeTable } from '../tables/hand-made-table.js';
import { COST, type ScriptedUpstream, scriptedUpstream } from './scripted-upstream.js';
import {
  embedded,
  heldClock,
  type ScriptedEmbeddings,
  scriptedEmbeddings,
  semanticCache,
} from './similar.js';
import { type Asking, asking, bodyOf, framesOf, type Standing, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'Open the settings and choose a new one.' } as const;
const ASKED = 'How do I reset my password?';
const REWORDED = 'What is the way to reset my password?';

interface Similar extends Standing {
  readonly model: ScriptedUpstream;
  readonly embeddings: ScriptedEmbeddings;
  /** What the cache did about a request that is answered whole. */
  ask(text: string, options?: Asking): Promise<{ cache: string; similarity: number | null }>;
}

/** A gateway whose cache takes all texts that no guard tells apart for one. */
function similar(
  overrides: Parameters<typeof stand>[1] = {},
  embeddings = scriptedEmbeddings(),
): Similar {
  const model = scriptedUpstream('lab/a', [ANSWER]);
  const other = scriptedUpstream('lab/b', [ANSWER]);
  const standing = stand([model, other], {
    cache: semanticCache(),
    embeddings,
    clock: heldClock(),
    ...overrides,
  });
  const ask: Similar['ask'] = async (text, options = {}) => {
    const reply = await standing.gateway.handle(asking({ model: 'lab/a', text, ...options }));
    if (reply.kind === 'stream') await framesOf(reply);
    const { operation } = standing.entries.at(-1)!;
    expect(operation.error).toBeNull();
    return { cache: operation.cache, similarity: operation.similarity };
  };
  return { ...standing, model, embeddings, ask };
}

const MISS = { cache: 'miss', similarity: null };
const HIT = { cache: 'hit', similarity: 1 };

const table = (sha256: string): LiveTable => {
  const document = { router: 'always', dial: 'lab/a', models: ['lab/a'], parameters: {} };
  return { table: handMadeTable(document), sha256, policy: policyFromDocument(document) };
};

describe('an answer to a request in other words', () => {
  it('is repeated, and the operation says by which entry and how similar', async () => {
    const vectors: Readonly<Record<string, readonly number[]>> = { [ASKED]: [1, 0] };
    const embeddings = scriptedEmbeddings((text) => embedded(vectors[text] ?? [4, 3]));
    const { gateway, entries, model, ask } = similar(
      { cache: semanticCache({ threshold: 0.75 }) },
      embeddings,
    );
    expect(await ask(ASKED)).toEqual(MISS);
    const reply = await gateway.handle(asking({ model: 'lab/a', text: REWORDED }));
    expect(bodyOf(reply)).toMatchObject({ choices: [{ message: { content: ANSWER.text } }] });
    expect(reply).toMatchObject({ head: { cache: 'hit', cause: 'cache', model: 'lab/a' } });
    const { operation, usage } = entries[1]!;
    expect(operation.similarity).toBeCloseTo(0.8, 6);
    expect(operation).toMatchObject({ cost: 0, cacheSaving: COST, cause: 'cache' });
    expect(operation.cacheEntry).toMatch(/^[0-9a-f]{64}$/);
    expect(usage).toEqual([]);
    expect(model.asked).toHaveLength(1);
    expect(embeddings.reads).toEqual([[ASKED], [REWORDED]]);
  });

  it('is one of the same words first, for which no embedding is asked', async () => {
    const { ask, embeddings } = similar();
    await ask(ASKED);
    expect(await ask(ASKED)).toEqual({ cache: 'hit', similarity: null });
    expect(embeddings.reads).toHaveLength(1);
  });

  it('is not repeated below the threshold', async () => {
    const embeddings = scriptedEmbeddings((text) => embedded(text === ASKED ? [1, 0] : [4, 3]));
    const { ask } = similar({ cache: semanticCache({ threshold: 0.81 }) }, embeddings);
    await ask(ASKED);
    expect(await ask(REWORDED)).toEqual(MISS);
  });

  it.each([
    ['How do I enable 2FA on my account?', 'How do I disable 2FA on my account?'],
    ['What is 2+2?', 'What is 2+3?'],
    ['Are there trains from Paris to Rome?', 'Are there trains from Rome to Paris?'],
    ['Is Texas larger than France?', 'Is France larger than Texas?'],
    ['Can I take ibuprofen with alcohol?', 'Can I take ibuprofen without alcohol?'],
    ['Who founded the company?', 'When was the company founded?'],
    ['What is the capital of France?', 'What is the capital of Spain?'],
  ])('is never one to the opposite, however similar: %s / %s', async (one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const { ask, model } = similar();
      await ask(first);
      expect(await ask(second)).toEqual(MISS);
      expect(model.asked).toHaveLength(2);
    }
  });

  it('is repeated as a stream, and from a stream', async () => {
    for (const stored of [true, false]) {
      const { gateway, ask, entries } = similar();
      await ask(ASKED, { stream: stored });
      const reply = await gateway.handle(
        asking({ model: 'lab/a', text: REWORDED, stream: !stored }),
      );
      expect(reply).toMatchObject({ head: { cache: 'hit', repeated: { similarity: 1 } } });
      const text = reply.kind === 'stream' ? await framesOf(reply) : JSON.stringify(bodyOf(reply));
      expect(text).toContain(ANSWER.text);
      expect(entries[1]!.operation).toMatchObject({ cacheSaving: COST, streamed: !stored });
    }
  });

  it('is not stored again, so that no rewording leads a step away from what was answered', async () => {
    const cache = semanticCache();
    const { ask } = similar({ cache });
    await ask(ASKED);
    expect(await ask(REWORDED)).toEqual(HIT);
    expect(await ask(REWORDED)).toEqual(HIT);
    expect(cache.list(undefined, 10)).toHaveLength(1);
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1, semantic: { hits: 2, misses: 1 } });
  });

  it('is not repeated any more once its entry was deleted', async () => {
    const cache = semanticCache();
    const { ask, entries } = similar({ cache });
    await ask(ASKED);
    expect(await ask(REWORDED)).toEqual(HIT);
    const wrong = entries.at(-1)!.operation.cacheEntry!;
    expect(cache.delete(wrong, 'somebody-else')).toBe(false);
    expect(cache.delete(wrong, 'acme')).toBe(true);
    expect(await ask(REWORDED)).toEqual(MISS);
  });

  it('is refused by a header, as are all answers given before', async () => {
    const { ask, embeddings, model } = similar();
    await ask(ASKED);
    const off = { request: { cache: 'off' } } as const;
    const exact = { request: { cache: 'exact' } } as const;
    expect(await ask(REWORDED, off)).toEqual({ cache: 'off', similarity: null });
    expect(await ask(REWORDED, exact)).toEqual(MISS);
    expect(embeddings.reads).toHaveLength(1);
    expect(await ask(REWORDED, exact)).toEqual({ cache: 'hit', similarity: null });
    expect(model.asked).toHaveLength(3);
    // What was asked for with similar answers refused is given to none that is similar, either.
    const { ask: askAnew } = similar();
    await askAnew(ASKED, exact);
    expect(await askAnew(REWORDED)).toEqual(MISS);
  });

  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const unfit: readonly (readonly [
    string,
    { readonly role?: string; readonly content: unknown },
  ])[] = [
    ['an assistant’s turn', { role: 'assistant', content: REWORDED }],
    ['a picture', { content: [{ type: 'text', text: REWORDED }, picture] }],
    ['a text longer than what is embedded', { content: `${REWORDED}${' Please.'.repeat(250)}` }],
    ['blanks', { content: '  \n ' }],
  ];
  it.each(unfit)('is not looked for where the last turn is %s', async (_, content) => {
    const { ask, embeddings } = similar();
    const { role, ...last } = content;
    const messages = [
      { role: 'user', content: ASKED },
      { role: role ?? 'user', ...last },
    ];
    await ask(ASKED, { body: { messages } });
    expect(embeddings.reads).toEqual([]);
  });
});

/** Each makes another request of one, whatever its last words are. */
const DIFFERENCES: Readonly<Record<string, Asking & { readonly sha256?: string }>> = {
  tenant: { request: { tenant: { id: 'other', admin: false } } },
  model: { model: 'lab/b' },
  table: { model: 'auto', sha256: 'a'.repeat(64) },
  'other table': { model: 'auto', sha256: 'b'.repeat(64) },
  domain: { model: 'auto', sha256: 'a'.repeat(64), request: { domain: 'accounts' } },
  temperature: { body: { temperature: 0 } },
  'other temperature': { body: { temperature: 1 } },
  'max tokens': { body: { max_tokens: 61 } },
  'top p': { body: { top_p: 0.5 } },
  stop: { body: { stop: ['\n'] } },
  seed: { body: { seed: 7 } },
  'reasoning effort': { body: { reasoning_effort: 'low' } },
  format: { api: 'anthropic' },
  compression: { request: { compress: true } },
  tools: {
    body: {
      tools: [{ type: 'function', function: { name: 'reset', parameters: { type: 'object' } } }],
    },
  },
  'response schema': {
    body: {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'steps', schema: { type: 'object' } },
      },
    },
  },
};
const TURNS: Readonly<Record<string, readonly object[]>> = {
  none: [],
  system: [{ role: 'system', content: 'You work for a bank.' }],
  'other system': [{ role: 'system', content: 'You work for a shop.' }],
  'earlier turns': [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello, how can I help?' },
  ],
  'other earlier turns': [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'What is it?' },
  ],
};

describe('the scope of a similar answer', () => {
  const scope = fc.record({
    difference: fc.constantFrom('nothing', ...Object.keys(DIFFERENCES)),
    turns: fc.constantFrom(...Object.keys(TURNS)),
  });

  it('is never crossed, whatever differs, even where the vectors are the same', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(scope, scope, fc.boolean(), async (one, other, isTurned) => {
        const [first, second] = isTurned ? [REWORDED, ASKED] : [ASKED, REWORDED];
        const cache = semanticCache();
        const asked = [
          [one, first],
          [other, second],
        ] as const;
        const caches: string[] = [];
        for (const [{ difference, turns }, text] of asked) {
          const { sha256 = 'a'.repeat(64), ...options } = DIFFERENCES[difference] ?? {};
          const { ask } = similar({
            cache,
            table: table(sha256),
            compressor: new WhitespaceCompressor(),
          });
          const messages = [...TURNS[turns]!, { role: 'user', content: text }];
          const isAnthropic = options.api === 'anthropic';
          const body = {
            ...options.body,
            messages: isAnthropic ? messages.slice(-1) : messages,
          };
          caches.push((await ask(text, { ...options, body })).cache);
        }
        const isSame =
          one.difference === other.difference &&
          (one.turns === other.turns || one.difference === 'format');
        if (isSame) hits++;
        expect(caches).toEqual(['miss', isSame ? 'hit' : 'miss']);
      }),
      { numRuns: 120, seed: 3 },
    );
    expect(hits).toBeGreaterThan(0);
  });

  it('holds requests of one kind: of all that there are, each repeats its own answer', async () => {
    const cache = semanticCache();
    const kinds = Object.entries(DIFFERENCES).map(([name, { sha256 = 'a'.repeat(64), ...how }]) => {
      const compressor = new WhitespaceCompressor();
      return { name, how, standing: similar({ cache, table: table(sha256), compressor }) };
    });
    for (const { name, how, standing } of kinds) {
      expect([name, await standing.ask(ASKED, how)]).toEqual([name, MISS]);
    }
    const repeated = new Set<string | null>();
    for (const { name, how, standing } of kinds) {
      expect([name, await standing.ask(REWORDED, how)]).toEqual([name, HIT]);
      repeated.add(standing.entries.at(-1)!.operation.cacheEntry);
    }
    expect(repeated.size).toBe(kinds.length);
  });
});
