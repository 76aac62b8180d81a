import { describe, expect, it } from 'vitest';
import type { UsageRecord } from '../../src/costs/index.js';
import type { SignalSource } from '../../src/features/index.js';
import { drive, type Policy } from '../../src/policies/index.js';
import { policyFromDocument } from '../../src/routers/index.js';
import { fallbackChains, type LiveTable } from '../../src/service/index.js';
import { createRng } from '../../src/statistics/index.js';
import { anthropicMessages } from '../../src/wire/index.js';
import { handMadeTable } from '../tables/hand-made-table.js';
import { COST, failing, priceOf, scriptedUpstream } from './scripted-upstream.js';
import { asking, exactCache, failureOf, framesOf, stand } from './standing.js';

const ANSWER = { kind: 'answer', text: 'It is four.' } as const;
const MODELS = ['lab/a', 'lab/b', 'lab/c'] as const;

function liveTable(policy: Policy): LiveTable {
  const table = handMadeTable(policy.toDocument(), { needs: policy.needs });
  return { table, sha256: 'f'.repeat(64), policy };
}

/** Calls one model, whatever it is asked. */
function fixed(model: number, needs: Partial<Policy['needs']> = {}): Policy {
  return {
    id: 'fixed@1',
    router: 'fixed',
    dial: '1',
    models: MODELS,
    needs: { domain: false, answers: false, ...needs },
    decide: ({ calls }) =>
      calls.length > 0
        ? { step: { kind: 'stop', answer: 0 }, propensity: 1, reasons: [] }
        : {
            step: { kind: 'call', model },
            propensity: 0.5,
            probabilities: MODELS.map((_, at) => (at === model ? 0.5 : 0.25)),
            reasons: [],
          },
    toDocument: () => ({ router: 'fixed', dial: '1', models: MODELS, parameters: {} }),
  };
}

/** Calls one model after another until one says "good", and keeps that answer, or else the first one. */
const climbing: Policy = {
  ...fixed(0, { answers: true }),
  id: 'climbing@1',
  decide: ({ calls }) => {
    const last = calls.at(-1);
    const good = last?.text?.includes('good') ?? false;
    if (good || calls.length === 2) {
      const first = calls.findIndex(({ failed }) => !failed);
      const answer = good ? calls.length - 1 : Math.max(0, first);
      return { step: { kind: 'stop', answer }, propensity: 1, reasons: [] };
    }
    return { step: { kind: 'call', model: calls.length }, propensity: 1, reasons: [] };
  },
};

const priced = (
  behaviours: Partial<Record<(typeof MODELS)[number], Parameters<typeof scriptedUpstream>[1]>>,
) =>
  MODELS.map((id, at) =>
    scriptedUpstream(id, behaviours[id] ?? [ANSWER], {
      pricing: priceOf(id, at + 1, 2 * (at + 1)),
    }),
  );

