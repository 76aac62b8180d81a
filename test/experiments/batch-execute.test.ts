import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, type ModelPricing, worstCost } from '../../src/costs/index.js';
import {
  type Ending,
  type ExecuteBatchInput,
  execute,
  executeBatch,
  type Plan,
  type ProgressEvent,
  plan,
} from '../../src/experiments/index.js';
import { hashToUnit } from '../../src/hash.js';
import { createGraderJudge } from '../../src/judges/index.js';
import {
  createCaller,
  type Model,
  type ModelErrorKind,
  type ModelRequest,
} from '../../src/models/index.js';
import type { Run } from '../../src/outcomes/index.js';
import { createRng } from '../../src/statistics/index.js';
import { openMemoryStore, type Store } from '../../src/store/index.js';
import { UserError } from '../../src/user-error.js';
import {
  answerTo,
  FakeProvider,
  type Fate,
  INPUT_TOKENS,
  type ProviderOptions,
} from './batch-provider.js';

const pricing: ModelPricing = {
  model: 'fake/one',
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 4_000_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.5,
};
const MAX_TOKENS = 100;
const WORST = worstCost({ inputTokens: INPUT_TOKENS, maxTokens: MAX_TOKENS }, pricing, {
  batch: true,
});
const RUN_ID = 'run-1';

const planOf = (prompts: number, models: readonly string[], trials = 1): Plan => {
  const judge = createGraderJudge();
  return plan({
    name: 'test',
    prompts: Array.from({ length: prompts }, (_, index) => ({
      id: `p${index}`,
      // Two prompts of equal text are two samples.
      messages: [{ role: 'user', content: `What is ${Math.max(1, index)} + 1?` }],
      reference: String(index + 1),
      grader: { name: 'number', options: {} },
      domain: null,
      group: null,
      difficulty: null,
      split: null,
      metadata: {},
    })),
    models: models.map((id) => ({
      id,
      baseUrl: null,
      origin: 'live',
      parameters: { maxTokens: MAX_TOKENS },
    })),
    judges: [{ id: judge.id, version: judge.version, repeats: 1 }],
    trials,
    seed: 1,
    identity: null,
  });
};

const fakeModel = (id: string): Model => ({
  id,
  origin: 'live',
  pricing,
  baseUrl: null,
  rateLimitKey: 'fake',
  supportsBatch: true,
  countInput: () => INPUT_TOKENS,
  attempt: async (request) => answerTo(request),
});

async function newStore(planned: Plan): Promise<Store> {
  const store = openMemoryStore();
  const run: Run = {
    id: RUN_ID,
    name: planned.name,
    kind: 'run',
    status: 'running',
    planHash: planned.hash,
    dataHash: 'data',
    judge: 'grader',
    models: planned.models.map(({ id }) => id),
    trials: 1,
    seed: 1,
    simulated: false,
    scoreScale: 1,
    costBasis: 'usd',
    codeVersion: '0',
    spec: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  };
  await store.runs.createRun(run, [...new Set(planned.cells.map(({ prompt }) => prompt))]);
  return store;
}

interface Given {
  readonly planned: Plan;
  readonly store: Store;
  readonly provider: FakeProvider;
  readonly cap?: number | null;
  readonly changes?: Partial<ExecuteBatchInput>;
  readonly waits?: number[];
  readonly events?: ProgressEvent[];
}

async function go(given: Given): Promise<Ending> {
  const { planned, store, provider, cap = null, waits = [], events = [] } = given;
  const run = await store.runs.findRun(RUN_ID);
  const spent = (await store.runs.totalSpend(RUN_ID)).reduce((sum, { cost }) => sum + cost, 0);
  const judge = createGraderJudge();
  let time = Date.UTC(2026, 0, 1);
  return executeBatch({
    run: run!,
    plan: planned,
    store: store.runs,
    batches: store.batches,
    models: new Map(
      planned.models.map(({ id }) => [
        id,
        { model: fakeModel(id), pricing, api: provider.api(id) },
      ]),
    ),
    budget: new Budget(cap, spent),
    judges: new Map([[judge.id, judge]]),
    maxConcurrency: 4,
    reuse: true,
    retryErrors: false,
    cancel: false,
    pollMs: null,
    drain: new AbortController().signal,
    abort: new AbortController().signal,
    now: () => new Date(time),
    clock: {
      now: () => time,
      sleep: async (ms) => {
        waits.push(ms);
        time += ms;
      },
    },
    random: createRng(1, 'waits'),
    onProgress: (event) => events.push(event),
    ...given.changes,
  });
}

/** Everything that must not depend on how a run was interrupted. */
async function measured(store: Store) {
  const outcomes = await store.runs.readOutcomes(RUN_ID);
  const scores = await store.runs.readScores(RUN_ID);
  const usage = await store.runs.readUsage(RUN_ID);
  return {
    status: (await store.runs.findRun(RUN_ID))?.status,
    outcomes: outcomes.map(({ completedAt: _, ...outcome }) => outcome),
    scores: scores.map(({ completedAt: _, ...score }) => score),
    usage: usage.map(({ startedAt: _, ...record }) => JSON.stringify(record)).sort(),
  };
}

class Died extends Error {}

