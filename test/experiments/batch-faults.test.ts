import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProgressEvent, plan } from '../../src/experiments/index.js';
import { createGraderJudge } from '../../src/judges/index.js';
import type { ModelErrorKind } from '../../src/models/index.js';
import { UserError } from '../../src/user-error.js';
import {
  go,
  goThroughDeaths,
  MAX_TOKENS,
  newStore,
  planOf,
  RUN_ID,
  WORST,
} from './batch-harness.js';
import { FakeProvider, type Fate, type ProviderOptions } from './batch-provider.js';

describe('executeBatch, where something goes wrong', () => {
  test('asks again for what was not answered, a bounded number of times', async () => {
    const planned = planOf(4, ['fake/one']);
    const store = await newStore(planned);
    const fates: Readonly<Record<string, (nth: number) => Fate>> = {
      p0: (nth) => (nth < 3 ? 'expired' : 'answered'),
      p1: () => 'expired',
      p2: () => ({ failed: 'server' }),
      p3: () => ({ failed: 'invalid_request' }),
    };
    const provider = new FakeProvider({ fate: ({ promptId }, nth) => fates[promptId!]!(nth) });
    expect(await go({ planned, store, provider })).toBe('complete');
    const outcomes = await store.runs.readOutcomes(RUN_ID);
    expect(outcomes.map(({ status, error, attempts }) => [status, error, attempts])).toEqual([
      ['done', null, 3],
      ['failed', 'expired: not asked in 3 batches', 3],
      ['failed', 'server: no luck', 3],
      ['failed', 'invalid_request: no luck', 1],
    ]);
    expect(await store.runs.readUsage(RUN_ID)).toHaveLength(1);
    provider.options = {};
    expect(await go({ planned, store, provider, changes: { retryErrors: true } })).toBe('complete');
    expect((await store.runs.readOutcomes(RUN_ID)).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'done'),
    );
    expect(provider.submissions.at(-1)).toHaveLength(3);
  });

  test('books at the worst case what may be billed and was never counted', async () => {
    const planned = planOf(2, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider({
      fate: ({ promptId }, nth) =>
        promptId === 'p0' ? 'uncounted' : nth === 1 ? { failed: 'truncated' } : 'answered',
    });
    await go({ planned, store, provider });
    const usage = await store.runs.readUsage(RUN_ID);
    expect(
      usage.map(({ estimated, cost, attempt, error }) => ({ estimated, cost, attempt, error })),
    ).toEqual(
      expect.arrayContaining([
        { estimated: true, cost: WORST, attempt: 1, error: null },
        { estimated: true, cost: WORST, attempt: 1, error: 'truncated' },
        { estimated: false, cost: (50_000 + 4 * 4_000) / 2, attempt: 2, error: null },
      ]),
    );
    const [first, second] = await store.runs.readOutcomes(RUN_ID);
    expect(first).toMatchObject({ status: 'done', usage: null, cost: WORST });
    expect(second).toMatchObject({ status: 'done', cost: WORST + 33_000 });
  });

  test('cuts by items and bytes, by model, and gives up what no batch can hold', async () => {
    const planned = planOf(5, ['fake/one', 'fake/two']);
    const store = await newStore(planned);
    const provider = new FakeProvider({ limits: { items: 2, bytes: 1_000_000 } });
    await go({ planned, store, provider });
    expect(provider.submissions.map((keys) => keys.length)).toEqual([2, 2, 1, 2, 2, 1]);
    for (const keys of provider.submissions) {
      expect(new Set(keys.map((key) => key.split(' ')[0])).size).toBe(1);
    }
    const tight = await newStore(planned);
    const narrow = new FakeProvider({ limits: { items: 100, bytes: 10 } });
    expect(await go({ planned, store: tight, provider: narrow })).toBe('complete');
    expect(narrow.submissions).toEqual([]);
    expect((await tight.runs.readOutcomes(RUN_ID))[0]?.error).toBe(
      'invalid_request: the request takes more than the 10 bytes of a batch',
    );
  });

  test('never passes the budget, and goes on as far as it reaches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        fc.array(fc.nat(60), { maxLength: 3 }),
        async (cells, deaths) => {
          const planned = planOf(4, ['fake/one', 'fake/two']);
          const store = await newStore(planned);
          const provider = new FakeProvider();
          const cap = cells * WORST;
          const ending = await goThroughDeaths({ planned, store, provider, cap }, deaths);
          const [spent] = await store.runs.totalSpend(RUN_ID);
          expect(spent?.cost ?? 0).toBeLessThanOrEqual(cap);
          const done = (await store.runs.readOutcomes(RUN_ID)).length;
          expect(ending).toBe(done === 8 ? 'complete' : 'budget_reached');
          expect(done).toBeGreaterThanOrEqual(Math.min(8, cells));
          expect((await store.runs.readScores(RUN_ID)).length).toBe(done);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('takes no answer of another run in the place of one that is under way', async () => {
    const planned = planOf(2, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider();
    await goThroughDeaths({ planned, store, provider }, []).catch(() => {});
    const own = (await store.runs.readOutcomes(RUN_ID))[0]!;
    const again = await newStore(planned);
    const other = { ...(await store.runs.findRun(RUN_ID))!, id: 'run-2' };
    await again.runs.createRun(other, []);
    const drain = new AbortController();
    const slow = new FakeProvider({ looks: 5 });
    const stop = { drain: drain.signal, clock: { now: () => 0, sleep: async () => drain.abort() } };
    const paused = { planned, store: again, provider: slow };
    expect(await go({ ...paused, changes: stop })).toBe('interrupted');
    await again.runs.addOutcome({ ...own, runId: 'run-2', text: 'elsewhere' }, []);
    expect(await go(paused)).toBe('complete');
    expect((await again.runs.readOutcomes(RUN_ID))[0]).toMatchObject({
      text: own.text,
      origin: 'live',
    });
    expect(slow.submissions).toHaveLength(1);
  });

  test('asks variants in the batches of their model, and shares what they leave as it is', async () => {
    const judge = createGraderJudge();
    const [first, second] = planOf(2, ['fake/one']).cells.map(({ prompt }) => prompt);
    const short = [{ role: 'user' as const, content: '1 + 1?' }];
    const planned = plan({
      name: 'test',
      prompts: [first!, second!],
      models: [
        { id: 'fake/one', baseUrl: null, origin: 'live', parameters: { maxTokens: MAX_TOKENS } },
      ],
      variants: [{ label: 'short', messages: [first!.messages, short] }],
      judges: [{ id: judge.id, version: judge.version, repeats: 1 }],
      trials: 1,
      seed: 1,
      identity: null,
    });
    const store = await newStore(planned);
    const provider = new FakeProvider();
    expect(await go({ planned, store, provider })).toBe('complete');
    expect(provider.submissions.map((keys) => keys.length)).toEqual([3]);
    expect(
      (await store.runs.readOutcomes(RUN_ID)).map(({ model, origin }) => [model, origin]),
    ).toEqual([
      ['fake/one', 'live'],
      ['fake/one+short', 'reused'],
      ['fake/one', 'live'],
      ['fake/one+short', 'live'],
    ]);
    expect(await store.runs.readScores(RUN_ID)).toHaveLength(4);
    const [spent] = await store.runs.totalSpend(RUN_ID);
    expect(spent?.records).toBe(3);
  });

  test('leaves batches running where it is stopped, and goes on with them', async () => {
    const planned = planOf(3, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider({ looks: 10 });
    const drain = new AbortController();
    const clock = { now: () => 0, sleep: async () => drain.abort() };
    expect(await go({ planned, store, provider, changes: { drain: drain.signal, clock } })).toBe(
      'interrupted',
    );
    expect((await store.runs.findRun(RUN_ID))?.status).toBe('interrupted');
    expect(await store.batches.readOpenBatches()).toHaveLength(1);
    const waits: number[] = [];
    const events: ProgressEvent[] = [];
    expect(await go({ planned, store, provider, waits, events })).toBe('complete');
    expect(provider.submissions).toHaveLength(1);
    expect(waits.slice(0, 3)).toEqual([1000, 1500, 2250]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(events).toContainEqual({ kind: 'batches', underWay: 1, answered: 0, items: 3 });
  });

  test('cancels what is under way and collects what was done', async () => {
    const planned = planOf(3, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider({ looks: 10 });
    const drain = new AbortController();
    const clock = { now: () => 0, sleep: async () => drain.abort() };
    await go({ planned, store, provider, changes: { drain: drain.signal, clock } });
    expect(await go({ planned, store, provider, changes: { cancel: true } })).toBe('interrupted');
    expect(await store.batches.readOpenBatches()).toEqual([]);
    expect(await store.runs.readOutcomes(RUN_ID)).toEqual([]);
    expect(provider.submissions).toHaveLength(1);
    expect(await go({ planned, store, provider })).toBe('complete');
    expect(provider.submissions).toHaveLength(2);
  });

  test('gives up on request a batch that the provider knows no more', async () => {
    const planned = planOf(2, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider({ looks: 10 });
    const drain = new AbortController();
    const clock = { now: () => 0, sleep: async () => drain.abort() };
    await go({ planned, store, provider, changes: { drain: drain.signal, clock } });
    provider.batches.clear();
    await expect(go({ planned, store, provider })).rejects.toThrow(
      /^fake\/one: the batch batch_0 cannot be read: no batch batch_0\. Give it up with --cancel-batches/,
    );
    await go({ planned, store, provider, changes: { cancel: true } });
    expect((await store.runs.totalSpend(RUN_ID))[0]).toMatchObject({
      estimated: 2,
      cost: 2 * WORST,
    });
    provider.options = {};
    expect(await go({ planned, store, provider })).toBe('complete');
  });

  const accepted = (kind: ModelErrorKind): ProviderOptions => ({
    trouble: (nth) => (nth === 0 ? { kind, accepted: true } : null),
  });
  const refused = (kind: ModelErrorKind): ProviderOptions => ({
    trouble: (nth) => (nth < 2 ? { kind, accepted: false } : null),
  });

  test.each([
    ['accepted without a reply', accepted('connection'), 1],
    ['accepted without a reply and hidden', { ...accepted('timeout'), hides: true }, 1],
    ['accepted without a reply and listed late', { ...accepted('server'), lags: true }, 1],
    ['lost on its way', refused('connection'), 3],
    ['refused for now', refused('rate_limit'), 3],
  ])('sends a batch %s exactly once', async (_, options, submissions) => {
    const planned = planOf(3, ['fake/one']);
    const store = await newStore(planned);
    const provider = new FakeProvider(options);
    expect(await go({ planned, store, provider })).toBe('complete');
    expect(provider.submissions).toHaveLength(submissions);
    expect([...provider.sent.values()]).toEqual([1, 1, 1]);
  });

  test('says in one line that a provider takes no batch, or refused one, and why', async () => {
    const planned = planOf(2, ['fake/one']);
    const cases: readonly (readonly [ProviderOptions, RegExp])[] = [
      [{ trouble: () => ({ kind: 'rate_limit', accepted: false }) }, /takes no batch now/],
      [{ trouble: () => ({ kind: 'server', accepted: false }) }, /takes no batch now/],
      [
        { trouble: () => ({ kind: 'invalid_request', accepted: false }) },
        /^fake\/one: a batch was refused: not now$/,
      ],
      [
        { fails: (nth) => (nth === 0 ? 'too many tokens are queued' : null) },
        /^fake\/one: the batch batch_0 failed at the provider: too many tokens are queued\./,
      ],
    ];
    for (const [options, says] of cases) {
      const store = await newStore(planned);
      const provider = new FakeProvider(options);
      const failure = await go({ planned, store, provider }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UserError);
      expect((failure as UserError).message).toMatch(says);
      expect((failure as UserError).message).not.toContain('\n');
      expect((await store.runs.findRun(RUN_ID))?.status).toBe('interrupted');
      provider.options = {};
      expect(await go({ planned, store, provider })).toBe('complete');
      expect(await store.batches.readOpenBatches()).toEqual([]);
    }
  });
});
