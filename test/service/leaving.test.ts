import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Upstream } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { failing, scriptedUpstream } from './scripted-upstream.js';
import { asking, exactCache, framesOf, stand, standIn, upstreamAt } from './standing.js';

const HANGS = { kind: 'hangs', after: 3, text: 'one two three four' } as const;

async function* hookedBody(
  body: AsyncIterable<Uint8Array>,
  at: number,
  closes: boolean,
  hook: () => void,
): AsyncIterableIterator<Uint8Array> {
  let piece = 0;
  for await (const chunk of body) {
    if (piece++ === at) {
      hook();
      if (closes) return;
    }
    yield chunk;
  }
}

describe('a client that leaves', () => {
  it('is booked with the input and what had come of the answer', async () => {
    const model = scriptedUpstream('lab/a', [HANGS]);
    const { gateway, entries, budget } = stand([model]);
    const client = new AbortController();
    const request = { left: client.signal };
    const reply = await gateway.handle(asking({ model: 'lab/a', stream: true, request }));
    setTimeout(() => client.abort(), 5);
    const frames = await framesOf(reply);
    expect(frames).toContain('two');
    expect(frames).not.toContain('[DONE]');
    await gateway.drain();
    expect(entries[0]).toMatchObject({
      operation: { status: 200, error: 'client_left', model: 'lab/a', streamed: true },
      usage: [{ estimated: true, error: 'aborted', usage: { output: 2 } }],
    });
    expect(entries[0]!.usage[0]!.usage!.input).toBeGreaterThan(0);
    expect(model.aborted()).toBe(1);
    expect(budget.reserved).toBe(0);
    expect(getEventListeners(client.signal, 'abort')).toEqual([]);
  });

  it('is noticed while nobody reads the stream', async () => {
    const model = scriptedUpstream('lab/a', [HANGS]);
    const { gateway, entries } = stand([model]);
    const client = new AbortController();
    const request = { left: client.signal };
    const reply = await gateway.handle(asking({ model: 'lab/a', stream: true, request }));
    expect(reply.kind).toBe('stream');
    client.abort();
    await gateway.drain();
    expect(entries[0]!.operation.error).toBe('client_left');
  });

  it.each([0, 1, 2])('is one that stops reading after %i pulls', async (pulls) => {
    const model = scriptedUpstream('lab/a', [HANGS]);
    const { gateway, entries, budget } = stand([model]);
    const reply = await gateway.handle(asking({ model: 'lab/a', stream: true }));
    if (reply.kind !== 'stream') throw new Error('Expected a stream');
    const frames = reply.frames[Symbol.asyncIterator]();
    for (let at = 0; at < pulls; at++) await frames.next();
    await frames.return?.();
    await gateway.drain();
    expect(entries[0]!.operation.error).toBe('client_left');
    expect(model.aborted()).toBe(1);
    expect(budget.reserved).toBe(0);
    expect((await frames.next()).done).toBe(true);
  });

  it.each([true, false])(
    'is booked at the worst case where the answer was to come whole, fallbacks: %s',
    async (hasOther) => {
      const model = scriptedUpstream('lab/a', [{ kind: 'silent' }]);
      const other = scriptedUpstream('lab/b', [{ kind: 'answer', text: 'late' }]);
      const { gateway, entries } = stand([model, other], {
        fallbacks: { 'lab/a': hasOther ? ['lab/b'] : [] },
      });
      const client = new AbortController();
      setTimeout(() => client.abort(), 5);
      await gateway.handle(asking({ model: 'lab/a', request: { left: client.signal } }));
      expect(entries[0]).toMatchObject({
        operation: { status: 499, error: 'client_left', model: null },
        usage: [{ estimated: true, usage: { output: 60 } }],
      });
      expect(model.aborted()).toBe(1);
      expect(other.asked).toHaveLength(0);
    },
  );

  it('is one that stops while it waits for more', async () => {
    const model = scriptedUpstream('lab/a', [HANGS]);
    const { gateway, entries } = stand([model]);
    const reply = await gateway.handle(asking({ model: 'lab/a', stream: true }));
    if (reply.kind !== 'stream') throw new Error('Expected a stream');
    const frames = reply.frames[Symbol.asyncIterator]();
    for (const _ of [1, 2]) expect((await frames.next()).done).toBe(false);
    const waiting = frames.next();
    await frames.return?.();
    expect((await waiting).done).toBe(true);
    await gateway.drain();
    expect(entries).toHaveLength(1);
    expect(entries[0]!.usage).toMatchObject([{ error: 'aborted', usage: { output: 2 } }]);
    expect(model.open()).toBe(0);
  });

  it('may do so while its answer begins, or just as it ends', async () => {
    // Pieces: start, three words, finish, end; without the last, the body just closes.
    for (const [leavesAt, closes, output] of [
      [1, false, 1],
      [5, false, 4],
      [5, true, 4],
    ] as const) {
      const client = new AbortController();
      const model = scriptedUpstream('lab/a', [{ kind: 'answer', text: 'one two three' }]);
      const hooked: Upstream = {
        ...model,
        async send(...sent) {
          const reply = await model.send(...sent);
          // Left at such a moment, the provider may send what comes next all the same.
          return { ...reply, body: hookedBody(reply.body, leavesAt, closes, () => client.abort()) };
        },
      };
      const { gateway, entries, budget, events } = stand([hooked]);
      const reply = await gateway.handle(
        asking({ model: 'lab/a', stream: true, request: { left: client.signal } }),
      );
      if (leavesAt > 1) await framesOf(reply);
      await gateway.drain();
      expect(entries).toMatchObject([
        { operation: { error: 'client_left' }, usage: [{ usage: { output } }] },
      ]);
      expect(events.filter(({ kind }) => kind === 'unexpected')).toEqual([]);
      expect(budget.reserved).toBe(0);
    }
  });

  it('is cut off at the provider', async () => {
    const provider = await standIn({ streamDelayMs: 20 });
    const upstream = await upstreamAt(provider, 'openai');
    const { gateway, entries } = stand([upstream]);
    const client = new AbortController();
    const request = { left: client.signal };
    const reply = await gateway.handle(asking({ stream: true, request }));
    client.abort();
    expect(await framesOf(reply)).toBe('');
    await gateway.drain();
    while (provider.account().abandoned === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(provider.account().billed.delivered.attempts).toBe(0);
    expect(entries[0]!.usage).toMatchObject([{ estimated: true, error: 'aborted' }]);
    await upstream.close();
    await provider.close();
  });

  it('who has left before costs nothing', async () => {
    const model = scriptedUpstream('lab/a', [{ kind: 'answer', text: 'late' }]);
    const { gateway, entries } = stand([model]);
    await gateway.handle(asking({ model: 'lab/a', request: { left: AbortSignal.abort() } }));
    expect(entries[0]).toMatchObject({ operation: { error: 'client_left', cost: 0 }, usage: [] });
    expect(model.asked).toHaveLength(0);
  });
});

it('leaves nothing reserved and nothing under way after 1,000 operations of all kinds', async () => {
  const error = (failing('truncated') as { error: Error }).error;
  const rng = createRng(7, 'mixed');
  const behaviours = Array.from({ length: 3_000 }, () => {
    const drawn = rng.next();
    if (drawn < 0.6) return { kind: 'answer', text: 'one two three' } as const;
    if (drawn < 0.7) return HANGS;
    if (drawn < 0.8)
      return { kind: 'breaks', after: rng.below(4), text: 'one two', error } as const;
    return failing(
      (['server', 'timeout', 'invalid_request', 'authentication'] as const)[rng.below(4)]!,
    );
  });
  const models = ['lab/a', 'lab/b'].map((id) => scriptedUpstream(id, behaviours));
  const { gateway, entries, budget, events } = stand(models, {
    fallbacks: { 'lab/a': ['lab/b'] },
    cache: exactCache(),
  });
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note);
  const clients: AbortSignal[] = [];
  for (let at = 0; at < 1_000; at += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = new AbortController();
        clients.push(client.signal);
        // Some hang until the client leaves.
        const leaving = setTimeout(() => client.abort(), 1 + rng.below(4));
        const reply = await gateway.handle(
          asking({
            model: ['lab/a', 'lab/b', 'lab/none'][rng.below(3)]!,
            text: `prompt ${rng.below(400)}`,
            stream: rng.next() < 0.5,
            request: { left: client.signal },
          }),
        );
        if (reply.kind === 'stream' && rng.next() < 0.9) await framesOf(reply);
        else client.abort();
        clearTimeout(leaving);
      }),
    );
  }
  await gateway.drain();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
  expect(events.filter(({ kind }) => kind === 'unexpected')).toEqual([]);
  expect(entries).toHaveLength(1_000);
  expect(new Set(entries.map(({ operation }) => operation.id)).size).toBe(1_000);
  expect(budget.reserved).toBe(0);
  expect(budget.overrun).toBe(0);
  const booked = entries.flatMap(({ usage }) => usage).reduce((sum, { cost }) => sum + cost!, 0);
  expect(budget.spent).toBe(booked);
  expect(clients.flatMap((client) => getEventListeners(client, 'abort'))).toEqual([]);
  const kinds = new Set(entries.map(({ operation }) => operation.error));
  expect([...kinds].sort()).toEqual(
    [
      'authentication',
      'client_left',
      'invalid_request',
      'model_not_found',
      null,
      'server',
      'timeout',
      'truncated',
    ].sort(),
  );
});