/** A store whose process dies at a step, before or after a write became durable. */
function mortal(store: Store, step: () => void): Store {
  const guard = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (!/^(add|update|set)/.test(String(name))) return member.bind(target);
        return async (...args: unknown[]) => {
          step();
          const result: unknown = await member.apply(target, args);
          step();
          return result;
        };
      },
    });
  return { ...store, runs: guard(store.runs), batches: guard(store.batches) };
}

/** Runs again and again, each time dying after so many steps, until it ends. */
async function goThroughDeaths(given: Given, lives: readonly number[]): Promise<Ending> {
  const options = given.provider.options;
  for (const steps of lives) {
    let left = steps;
    const step = () => {
      if (left-- <= 0) throw new Died();
    };
    given.provider.options = { ...options, step };
    try {
      return await go({ ...given, store: mortal(given.store, step) });
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
  }
  given.provider.options = options;
  return go(given);
}

const fateOf =
  (seed: number) =>
  (request: ModelRequest, nth: number): Fate => {
    const luck = hashToUnit(seed, request.promptId ?? '', request.trial, nth);
    const kinds: readonly Fate[] = [
      'expired',
      'cancelled',
      'missing',
      'uncounted',
      { failed: 'server' },
      { failed: 'truncated' },
      { failed: 'invalid_request' },
    ];
    return kinds[Math.floor(luck * 14)] ?? 'answered';
  };

describe('executeBatch', () => {
  test('gives the outcomes of a live run at half the price', async () => {
    const planned = planOf(5, ['fake/one', 'fake/two'], 2);
    const [batched, live] = [await newStore(planned), await newStore(planned)];
    const provider = new FakeProvider();
    expect(await go({ planned, store: batched, provider })).toBe('complete');
    const run = (await live.runs.findRun(RUN_ID))!;
    const judge = createGraderJudge();
    const caller = createCaller({
      now: () => 0,
      sleep: async () => {},
      limits: { maxConcurrency: 2 },
      gate: new Budget(null),
      runId: RUN_ID,
      random: createRng(1, ''),
      onAbandoned: () => {},
    });
    await execute({
      run,
      plan: planned,
      store: live.runs,
      ask: (cell, request, operationId, signal) =>
        caller.call(fakeModel(cell.model.id), request, {
          purpose: 'candidate',
          operationId,
          signal,
        }),
      judges: new Map([[judge.id, judge]]),
      maxConcurrency: 2,
      reuse: true,
      retryErrors: false,
      drain: new AbortController().signal,
      abort: new AbortController().signal,
      now: () => new Date(0),
      onProgress: () => {},
    });
    const one = await measured(batched);
    const other = await measured(live);
    expect(one.scores).toEqual(other.scores);
    expect(one.outcomes).toEqual(
      other.outcomes.map((outcome) => ({ ...outcome, cost: outcome.cost! / 2, latencyMs: null })),
    );
    const [spent] = await batched.runs.totalSpend(RUN_ID);
    const [full] = await live.runs.totalSpend(RUN_ID);
    expect(spent!.cost * 2).toBe(full!.cost);
    for (const record of await batched.runs.readUsage(RUN_ID)) {
      expect(record).toMatchObject({ pricing: { tariff: 'batch' }, latencyMs: null });
    }
    expect(Math.max(...provider.sent.values())).toBe(1);
  });

  test('ends the same wherever and however often it dies, with nothing sent twice', async () => {
    const lives = fc.array(fc.nat(60), { maxLength: 6 });
    const options = fc.record({
      looks: fc.nat(2),
      hides: fc.boolean(),
      lags: fc.boolean(),
      limits: fc.record({ items: fc.integer({ min: 1, max: 7 }), bytes: fc.constant(1_000_000) }),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), lives, options, async (seed, deaths, given) => {
        const planned = planOf(4, ['fake/one', 'fake/two']);
        const [calm, hard] = [await newStore(planned), await newStore(planned)];
        const fate = fateOf(seed);
        const [first, second] = [
          new FakeProvider({ ...given, fate }),
          new FakeProvider({ ...given, fate }),
        ];
        expect(await go({ planned, store: calm, provider: first })).toBe('complete');
        const ending = await goThroughDeaths({ planned, store: hard, provider: second }, deaths);
        expect(ending).toBe('complete');
        expect(await measured(hard)).toEqual(await measured(calm));
        expect(second.sent).toEqual(first.sent);
        expect(await hard.batches.readOpenBatches()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('dies at every single step of a run, once', async () => {
    const planned = planOf(2, ['fake/one']);
    const calm = await newStore(planned);
    const fate = (request: ModelRequest, nth: number): Fate =>
      request.promptId === 'p0' && nth === 1 ? { failed: 'truncated' } : 'answered';
    const provider = new FakeProvider({ fate });
    await go({ planned, store: calm, provider });
    const whole = await measured(calm);
    let died = 0;
    for (let steps = 0; ; steps++) {
      const store = await newStore(planned);
      const other = new FakeProvider({ fate });
      let isAlive = true;
      let left = steps;
      const step = () => {
        if (left-- <= 0) {
          isAlive = false;
          throw new Died();
        }
      };
      other.options = { fate, step };
      await go({ planned, store: mortal(store, step), provider: other }).catch(() => {});
      other.options = { fate };
      await go({ planned, store, provider: other });
      expect(await measured(store)).toEqual(whole);
      expect(other.sent).toEqual(provider.sent);
      if (isAlive) break;
      died++;
    }
    expect(died).toBeGreaterThan(25);
  });

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
