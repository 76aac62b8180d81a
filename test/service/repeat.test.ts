import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WhitespaceCompressor } from '../../src/compression/index.js';
import type { ModelApi, StandIn, Upstream } from '../../src/models/index.js';
import type { CacheUse } from '../../src/service/index.js';
import { createFrameSplitter } from '../../src/wire/index.js';
import { COST, failing, scriptedUpstream, USAGE } from './scripted-upstream.js';
import {
  APIS,
  asking,
  bodyOf,
  exactCache,
  FORMATS,
  framesOf,
  stand,
  standIn,
  upstreamAt,
} from './standing.js';

const ANSWER = { kind: 'answer', text: 'It is four.' } as const;

let provider: StandIn;
const upstreams = new Map<ModelApi, Upstream>();

beforeAll(async () => {
  provider = await standIn();
  for (const api of APIS) upstreams.set(api, await upstreamAt(provider, api));
});
afterAll(async () => {
  for (const upstream of upstreams.values()) await upstream.close();
  await provider.close();
});

type Reply = Awaited<ReturnType<ReturnType<typeof stand>['gateway']['handle']>>;

async function answerOf(api: ModelApi, reply: Reply) {
  if (reply.kind === 'answer') return FORMATS[api].parseAnswer(bodyOf(reply));
  const reader = FORMATS[api].createStreamReader();
  const frames = createFrameSplitter().push(Buffer.from(await framesOf(reply)));
  const events = frames.flatMap((frame) => reader.read(frame));
  expect(events.at(-1)).toEqual({ kind: 'end' });
  return reader.answer()!;
}

const WAYS = [true, false].flatMap((stored) =>
  [true, false].flatMap((repeated) =>
    APIS.flatMap((api) => APIS.map((behind) => ({ api, behind, stored, repeated }))),
  ),
);

