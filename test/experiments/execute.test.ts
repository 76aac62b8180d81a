import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, type ModelPricing, type NanoUsd, worstCost } from '../../src/costs/index.js';
import type { Prompt } from '../../src/datasets/index.js';
import {
  type Ending,
  execute,
  type Plan,
  type ProgressEvent,
  plan,
} from '../../src/experiments/index.js';
import {
  createGraderJudge,
  type Judge,
  type JudgeInput,
  type Verdict,
} from '../../src/judges/index.js';
import { createCaller, type Model, ModelError } from '../../src/models/index.js';
import type { Run, RunStore } from '../../src/outcomes/index.js';
import { createRng } from '../../src/statistics/index.js';
import { openMemoryStore } from '../../src/store/index.js';

const pricing: ModelPricing = {
  model: 'fake/one',
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 4_000_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: null,
};
const INPUT_TOKENS = 50;
const MAX_TOKENS = 100;
const WORST = worstCost({ inputTokens: INPUT_TOKENS, maxTokens: MAX_TOKENS }, pricing);

function prompts(count: number): readonly Prompt[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    messages: [{ role: 'user' as const, content: `What is ${index} + 1?` }],
    reference: String(index + 1),
    grader: { name: 'number', options: {} },
    domain: null,
    group: null,
    difficulty: null,
    split: null,
    metadata: {},
  }));
}

interface FakeOptions {
  readonly seed: number;
  /** Chance of each kind of trouble, per attempt. */
  readonly trouble?: number;
  readonly calls?: { count: number };
}

/** Answers after a random number of turns of the event loop, at a random cost within the worst case. */
function fakeModel(id: string, options: FakeOptions): Model {
  const rng = createRng(options.seed, id);
  return {
    id,
    origin: 'live',
    pricing,
    baseUrl: null,
    rateLimitKey: 'fake',
    supportsBatch: false,
    countInput: () => INPUT_TOKENS,
    async attempt() {
      if (options.calls) options.calls.count++;
      for (let turn = rng.below(4); turn > 0; turn--) await Promise.resolve();
      const luck = rng.next();
      const trouble = options.trouble ?? 0;
      if (luck < trouble) throw new ModelError('rate_limit', 'slow down', { status: 429 });
      if (luck < 2 * trouble) throw new ModelError('truncated', 'the answer broke off');
      return {
        text: `The answer is ${rng.below(3)}.`,
        finishReason: 'stop',
        usage: {
          input: INPUT_TOKENS,
          cachedInput: 0,
          cacheWrite: 0,
          output: 1 + rng.below(MAX_TOKENS),
          reasoning: 0,
        },
        latencyMs: 5,
        cost: null,
        recordedScore: null,
      };
    },
  };
}