describe('a request that leaves the choice open', () => {
  it('goes where the policy says, and the log says how it came to that', async () => {
    const models = priced({});
    const { gateway, entries } = stand(models, { table: liveTable(fixed(1)) });
    expect(gateway.models[0]).toBe('auto');
    const reply = await gateway.handle(
      asking({ model: 'auto', text: 'Is 7 prime?', request: { domain: 'sums' } }),
    );
    expect(reply).toMatchObject({ head: { cause: 'policy', model: 'lab/b' } });
    const { operation, usage } = entries[0]!;
    expect(operation).toMatchObject({ requestedModel: 'auto', model: 'lab/b', cause: 'policy' });
    expect(operation.routing).toMatchObject({
      table: 'f'.repeat(64),
      policy: 'fixed@1',
      domain: 'sums',
      steps: [
        {
          step: 'call',
          model: 'lab/b',
          propensity: 0.5,
          eligible: MODELS,
          probabilities: [0.25, 0.5, 0.25],
        },
        { step: 'stop', model: 'lab/b', propensity: 1, eligible: [], probabilities: null },
      ],
    });
    expect(operation.routing!.features).toMatchObject({ words: 3, numbers: 1, questionMarks: 1 });
    expect(Object.values(operation.routing!.features).every(Number.isFinite)).toBe(true);
    expect(usage).toMatchObject([{ model: 'lab/b', purpose: 'candidate', runId: 'service' }]);
    expect(JSON.stringify(operation)).not.toContain('prime');
  });

  it('leaves the same log whether it is streamed or not', async () => {
    const { gateway, entries } = stand(priced({}), { table: liveTable(fixed(1)) });
    await gateway.handle(asking({ model: 'auto' }));
    await framesOf(await gateway.handle(asking({ model: 'auto', stream: true })));
    const [whole, streamed] = entries.map(({ operation }) => operation.routing);
    expect(streamed!.steps.map(({ step }) => step)).toEqual(['call', 'stop']);
    expect(streamed).toEqual(whole);
  });

  it('draws the same lots as a replay with the same seed', async () => {
    const models = priced({});
    const document = { router: 'random', dial: 'uniform', models: MODELS, parameters: {} };
    const policy = policyFromDocument(document);
    const { gateway, entries } = stand(models, { table: liveTable(policy) });
    for (let at = 0; at < 30; at++) await gateway.handle(asking({ model: 'auto' }));
    for (const { operation } of entries) {
      const request = {
        messages: [{ role: 'user' as const, content: 'What is 2 + 2?' }],
        domain: null,
      };
      const ask = async () => ({ text: '', failed: false });
      const driven = await drive(policy, request, { ask }, { rng: createRng(1, operation.id) });
      expect(operation.model).toBe(driven.answer.model);
    }
    expect(new Set(entries.map(({ operation }) => operation.model)).size).toBe(3);
  });

  it('falls back on the next dearer model, then on the cheaper ones', async () => {
    const models = priced({ 'lab/b': [failing('server')], 'lab/c': [failing('connection')] });
    const { gateway, entries } = stand(models, { table: liveTable(fixed(1)) });
    const reply = await gateway.handle(asking({ model: 'auto', stream: true }));
    expect(await framesOf(reply)).toContain('four.');
    expect(reply).toMatchObject({ head: { cause: 'fallback', model: 'lab/a' } });
    expect(models.map(({ asked }) => asked.length)).toEqual([1, 2, 2]);
    expect(models[2]!.asked.length).toBe(2);
    // What the policy chose stays apart from what answered.
    expect(entries[0]!.operation).toMatchObject({
      model: 'lab/a',
      cause: 'fallback',
      routing: {
        steps: [
          { step: 'call', model: 'lab/b' },
          { step: 'stop', model: 'lab/b' },
        ],
      },
    });
    const configured = stand(priced({ 'lab/b': [failing('server')] }), {
      table: liveTable(fixed(1)),
      fallbacks: { 'lab/b': ['lab/a'] },
    });
    expect(await configured.gateway.handle(asking({ model: 'auto' }))).toMatchObject({
      head: { model: 'lab/a' },
    });
  });

  it('has each model stood in for by its neighbours in price', () => {
    const candidates = priced({});
    const upstreams = new Map(candidates.map((upstream) => [upstream.id, upstream]));
    const chains = fallbackChains({ upstreams, fallbacks: {}, candidates });
    const idsOf = (id: string) => chains.chosen(upstreams.get(id)!).map((one) => one.id);
    expect(idsOf('lab/a')).toEqual(['lab/a', 'lab/b', 'lab/c']);
    expect(idsOf('lab/b')).toEqual(['lab/b', 'lab/c', 'lab/a']);
    expect(idsOf('lab/c')).toEqual(['lab/c', 'lab/b', 'lab/a']);
    expect(chains.named(upstreams.get('lab/a')!)).toHaveLength(1);
  });

  it('is refused where the policy needs a domain and none is declared', async () => {
    const { gateway } = stand(priced({}), { table: liveTable(fixed(0, { domain: true })) });
    const failure = failureOf(await gateway.handle(asking({ model: 'auto' })));
    expect(failure.status).toBe(400);
    expect(failure.message).toContain('x-switchyard-domain');
    const declared = { request: { domain: 'sums' } };
    expect((await gateway.handle(asking({ model: 'auto', ...declared }))).kind).toBe('answer');
  });

  it('is repeated to the same kind of work only, under the table that chose', async () => {
    const { gateway, entries } = stand(priced({}), {
      table: liveTable(fixed(0)),
      cache: exactCache(),
    });
    for (const domain of ['sums', 'law', 'sums']) {
      await gateway.handle(asking({ model: 'auto', request: { domain } }));
    }
    expect(entries.map(({ operation }) => operation.cache)).toEqual(['miss', 'miss', 'hit']);
    expect(entries[2]!.operation).toMatchObject({ model: 'lab/a', routing: null });
  });
});