describe('an answer given before', () => {
  it.each(WAYS)(
    'is repeated: $api caller, model behind $behind, stored streamed: $stored, repeated streamed: $repeated',
    async ({ api, behind, stored, repeated }) => {
      const { gateway, entries } = stand([upstreams.get(behind)!], { cache: exactCache() });
      const usage = api === 'openai' ? { stream_options: { include_usage: true } } : {};
      const ask = (stream: boolean) =>
        gateway.handle(asking({ api, stream, body: stream ? usage : {} }));
      const attempts = provider.account().attempts;
      const first = await ask(stored);
      expect(first).toMatchObject({ head: { cache: 'miss', cause: 'named' } });
      const given = await answerOf(api, first);
      const second = await ask(repeated);
      expect(second).toMatchObject({ head: { cache: 'hit', cause: 'cache', simulated: true } });
      const again = await answerOf(api, second);
      expect(provider.account().attempts).toBe(attempts + 1);
      expect(again.parts).toEqual(given.parts);
      expect(again.finishReason).toBe(given.finishReason);
      expect(again.usage).toEqual(given.usage);
      expect(again.id).not.toBe(given.id);
      const [paid, free] = entries;
      expect(free).toMatchObject({
        usage: [],
        operation: { cost: 0, cacheSaving: paid!.operation.cost, cause: 'cache', cache: 'hit' },
      });
      expect(paid!.operation).toMatchObject({ cacheSaving: 0, cache: 'miss' });
      expect(paid!.operation.cost).toBeGreaterThan(0);
    },
  );

  it('is not repeated where the caller wants none repeated', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway, entries } = stand([model], { cache: exactCache() });
    const ask = (cache: CacheUse) => gateway.handle(asking({ model: 'lab/a', request: { cache } }));
    await ask('off');
    await ask('on');
    await ask('off');
    await ask('on');
    expect(model.asked).toHaveLength(3);
    expect(entries.map(({ operation }) => operation.cache)).toEqual(['off', 'miss', 'off', 'hit']);
  });

  it('is not repeated where it broke off, or another model gave it in place of the one named', async () => {
    const error = (failing('truncated') as { error: Error }).error;
    const broken = scriptedUpstream('lab/a', [
      { kind: 'breaks', after: 2, text: 'one two', error },
      failing('server'),
    ]);
    const other = scriptedUpstream('lab/b', [ANSWER]);
    const { gateway } = stand([broken, other], {
      cache: exactCache(),
      fallbacks: { 'lab/a': ['lab/b'] },
    });
    await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    for (const asked of [1, 2]) {
      const reply = await gateway.handle(asking({ model: 'lab/a' }));
      expect(reply).toMatchObject({ head: { cache: 'miss', cause: 'fallback' } });
      expect(other.asked).toHaveLength(asked);
    }
  });

  it('is another one where prompts may have been shortened', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway, entries } = stand([model], {
      cache: exactCache(),
      compressor: new WhitespaceCompressor(),
    });
    const ask = (compress: boolean) =>
      gateway.handle(asking({ model: 'lab/a', text: 'What    is   this?', request: { compress } }));
    await ask(false);
    await ask(true);
    await ask(true);
    expect(model.asked.map(({ messages }) => messages[0]!.parts[0])).toMatchObject([
      { text: 'What    is   this?' },
      { text: 'What is this?' },
    ]);
    expect(entries.map(({ operation }) => operation.tokensRemoved)).toEqual([0, 1, 0]);
    expect(entries.map(({ operation }) => operation.cache)).toEqual(['miss', 'miss', 'hit']);
  });

  it('is never one of another tenant, whatever is asked', async () => {
    const person = fc.string({ minLength: 1, maxLength: 8 });
    const body = fc.record(
      {
        temperature: fc.constantFrom(0, 0.5, 1),
        seed: fc.constantFrom(1, 2),
        user: person,
        stream: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        person,
        person,
        fc.string({ minLength: 1 }),
        body,
        async (a, b, text, members) => {
          fc.pre(a !== b);
          const model = scriptedUpstream('lab/a', [ANSWER]);
          const { gateway, entries } = stand([model], { cache: exactCache() });
          for (const id of [a, b, a]) {
            const request = { tenant: { id, admin: false } };
            const reply = await gateway.handle(
              asking({ model: 'lab/a', text, body: members, request }),
            );
            if (reply.kind === 'stream') await framesOf(reply);
          }
          expect(entries.map(({ operation }) => operation.cache)).toEqual(['miss', 'miss', 'hit']);
          expect(model.asked).toHaveLength(2);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('counts as saved what it cost, not what it would cost now, and as unknown where that is', async () => {
    const model = scriptedUpstream('lab/a', [
      { ...ANSWER, usage: { ...USAGE, input: Number.MAX_SAFE_INTEGER } },
      ANSWER,
    ]);
    const { gateway, entries } = stand([model], { cache: exactCache() });
    for (const text of ['one', 'one', 'two', 'two']) {
      await gateway.handle(asking({ model: 'lab/a', text }));
    }
    expect(entries.map(({ operation }) => operation.cacheSaving)).toEqual([0, null, 0, COST]);
  });

  it('counts as saved what the answer cost, and not the attempts that failed before it', async () => {
    const error = (failing('truncated') as { error: Error }).error;
    const model = scriptedUpstream('lab/a', [
      { kind: 'breaks', after: 0, text: 'one two', error },
      ANSWER,
    ]);
    const { gateway, entries } = stand([model], { cache: exactCache() });
    for (const _ of [1, 2]) await gateway.handle(asking({ model: 'lab/a' }));
    const [paid, free] = entries.map(({ operation }) => operation);
    expect(paid!.cost).toBeGreaterThan(COST);
    expect(free).toMatchObject({ cache: 'hit', cacheSaving: COST });
  });

  it('is asked for anew as a stream, where it says what a stream cannot repeat', async () => {
    const pieces = [
      { type: 'message_start', message: { id: 'm', model: 'a', usage: { input_tokens: 20 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is ' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'four' },
        usage: { output_tokens: 7 },
      },
      { type: 'message_stop' },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    const error = (failing('truncated') as { error: Error }).error;
    const model = scriptedUpstream('lab/a', [{ kind: 'raw', pieces, error }], {
      format: FORMATS.anthropic,
    });
    const { gateway } = stand([model], { cache: exactCache() });
    const ask = (stream: boolean) =>
      gateway.handle(asking({ api: 'anthropic', model: 'lab/a', stream }));
    const first = await framesOf(await ask(true));
    expect(first).toContain('"stop_sequence":"four"');
    const whole = await ask(false);
    expect(whole).toMatchObject({ head: { cache: 'hit' } });
    expect(bodyOf(whole)).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'four' });
    const again = await ask(true);
    expect(again).toMatchObject({ head: { cache: 'miss' } });
    expect(await framesOf(again)).toContain('"stop_sequence":"four"');
  });
});
