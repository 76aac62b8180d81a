import { describe, expect, it } from 'vitest';
import type { Upstream } from '../../src/models/index.js';
import { anthropicMessages } from '../../src/wire/index.js';
import { COST, failing, priceOf, scriptedUpstream } from './scripted-upstream.js';
import { asking, failureOf, framesOf, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'It is four.' } as const;

describe('a model that fails', () => {
  it.each(['rate_limit', 'server', 'connection', 'timeout', 'truncated'] as const)(
    'is asked again after %s',
    async (kind) => {
      const model = scriptedUpstream('lab/a', [failing(kind), ANSWER]);
      const { gateway, entries, budget } = stand([model]);
      const reply = await gateway.handle(asking({ model: 'lab/a' }));
      expect(reply).toMatchObject({ kind: 'answer', head: { cause: 'named', model: 'lab/a' } });
      expect(model.asked).toHaveLength(2);
      const { usage, operation } = entries[0]!;
      const mayBeBilled = kind === 'timeout' || kind === 'truncated';
      expect(usage.map(({ attempt, estimated, error }) => ({ attempt, estimated, error }))).toEqual(
        [
          ...(mayBeBilled ? [{ attempt: 1, estimated: true, error: kind }] : []),
          { attempt: 2, estimated: false, error: null },
        ],
      );
      expect(usage.at(-1)!.cost).toBe(COST);
      expect(operation.cost).toBe(usage.reduce((sum, { cost }) => sum + cost!, 0));
      expect(budget).toMatchObject({ reserved: 0, spent: operation.cost, overrun: 0 });
    },
  );

  it('is booked at the worst case where nothing of its answer came', async () => {
    const model = scriptedUpstream('lab/a', [failing('timeout')]);
    const { gateway, entries } = stand([model]);
    const reply = await gateway.handle(asking({ model: 'lab/a' }));
    expect(failureOf(reply)).toMatchObject({ status: 504, code: 'upstream_timeout' });
    const [first, second] = entries[0]!.usage;
    expect(first).toMatchObject({ estimated: true, usage: { output: 60 } });
    expect(first!.usage!.input).toBeGreaterThan(COST / 2_000);
    expect(first!.cost).toBe(first!.usage!.input * 1_000 + 60 * 2_000);
    expect(second!.attempt).toBe(2);
  });

  it('is not asked again where its provider refuses the request, nor is another', async () => {
    const refusing = scriptedUpstream('lab/a', [failing('invalid_request', { status: 422 })]);
    const other = scriptedUpstream('lab/b', [ANSWER]);
    const { gateway, entries, budget } = stand([refusing, other], {
      fallbacks: { 'lab/a': ['lab/b'] },
    });
    const failure = failureOf(await gateway.handle(asking({ model: 'lab/a' })));
    expect(failure.status).toBe(400);
    expect(failure.message).toBe('lab/a refused the request: it says invalid_request');
    expect(refusing.asked).toHaveLength(1);
    expect(other.asked).toHaveLength(0);
    expect(entries[0]).toMatchObject({
      usage: [],
      operation: { error: 'invalid_request', cost: 0 },
    });
    expect(budget.reserved).toBe(0);
  });

  it('does not blame the caller for an address that sends it elsewhere', async () => {
    const moved = scriptedUpstream('lab/a', [failing('invalid_request', { status: 302 })]);
    const { gateway } = stand([moved]);
    const failure = failureOf(await gateway.handle(asking({ model: 'lab/a' })));
    expect(failure).toMatchObject({ status: 502, code: 'upstream_failed' });
  });

  it.each([
    ['rate_limit', { retryAfterMs: 60_000 }, 429],
    ['authentication', { status: 401 }, 502],
  ] as const)(
    'gives way at once after %s that does not pass soon',
    async (kind, options, status) => {
      const failed = scriptedUpstream('lab/a', [failing(kind, options)]);
      const other = scriptedUpstream('lab/b', [ANSWER]);
      const configured = stand([failed, other], { fallbacks: { 'lab/a': ['lab/b'] } });
      const reply = await configured.gateway.handle(asking({ model: 'lab/a' }));
      expect(reply).toMatchObject({ kind: 'answer', head: { cause: 'fallback', model: 'lab/b' } });
      expect(failed.asked).toHaveLength(1);
      expect(configured.entries[0]!.operation).toMatchObject({
        cause: 'fallback',
        model: 'lab/b',
        requestedModel: 'lab/a',
      });
      expect(configured.entries[0]!.usage).toMatchObject([{ model: 'lab/b', attempt: 2 }]);

      const alone = stand([failed, other]);
      const failure = failureOf(await alone.gateway.handle(asking({ model: 'lab/a' })));
      expect(failure).toMatchObject({
        status,
        retryAfterMs: 'retryAfterMs' in options ? 60_000 : null,
      });
      expect(failure.message).not.toContain('10.0.0.7');
      expect(failure.message).not.toContain('it says');
      expect(other.asked).toHaveLength(1);
    },
  );

  it('gives way to the next model before its first words, not after them', async () => {
    const error = (failing('truncated') as { error: Error }).error;
    const early = scriptedUpstream('lab/a', [{ kind: 'breaks', after: 1, text: 'one two', error }]);
    const late = scriptedUpstream('lab/c', [{ kind: 'breaks', after: 2, text: 'one two', error }]);
    const other = scriptedUpstream('lab/b', [ANSWER]);
    const { gateway, entries, budget } = stand([early, late, other], {
      fallbacks: { 'lab/a': ['lab/b'], 'lab/c': ['lab/b'] },
    });
    const saved = await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    expect(saved).toContain('four.');
    expect(saved).not.toContain('one');
    expect(saved.trimEnd().endsWith('[DONE]')).toBe(true);
    // Nothing but the start arrived, twice: input without output.
    expect(entries[0]!.usage.map(({ estimated, usage }) => [estimated, usage!.output])).toEqual([
      [true, 0],
      [true, 0],
      [false, 7],
    ]);

    const broken = await framesOf(await gateway.handle(asking({ model: 'lab/c', stream: true })));
    expect(broken).toContain('one');
    expect(broken).not.toContain('[DONE]');
    expect(broken).toContain('"error"');
    expect(late.asked).toHaveLength(1);
    expect(entries[1]).toMatchObject({
      operation: { status: 200, error: 'truncated', model: 'lab/c', cause: 'named' },
      usage: [{ estimated: true, error: 'truncated', usage: { output: 1 } }],
    });
    expect(budget.reserved).toBe(0);
  });

  it('is given up where its stream cannot be read, or it says that it failed', async () => {
    const error = new Error('never reached');
    const pieces = ['data: {"id":"x","model":"m","choices":[]}\n\n'];
    for (const last of ['data: {not json}\n\n', 'data: {"error":{"message":"overloaded"}}\n\n']) {
      const model = scriptedUpstream('lab/a', [
        { kind: 'raw', pieces: [...pieces, last, ''], error },
        ANSWER,
      ]);
      const { gateway, entries } = stand([model]);
      const frames = await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
      expect(frames).toContain('four.');
      expect(frames).not.toContain('overloaded');
      expect(entries[0]!.usage.map(({ error }) => error)).toEqual(['truncated', null]);
      expect(model.open()).toBe(0);
    }
  });

  it('may answer whole where a stream was asked for', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER], { streams: false });
    const { gateway, entries } = stand([model]);
    const frames = await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    expect(frames).toContain('It is four.');
    expect(frames.trimEnd().endsWith('[DONE]')).toBe(true);
    expect(entries[0]!.operation).toMatchObject({ streamed: true, cost: COST });
  });

  it('gives way where its format cannot say what was asked', async () => {
    const foreign = scriptedUpstream('lab/a', [ANSWER], { format: anthropicMessages });
    const native = scriptedUpstream('lab/b', [ANSWER]);
    const request = { model: 'lab/a', body: { logit_bias: { 5: 10 } } };
    const alone = stand([foreign, native]);
    const failure = failureOf(await alone.gateway.handle(asking(request)));
    expect(failure).toMatchObject({ status: 400 });
    expect(failure.message).toContain('logit_bias');
    expect(alone.budget.reserved).toBe(0);
    const both = stand([foreign, native], { fallbacks: { 'lab/a': ['lab/b'] } });
    expect(await both.gateway.handle(asking(request))).toMatchObject({ head: { model: 'lab/b' } });
  });
});

