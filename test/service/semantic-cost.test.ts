import { describe, expect, it } from 'vitest';
import type { SignalBatch } from '../../src/features/index.js';
import { COST, scriptedUpstream } from './scripted-upstream.js';
import { billed, embedded, heldClock, scriptedEmbeddings, semanticCache } from './similar.js';
import { asking, framesOf, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'Open the settings and choose a new one.' } as const;
const ASKED = 'How do I reset my password?';
const REWORDED = 'What is the way to reset my password?';
const EMBEDDING = 300;
const ask = (text: string, further: Parameters<typeof asking>[0] = {}) =>
  asking({ model: 'lab/a', text, ...further });

/** Resolves with what is given to it later. */
function later<Value>() {
  let give: (value: Value) => void = () => {};
  const value = new Promise<Value>((resolve) => {
    give = resolve;
  });
  return { value, give: (given: Value) => give(given) };
}

/** Lets everything happen that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function similar(
  embeddings: ReturnType<typeof scriptedEmbeddings>,
  overrides: Parameters<typeof stand>[1] = {},
) {
  const model = scriptedUpstream('lab/a', [ANSWER]);
  const clock = heldClock();
  const standing = stand([model], { cache: semanticCache(), embeddings, clock, ...overrides });
  return { ...standing, model, clock };
}

describe('an embedding that costs money', () => {
  const priced = () =>
    scriptedEmbeddings(() => embedded([1, 0], [billed(EMBEDDING)]), 2 * EMBEDDING);

  it('is booked with each request, and is no part of what a hit saves', async () => {
    const { gateway, entries, budget } = similar(priced());
    await gateway.handle(ask(ASKED));
    await gateway.handle(ask(REWORDED));
    await gateway.handle(ask(ASKED));
    const [paid, hit, same] = entries;
    expect(paid!.operation).toMatchObject({ cost: COST + EMBEDDING, cacheSaving: 0 });
    expect(paid!.usage).toMatchObject([
      { operationId: paid!.operation.id, attempt: 1, purpose: 'embedding', cost: EMBEDDING },
      { operationId: paid!.operation.id, purpose: 'candidate', cost: COST },
    ]);
    expect(hit!.operation).toMatchObject({ cost: EMBEDDING, cacheSaving: COST, similarity: 1 });
    expect(hit!.usage).toMatchObject([{ operationId: hit!.operation.id, runId: 'service' }]);
    expect(same!.operation).toMatchObject({ cost: 0, cacheSaving: COST, similarity: null });
    expect(budget).toMatchObject({ spent: COST + 2 * EMBEDDING, reserved: 0 });
  });

  it('of unknown cost makes the cost of its operation unknown, and not what was saved', async () => {
    const embeddings = scriptedEmbeddings(() => embedded([1, 0], [billed(null)]), EMBEDDING);
    const { gateway, entries, budget } = similar(embeddings);
    await gateway.handle(ask(ASKED));
    await gateway.handle(ask(REWORDED));
    expect(entries.map(({ operation }) => operation.cost)).toEqual([null, null]);
    expect(entries[1]!.operation.cacheSaving).toBe(COST);
    expect(budget).toMatchObject({ spent: COST + 2 * EMBEDDING, reserved: 0 });
  });

  it('is not asked for where it does not fit under a budget, and the request is answered all the same', async () => {
    const embeddings = scriptedEmbeddings(undefined, 1e12);
    const { gateway, entries, budget, model } = similar(embeddings, { capNano: 1e9 });
    for (const text of [ASKED, REWORDED]) {
      expect(await gateway.handle(ask(text))).toMatchObject({ head: { cache: 'miss' } });
    }
    expect(embeddings.reads).toEqual([]);
    expect(model.asked).toHaveLength(2);
    expect(entries.map(({ operation }) => operation.cost)).toEqual([COST, COST]);
    expect(budget).toMatchObject({ spent: 2 * COST, reserved: 0 });
  });
});

describe('embeddings that are not to be had', () => {
  it.each([
    ['fail at a cost', () => ({ usage: [billed(EMBEDDING, { error: 'server' })], failure: 'no' })],
    ['are empty', () => embedded([], [billed(EMBEDDING)])],
    ['are all zero', () => embedded([0, 0], [billed(EMBEDDING)])],
  ])('leave a plain miss: %s', async (_, read: () => SignalBatch) => {
    const cache = semanticCache();
    const { gateway, entries } = similar(scriptedEmbeddings(read, EMBEDDING), { cache });
    for (const text of [ASKED, REWORDED]) {
      expect(await gateway.handle(ask(text))).toMatchObject({ kind: 'answer' });
    }
    for (const { operation } of entries) {
      expect(operation).toMatchObject({ cache: 'miss', cost: COST + EMBEDDING, error: null });
    }
    expect(cache.stats().semantic).toMatchObject({ entries: 0, misses: 2, unembedded: 2 });
    await gateway.handle(ask(ASKED));
    expect(entries[2]!.operation).toMatchObject({ cache: 'hit', cacheSaving: COST });
  });

  it('do so where the source throws, and no money stays reserved', async () => {
    const broken = scriptedEmbeddings(() => Promise.reject(new Error('broken')), EMBEDDING);
    const { gateway, entries, budget, events } = similar(broken);
    expect(await gateway.handle(ask(ASKED))).toMatchObject({ kind: 'answer' });
    expect(entries[0]!.operation).toMatchObject({ cache: 'miss', cost: COST });
    expect(budget.reserved).toBe(0);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'looked_for_similar', embedded: false }),
    );
  });

  it('are given up after half a second; what they cost is booked before the answer is out', async () => {
    const held = later<SignalBatch>();
    const embeddings = scriptedEmbeddings(() => held.value, EMBEDDING);
    const { gateway, entries, clock, model, budget, events } = similar(embeddings);
    let isOut = false;
    const reply = gateway.handle(ask(ASKED)).finally(() => {
      isOut = true;
    });
    await settle();
    clock.pass(499);
    await settle();
    expect(model.asked).toHaveLength(0);
    expect(embeddings.aborts[0]!.aborted).toBe(false);
    clock.pass(1);
    await settle();
    await settle();
    expect(model.asked).toHaveLength(1);
    // Whoever reads the embedding is told, so that the answer does not wait for it long.
    expect(embeddings.aborts[0]!.aborted).toBe(true);
    expect([isOut, entries.length]).toEqual([false, 0]);
    held.give(embedded([1, 0], [billed(EMBEDDING, { estimated: true })]));
    expect(await reply).toMatchObject({ head: { cache: 'miss' } });
    expect(entries[0]!.operation.cost).toBe(COST + EMBEDDING);
    expect(entries[0]!.usage.map(({ purpose }) => purpose).sort()).toEqual([
      'candidate',
      'embedding',
    ]);
    expect(budget).toMatchObject({ spent: COST + EMBEDDING, reserved: 0 });
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'looked_for_similar', ms: 500, embedded: false }),
    );
  });

  it('hold the end of a stream until they are booked', async () => {
    const held = later<SignalBatch>();
    const { gateway, entries, clock } = similar(scriptedEmbeddings(() => held.value, EMBEDDING));
    const reply = gateway.handle(ask(ASKED, { stream: true }));
    await settle();
    clock.pass(500);
    let text: string | null = null;
    const read = reply.then(async (stream) => {
      text = await framesOf(stream);
    });
    await settle();
    await settle();
    expect(text).toBeNull();
    held.give(embedded([1, 0], [billed(EMBEDDING)]));
    await read;
    expect(text).toContain('[DONE]');
    expect(entries[0]!.operation.cost).toBe(COST + EMBEDDING);
  });
});

describe('a client that leaves while its embedding is computed', () => {
  it('has it cut off and booked, and no model is asked', async () => {
    const held = later<SignalBatch>();
    const embeddings = scriptedEmbeddings((_, abort) => {
      abort.addEventListener('abort', () => {
        const aborted = billed(EMBEDDING, { estimated: true, error: 'aborted' });
        held.give({ usage: [aborted], failure: 'aborted by us' });
      });
      return held.value;
    }, EMBEDDING);
    const { gateway, entries, model, budget } = similar(embeddings);
    const client = new AbortController();
    const reply = gateway.handle(ask(ASKED, { request: { left: client.signal } }));
    await settle();
    client.abort();
    expect(await reply).toMatchObject({ kind: 'failure' });
    await gateway.drain();
    expect(model.asked).toHaveLength(0);
    expect(entries[0]).toMatchObject({
      operation: { error: 'client_left', cost: EMBEDDING, cache: 'miss' },
      usage: [{ purpose: 'embedding', estimated: true, error: 'aborted' }],
    });
    expect(budget).toMatchObject({ spent: EMBEDDING, reserved: 0 });
  });
});