describe('a policy that reads answers', () => {
  it.each([true, false])('gives the answer it accepts, streamed: %s', async (stream) => {
    const models = priced({
      'lab/a': [{ kind: 'answer', text: 'bad' }],
      'lab/b': [{ kind: 'answer', text: 'good' }],
    });
    const { gateway, entries } = stand(models, { table: liveTable(climbing) });
    const reply = await gateway.handle(asking({ model: 'auto', stream }));
    expect(reply).toMatchObject({ head: { cause: 'policy', model: 'lab/b' } });
    const shown = stream
      ? await framesOf(reply)
      : JSON.stringify((reply as { answer: unknown }).answer);
    expect(shown).toContain('good');
    expect(shown).not.toContain('bad');
    const { operation, usage } = entries[0]!;
    expect(operation.cost).toBe(COST + 2 * COST);
    expect(usage.map(({ attempt, model }) => [attempt, model])).toEqual([
      [1, 'lab/a'],
      [2, 'lab/b'],
    ]);
    expect(operation.routing!.steps.map(({ step, model }) => [step, model])).toEqual([
      ['call', 'lab/a'],
      ['call', 'lab/b'],
      ['stop', 'lab/b'],
    ]);
    expect(models[0]!.asked[0]!.stream).toBe(false);
  });

  it('sees a failed call as one, and may keep the answer it has', async () => {
    const models = priced({
      'lab/a': [{ kind: 'answer', text: 'bad' }],
      'lab/b': [failing('server')],
    });
    const { gateway } = stand(models, { table: liveTable(climbing) });
    expect(await gateway.handle(asking({ model: 'auto' }))).toMatchObject({
      head: { cause: 'policy', model: 'lab/a' },
    });
    // No call of the episode is answered by another model than the one it names.
    expect(models[2]!.asked).toHaveLength(0);
  });

  it('has the calls of a model that keeps failing fail unasked, until nothing else answers', async () => {
    const bad = { kind: 'answer', text: 'bad' } as const;
    const down = failing('connection');
    const models = priced({ 'lab/a': [down], 'lab/b': [bad, bad, bad, bad, down] });
    const limits = { defaultMaxTokens: 64, maxTokens: 1_000, attempts: 1 };
    const { gateway, events } = stand(models, { table: liveTable(climbing), limits });
    for (let at = 0; at < 4; at++) {
      const reply = await gateway.handle(asking({ model: 'auto' }));
      expect(reply).toMatchObject({ head: { model: 'lab/b', cause: 'policy' } });
    }
    expect(models[0]!.asked).toHaveLength(3);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'passed_over', model: 'lab/a' }));
    const reply = await gateway.handle(asking({ model: 'auto' }));
    expect(reply).toMatchObject({ head: { model: 'lab/c', cause: 'fallback' } });
    expect(models.map(({ asked }) => asked.length)).toEqual([3, 5, 1]);
  });

  it('gives way to the models it did not call once all its calls have failed', async () => {
    const models = priced({ 'lab/a': [failing('server')], 'lab/b': [failing('server')] });
    const { gateway, budget } = stand(models, { table: liveTable(climbing) });
    expect(await gateway.handle(asking({ model: 'auto' }))).toMatchObject({
      head: { cause: 'fallback', model: 'lab/c' },
    });
    expect(budget.reserved).toBe(0);
  });

  it('keeps an answer that is paid for where the budget allows no other', async () => {
    const models = MODELS.map((id) =>
      scriptedUpstream(id, [{ kind: 'answer', text: 'bad' }], {
        pricing: id === 'lab/a' ? priceOf(id) : priceOf(id, 1_000, 1_000),
      }),
    );
    const { gateway } = stand(models, { table: liveTable(climbing), capNano: 10_000_000 });
    const reply = await gateway.handle(asking({ model: 'auto' }));
    expect(reply).toMatchObject({ kind: 'answer', head: { model: 'lab/a' } });
    expect(models[1]!.asked).toHaveLength(0);
  });

  it('goes on to the next model where one cannot be asked in its format', async () => {
    const models = MODELS.map((id) =>
      scriptedUpstream(id, [{ kind: 'answer', text: 'good' }], {
        ...(id === 'lab/a' ? { format: anthropicMessages } : {}),
      }),
    );
    const { gateway } = stand(models, { table: liveTable(climbing) });
    const body = { logit_bias: { 5: 10 } };
    expect(await gateway.handle(asking({ model: 'auto', body }))).toMatchObject({
      head: { model: 'lab/b', cause: 'policy' },
    });
  });

  it('calls no other model where one refuses the request as wrong', async () => {
    const models = priced({ 'lab/a': [failing('invalid_request', { status: 400 })] });
    const { gateway } = stand(models, { table: liveTable(climbing) });
    expect(failureOf(await gateway.handle(asking({ model: 'auto' }))).status).toBe(400);
    expect(models.map(({ asked }) => asked.length)).toEqual([1, 0, 0]);
  });
});