describe('limits', () => {
  it('refuses what does not fit under the budget, before it is sent, retries and fallbacks included', async () => {
    const cheap = scriptedUpstream('lab/a', [failing('server')]);
    const dear = scriptedUpstream('lab/b', [ANSWER], { pricing: priceOf('lab/b', 1_000, 1_000) });
    const { gateway, entries, budget } = stand([cheap, dear], {
      fallbacks: { 'lab/a': ['lab/b'] },
      capNano: 10_000_000,
    });
    const failure = failureOf(await gateway.handle(asking({ model: 'lab/a' })));
    expect(failure).toMatchObject({ status: 402, code: 'budget_exceeded' });
    expect(dear.asked).toHaveLength(0);
    expect(entries[0]!.operation).toMatchObject({ error: 'budget_exceeded', status: 402, cost: 0 });
    expect(budget).toMatchObject({ reserved: 0, spent: 0 });
  });

  it('imposes a length on answers, and refuses one above the cap', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway } = stand([model]);
    await gateway.handle(asking({ model: 'lab/a', body: { max_tokens: undefined } }));
    expect(model.asked[0]!.parameters.maxTokens).toBe(64);
    const failure = failureOf(
      await gateway.handle(asking({ model: 'lab/a', body: { max_tokens: 1_001 } })),
    );
    expect(failure.status).toBe(400);
    expect(failure.message).toContain('1000');
  });

  it('turns away who asks too often', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway, entries } = stand([model], {
      tenants: {
        admit: () => 1_500,
        reserve: () => ({ settle: () => {} }),
        warning: () => null,
      },
    });
    const failure = failureOf(await gateway.handle(asking({ model: 'lab/a' })));
    expect(failure).toMatchObject({ status: 429, retryAfterMs: 1_500 });
    expect(model.asked).toHaveLength(0);
    expect(entries[0]!.operation).toMatchObject({
      error: 'rate_limited',
      status: 429,
      model: null,
    });
  });
});