function planOf(
  promptCount: number,
  models: readonly string[],
  trials = 1,
  data = prompts(promptCount),
): Plan {
  const judge = createGraderJudge();
  return plan({
    name: 'test',
    prompts: data,
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
}

async function createRun(store: RunStore, planned: Plan, id = 'run-1'): Promise<Run> {
  const run: Run = {
    id,
    name: planned.name,
    kind: 'run',
    status: 'running',
    planHash: planned.hash,
    dataHash: 'data',
    judge: 'grader',
    models: [...new Set(planned.cells.map(({ model }) => model.id))],
    trials: Math.max(...planned.cells.map(({ trial }) => trial)),
    seed: 1,
    simulated: false,
    scoreScale: 1,
    costBasis: 'usd',
    codeVersion: '0',
    spec: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  };
  await store.createRun(run, [...new Set(planned.cells.map(({ prompt }) => prompt))]);
  return run;
}

const quoting = (answer: string): Verdict => ({
  score: 1,
  unscored: null,
  rationale: answer,
  usage: [],
});

interface Executed {
  readonly ending: Ending;
  readonly events: readonly ProgressEvent[];
  readonly highest: NanoUsd;
}

async function executeWith(
  store: RunStore,
  run: Run,
  planned: Plan,
  settings: {
    readonly fake: FakeOptions;
    readonly cap?: NanoUsd | null;
    readonly reuse?: boolean;
    readonly retryErrors?: boolean;
    readonly drainAfter?: number;
    readonly judge?: Judge;
  },
): Promise<Executed> {
  const spent = (await store.totalSpend(run.id)).reduce((sum, { cost }) => sum + cost, 0);
  const budget = new Budget(settings.cap ?? null, spent);
  let highest = 0;
  let time = 0;
  const abandoned: Promise<void>[] = [];
  const caller = createCaller({
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
    limits: { maxConcurrency: 8 },
    gate: {
      reserve: (worst) => {
        const reservation = budget.reserve(worst);
        return {
          settle: (actual) => {
            reservation.settle(actual);
            highest = Math.max(highest, budget.spent);
          },
        };
      },
    },
    runId: run.id,
    random: createRng(settings.fake.seed, 'jitter'),
    maxAttempts: 4,
    onAbandoned: (usage) => void abandoned.push(store.addUsage(usage)),
  });
  const models = new Map(run.models.map((id) => [id, fakeModel(id, settings.fake)]));
  const drain = new AbortController();
  const events: ProgressEvent[] = [];
  const judge = settings.judge ?? createGraderJudge();
  const ending = await execute({
    run,
    plan: planned,
    store,
    ask: (cell, request, operationId, signal) =>
      caller.call(models.get(cell.model.id)!, request, {
        purpose: 'candidate',
        operationId,
        signal,
      }),
    judges: new Map([[judge.id, judge]]),
    maxConcurrency: 8,
    reuse: settings.reuse ?? true,
    retryErrors: settings.retryErrors ?? false,
    drain: drain.signal,
    abort: new AbortController().signal,
    now: () => new Date(0),
    onProgress: (event) => {
      events.push(event);
      const answered = events.filter(({ kind }) => kind === 'cell').length;
      if (settings.drainAfter !== undefined && answered >= settings.drainAfter) drain.abort();
    },
  });
  await Promise.all(abandoned);
  return { ending, events, highest };
}

const ledger = async (store: RunStore, run: Run): Promise<NanoUsd> =>
  (await store.totalSpend(run.id)).reduce((sum, { cost }) => sum + cost, 0);

describe('execute', () => {
  test('answers and judges every cell, and says complete', async () => {
    const { runs } = openMemoryStore();
    const planned = planOf(5, ['fake/one', 'fake/two'], 2);
    const run = await createRun(runs, planned);
    const { ending } = await executeWith(runs, run, planned, { fake: { seed: 1 } });
    expect(ending).toBe('complete');
    expect(await runs.readOutcomes(run.id)).toHaveLength(20);
    expect(await runs.readScores(run.id)).toHaveLength(20);
    expect((await runs.findRun(run.id))?.status).toBe('complete');
  });

  test('drained, it goes on where it stopped and asks nothing twice', async () => {
    const { runs } = openMemoryStore();
    const planned = planOf(30, ['fake/one']);
    const run = await createRun(runs, planned);
    const calls = { count: 0 };
    const first = await executeWith(runs, run, planned, {
      fake: { seed: 1, calls },
      drainAfter: 7,
    });
    expect(first.ending).toBe('interrupted');
    const done = (await runs.readOutcomes(run.id)).length;
    expect(done).toBeGreaterThanOrEqual(7);
    expect(done).toBeLessThan(30);
    const second = await executeWith(runs, run, planned, { fake: { seed: 2, calls } });
    expect(second.ending).toBe('complete');
    expect(calls.count).toBe(30);
    expect(await runs.readScores(run.id)).toHaveLength(30);
  });

  test('a second run of the same cells reuses them, spends nothing and keeps the original cost', async () => {
    const { runs } = openMemoryStore();
    const planned = planOf(6, ['fake/one']);
    const first = await createRun(runs, planned);
    await executeWith(runs, first, planned, { fake: { seed: 1 } });
    const calls = { count: 0 };
    const second = await createRun(runs, planned, 'run-2');
    await executeWith(runs, second, planned, { fake: { seed: 9, calls } });
    expect(calls.count).toBe(0);
    expect(await ledger(runs, second)).toBe(0);
    const costs = async (id: string) =>
      (await runs.readOutcomes(id)).map(({ promptId, cost }) => [promptId, cost]).sort();
    expect(await costs(second.id)).toEqual(await costs(first.id));
    expect((await runs.readOutcomes(second.id)).every(({ origin }) => origin === 'reused')).toBe(
      true,
    );
    const third = await createRun(runs, planned, 'run-3');
    await executeWith(runs, third, planned, { fake: { seed: 9, calls }, reuse: false });
    expect(calls.count).toBe(6);
  });

  test('reuses a verdict only with the answer that it is about', async () => {
    const { runs } = openMemoryStore();
    const twins = prompts(6).map((prompt) => ({ ...prompt, messages: prompts(1)[0]!.messages }));
    const planned = planOf(6, ['fake/one'], 1, twins);
    const judge = {
      ...createGraderJudge(),
      judge: async ({ answer }: JudgeInput) => quoting(answer),
    };
    const first = await createRun(runs, planned);
    await executeWith(runs, first, planned, { fake: { seed: 1 }, judge });
    const answers = await runs.readOutcomes(first.id);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(3);
    // Killed before its answers were judged: the other run has paid for their verdicts.
    const killed = await createRun(runs, planned, 'run-2');
    for (const answer of answers) await runs.addOutcome({ ...answer, runId: killed.id }, []);
    const unasked = { ...judge, judge: () => Promise.reject(new Error('asked again')) };
    await executeWith(runs, killed, planned, { fake: { seed: 3 }, judge: unasked });
    const texts = new Map(answers.map(({ promptId, text }) => [promptId, text]));
    const scores = await runs.readScores(killed.id);
    expect(scores).toHaveLength(6);
    for (const { promptId, rationale } of scores) expect(rationale).toBe(texts.get(promptId));
  });

  test('a changed reference is another run, of the same answers', () => {
    const changed = prompts(2).map((prompt) => ({ ...prompt, reference: '7' }));
    const [before, after] = [planOf(2, ['fake/one']), planOf(2, ['fake/one'], 1, changed)];
    expect(after.hash).not.toBe(before.hash);
    const keys = ({ cells }: Plan) => cells.map(({ cellKey }) => cellKey);
    expect(keys(after)).toEqual(keys(before));
  });

  test('failed cells are kept with their reason and tried again only when asked', async () => {
    const { runs } = openMemoryStore();
    const planned = planOf(40, ['fake/one']);
    const run = await createRun(runs, planned);
    await executeWith(runs, run, planned, { fake: { seed: 3, trouble: 0.45 } });
    const failed = (await runs.readOutcomes(run.id)).filter(({ status }) => status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0]?.error).toMatch(/^(rate_limit|truncated): /);
    const calls = { count: 0 };
    await executeWith(runs, run, planned, { fake: { seed: 4, calls } });
    expect(calls.count).toBe(0);
    await executeWith(runs, run, planned, { fake: { seed: 4, calls }, retryErrors: true });
    expect(calls.count).toBe(failed.length);
    const outcomes = await runs.readOutcomes(run.id);
    expect(outcomes).toHaveLength(40);
    expect(outcomes.every(({ status }) => status === 'done')).toBe(true);
  });

  test('spending never passes the cap, whatever happens and however often it is resumed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          cells: fc.integer({ min: 1, max: 25 }),
          trouble: fc.constantFrom(0, 0.1, 0.3),
          share: fc.double({ min: 0, max: 1.2, noNaN: true }),
          sessions: fc.integer({ min: 1, max: 3 }),
        }),
        async ({ seed, cells, trouble, share, sessions }) => {
          const { runs } = openMemoryStore();
          const planned = planOf(cells, ['fake/one']);
          const run = await createRun(runs, planned);
          const cap = Math.floor(share * cells * WORST);
          for (let session = 0; session < sessions; session++) {
            const fake = { seed: seed + session, trouble };
            const { ending, highest } = await executeWith(runs, run, planned, { fake, cap });
            expect(highest).toBeLessThanOrEqual(cap);
            const outcomes = await runs.readOutcomes(run.id);
            if (ending === 'complete') expect(outcomes).toHaveLength(cells);
            else expect(ending).toBe('budget_reached');
          }
          expect(await ledger(runs, run)).toBeLessThanOrEqual(cap);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('it stops only where not even one more worst case fits under the cap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), async (seed, fitting) => {
        const { runs } = openMemoryStore();
        const planned = planOf(40, ['fake/one']);
        const run = await createRun(runs, planned);
        const cap = fitting * WORST;
        const { ending } = await executeWith(runs, run, planned, { fake: { seed }, cap });
        const spent = await ledger(runs, run);
        expect(spent).toBeLessThanOrEqual(cap);
        if (ending !== 'complete') expect(spent + WORST).toBeGreaterThan(cap);
      }),
      { numRuns: 40 },
    );
  });

  test('at a cap of twice the worst case every cell completes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 25 }), async (seed, cells) => {
        const { runs } = openMemoryStore();
        const planned = planOf(cells, ['fake/one']);
        const run = await createRun(runs, planned);
        const cap = 2 * cells * WORST;
        const { ending } = await executeWith(runs, run, planned, { fake: { seed }, cap });
        expect(ending).toBe('complete');
        const outcomes = await runs.readOutcomes(run.id);
        expect(outcomes.filter(({ status }) => status === 'done')).toHaveLength(cells);
      }),
      { numRuns: 30 },
    );
  });
});