describe('a policy that decides by a signal', () => {
  const record: UsageRecord = {
    operationId: 'of the source',
    attempt: 1,
    runId: 'of the source',
    purpose: 'embedding',
    origin: 'live',
    model: 'lab/embedding',
    usage: null,
    cost: 700,
    estimated: false,
    pricing: null,
    error: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    latencyMs: 1,
  };
  const source = (failure: string | null): SignalSource => ({
    id: 'embedding:test',
    simulated: true,
    batchSize: 1,
    concurrency: 1,
    worstCost: () => 1_000,
    read: async () =>
      failure === null
        ? { usage: [record], signals: [{ values: Float32Array.of(1), cost: 7e-7, latency: 1 }] }
        : { usage: [record], failure },
  });
  const table = liveTable(fixed(0, { signals: ['embedding:test'] }));
  const signalsOf = (failure: string | null) => new Map([['embedding:test', source(failure)]]);

  it('has it booked under the operation', async () => {
    const { gateway, entries, budget } = stand(priced({}), { table, signals: signalsOf(null) });
    await gateway.handle(asking({ model: 'auto' }));
    const { operation, usage } = entries[0]!;
    expect(operation.cost).toBe(COST + 700);
    expect(
      usage.map(({ purpose, attempt, operationId }) => [purpose, attempt, operationId]),
    ).toEqual([
      ['embedding', 1, operation.id],
      ['candidate', 2, operation.id],
    ]);
    expect(budget).toMatchObject({ reserved: 0, spent: COST + 700 });
  });

  it('is not asked to decide without it', async () => {
    const { gateway, entries } = stand(priced({}), { table, signals: signalsOf('down') });
    const failure = failureOf(await gateway.handle(asking({ model: 'auto' })));
    expect(failure).toMatchObject({ status: 502, code: 'routing_failed' });
    // Its name holds the address where it is obtained.
    expect(failure.message).not.toContain('embedding:test');
    expect(entries[0]!.operation.cost).toBe(700);
    expect(() => stand(priced({}), { table })).toThrow(/embedding:test/);
  });
});

describe('the name of a model', () => {
  it('is an id, an alias, or an id without its provider where that is clear', async () => {
    const models = ['lab/a', 'other/a', 'lab/b'].map((id) => scriptedUpstream(id, [ANSWER]));
    const { gateway } = stand(models, { aliases: { fast: 'lab/b' } });
    const answeredBy = async (model: string) => {
      const reply = await gateway.handle(asking({ model }));
      return reply.kind === 'answer' ? reply.head.model : failureOf(reply);
    };
    expect(gateway.models).toEqual(['lab/a', 'other/a', 'lab/b', 'fast']);
    expect(await answeredBy('other/a')).toBe('other/a');
    expect(await answeredBy('fast')).toBe('lab/b');
    expect(await answeredBy('b')).toBe('lab/b');
    for (const [name, told] of [
      ['a', 'several'],
      ['lab/bb', 'did you mean "lab/b"'],
      ['auto', 'no'],
    ] as const) {
      const failure = await answeredBy(name);
      expect(failure).toMatchObject({ status: 404, code: 'model_not_found' });
      expect((failure as { message: string }).message).toContain(told);
    }
  });

  it('is read alike where a table writes one', async () => {
    const b = scriptedUpstream('lab/b', [failing('server')], { pricing: priceOf('lab/b', 2, 2) });
    const models = [scriptedUpstream('lab/a', [ANSWER]), b, scriptedUpstream('lab/d', [ANSWER])];
    const policy = { ...fixed(1), models: ['a', 'b', 'c'] };
    const { gateway, entries } = stand(models, {
      table: liveTable(policy),
      aliases: { c: 'lab/d' },
    });
    const reply = await gateway.handle(asking({ model: 'auto' }));
    expect(reply).toMatchObject({ head: { cause: 'fallback', model: 'lab/a' } });
    expect(b.asked).toHaveLength(2);
    const { operation, usage } = entries[0]!;
    expect(usage.map(({ model }) => model)).toEqual(['lab/a']);
    expect(operation.routing!.steps[0]).toMatchObject({ model: 'b', eligible: ['a', 'b', 'c'] });
    const several = [...models, scriptedUpstream('other/b', [ANSWER])];
    expect(() => stand(several, { table: liveTable(policy), aliases: { c: 'lab/d' } })).toThrow(
      /"b".*not served/,
    );
    expect(() => stand(models, { table: liveTable(policy) })).toThrow(/"c".*not served.*alias/);
  });

  it('is checked wherever the configuration writes one', () => {
    const models = [scriptedUpstream('lab/a', [ANSWER])];
    expect(() => stand(models, { aliases: { fast: 'lab/b' } })).toThrow(/"fast".*"lab\/b"/);
    expect(() => stand(models, { aliases: { auto: 'lab/a' } })).toThrow(/"auto" hides/);
    expect(() => stand(models, { fallbacks: { 'lab/a': ['lab/z'] } })).toThrow(/"lab\/z"/);
    expect(() => stand(models, { table: liveTable(fixed(0)) })).toThrow(/"lab\/b".*not served/);
  });
});