describe('metering', () => {
  it('books an answer without a count at an estimate of its texts', async () => {
    const model = scriptedUpstream('lab/a', [{ ...ANSWER, usage: null }]);
    const { gateway, entries } = stand([model]);
    await gateway.handle(asking({ model: 'lab/a' }));
    await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    for (const { usage } of entries) {
      expect(usage).toMatchObject([{ estimated: true, error: null, usage: { output: 3 } }]);
      expect(usage[0]!.usage!.input).toBeGreaterThan(3);
      expect(usage[0]!.usage!.input).toBeLessThan(60);
    }
  });

  it('takes a count for one of the whole answer only once the answer has ended', async () => {
    const error = (failing('truncated') as { error: Error }).error;
    const chunk = (choice: object, usage: object) =>
      `data: ${JSON.stringify({ id: 'x', model: 'm', created: 1, choices: [{ index: 0, ...choice }], usage })}\n\n`;
    const first = chunk(
      { delta: { content: 'one two' } },
      { prompt_tokens: 9, completion_tokens: 1 },
    );
    const last = chunk(
      { delta: {}, finish_reason: 'stop' },
      { prompt_tokens: 9, completion_tokens: 4 },
    );
    const soFar = scriptedUpstream('lab/a', [{ kind: 'raw', pieces: [first], error }]);
    const whole = scriptedUpstream('lab/b', [{ kind: 'raw', pieces: [first, last], error }]);
    const { gateway, entries } = stand([soFar, whole]);
    for (const model of ['lab/a', 'lab/b']) {
      const frames = await framesOf(await gateway.handle(asking({ model, stream: true })));
      expect(frames).toContain('one two');
    }
    expect(entries[0]!.usage).toMatchObject([{ estimated: true, usage: { output: 2 } }]);
    expect(entries[1]!.usage).toMatchObject([
      { estimated: false, error: 'truncated', usage: { input: 9, output: 4 } },
    ]);
  });

  it('ends at its end mark, whatever its provider sends behind it', async () => {
    const error = (failing('truncated') as { error: Error }).error;
    const chunk = (choice: object) =>
      `data: ${JSON.stringify({ id: 'x', model: 'm', created: 1, choices: [{ index: 0, ...choice }] })}\n\n`;
    const whole =
      chunk({ delta: { content: 'four' } }) + chunk({ delta: {}, finish_reason: 'stop' });
    const behind = chunk({ delta: { content: 'and more' } });
    const pieces = [`${whole}data: [DONE]\n\n${behind}`];
    const model = scriptedUpstream('lab/a', [{ kind: 'raw', pieces, error }]);
    const { gateway } = stand([model]);
    const frames = await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    expect(frames).toContain('four');
    expect(frames).not.toContain('and more');
    expect(frames).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('knows no cost for a count that no amount can hold', async () => {
    const usage = { ...COUNT_BEYOND, cachedInput: 0, cacheWrite: 0, reasoning: 0 };
    const model = scriptedUpstream('lab/a', [{ ...ANSWER, usage }]);
    const { gateway, entries, budget } = stand([model]);
    expect((await gateway.handle(asking({ model: 'lab/a' }))).kind).toBe('answer');
    expect(entries[0]).toMatchObject({ operation: { cost: null }, usage: [{ cost: null }] });
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBeGreaterThan(0);
  });

  it('knows no cost where the provider charges otherwise than the price list', async () => {
    const chunk = (further: object) =>
      `data: ${JSON.stringify({ id: 'x', created: 1, model: 'a', service_tier: 'priority', ...further })}\n\n`;
    const pieces = [
      chunk({ choices: [{ index: 0, delta: { content: 'four' }, finish_reason: 'stop' }] }),
      chunk({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 7 } }),
      'data: [DONE]\n\n',
    ];
    const { error } = failing('truncated') as { error: Error };
    const model = scriptedUpstream('lab/a', [{ kind: 'raw', pieces, error }]);
    const { gateway, entries, budget } = stand([model]);
    const body = { service_tier: 'priority' };
    await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true, body })));
    expect(entries[0]).toMatchObject({
      operation: { cost: null },
      usage: [{ cost: null, estimated: false, usage: { input: 20, output: 7 } }],
    });
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBeGreaterThan(COST);
  });

  it('acknowledges nothing that the ledger did not take', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway, budget, events } = stand([model], {
      ledger: { record: () => Promise.reject(new Error('disk full')) },
    });
    const reply = await gateway.handle(asking({ model: 'lab/a' }));
    expect(failureOf(reply)).toMatchObject({ status: 500, code: 'ledger_failed' });
    expect(budget.reserved).toBe(0);
    expect(events.filter(({ kind }) => kind === 'ledger_failed')).toHaveLength(1);
    await gateway.drain();
  });

  it('counts what was refused unpaid as simulated where nothing else could have answered', async () => {
    const simulated = {
      ...scriptedUpstream('simulated/a', [ANSWER]),
      origin: 'simulated' as const,
    };
    const live = scriptedUpstream('lab/a', [ANSWER]);
    const originOf = async (models: readonly Upstream[], model: string) => {
      const { gateway, entries } = stand(models, { capNano: 1 });
      expect(failureOf(await gateway.handle(asking({ model }))).status).toBeGreaterThan(401);
      return entries[0]!.operation.origin;
    };
    expect(await originOf([simulated], 'no/such')).toBe('simulated');
    expect(await originOf([simulated], 'simulated/a')).toBe('simulated');
    expect(await originOf([simulated, live], 'simulated/a')).toBe('simulated');
    expect(await originOf([simulated, live], 'lab/a')).toBe('live');
    expect(await originOf([simulated, live], 'no/such')).toBe('live');
  });

  it('ends no stream that the ledger did not take', async () => {
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway, budget } = stand([model], {
      ledger: { record: () => Promise.reject(new Error('disk full')) },
    });
    const frames = await framesOf(await gateway.handle(asking({ model: 'lab/a', stream: true })));
    expect(frames).toContain('four.');
    expect(frames).not.toContain('[DONE]');
    expect(frames).toContain('ledger');
    expect(budget.reserved).toBe(0);
    await gateway.drain();
  });

  it('ends a stream only after the commit', async () => {
    let commit = (): void => {};
    const model = scriptedUpstream('lab/a', [ANSWER]);
    const { gateway } = stand([model], {
      ledger: { record: () => new Promise<void>((resolve) => (commit = resolve)) },
    });
    const reply = await gateway.handle(asking({ model: 'lab/a', stream: true }));
    if (reply.kind !== 'stream') throw new Error('Expected a stream');
    const frames = reply.frames[Symbol.asyncIterator]();
    let seen = '';
    while (!seen.includes('"finish_reason":"stop"')) seen += (await frames.next()).value;
    let ended = false;
    const last = frames.next().then((frame) => {
      ended = true;
      return frame;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ended).toBe(false);
    commit();
    expect((await last).value).toMatch(/^: switchyard \{.*\}\n\ndata: \[DONE\]\n\n$/);
    expect((await frames.next()).done).toBe(true);
  });
});

const COUNT_BEYOND = { input: Number.MAX_SAFE_INTEGER, output: 1 };
