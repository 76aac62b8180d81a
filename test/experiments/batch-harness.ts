import { Budget, type ModelPricing, worstCost } from '../../src/costs/index.js';
import {
  type Ending,
  type ExecuteBatchInput,
  executeBatch,
  type Plan,
  type ProgressEvent,
  plan,
} from '../../src/experiments/index.js';
import { hashToUnit } from '../../src/hash.js';
import { createGraderJudge } from '../../src/judges/index.js';
import type { Model, ModelRequest } from '../../src/models/index.js';
import type { Run } from '../../src/outcomes/index.js';
import { createRng } from '../../src/statistics/index.js';
import { openMemoryStore, type Store } from '../../src/store/index.js';
import { answerTo, type FakeProvider, type Fate, INPUT_TOKENS } from './batch-provider.js';

export const pricing: ModelPricing = {
  model: 'fake/one',
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 4_000_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.5,
};
export const MAX_TOKENS = 100;
export const WORST = worstCost({ inputTokens: INPUT_TOKENS, maxTokens: MAX_TOKENS }, pricing, {
  batch: true,
});
export const RUN_ID = 'run-1';

export const planOf = (prompts: number, models: readonly string[], trials = 1): Plan => {
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

export const fakeModel = (id: string): Model => ({
  id,
  origin: 'live',
  pricing,
  baseUrl: null,
  rateLimitKey: 'fake',
  supportsBatch: true,
  countInput: () => INPUT_TOKENS,
  attempt: async (request) => answerTo(request),
});

export async function newStore(planned: Plan): Promise<Store> {
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

export async function go(given: Given): Promise<Ending> {
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
export async function measured(store: Store) {
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

export class Died extends Error {}

/** A store whose process dies at a step, before or after a write became durable. */
export function mortal(store: Store, step: () => void): Store {
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
export async function goThroughDeaths(given: Given, lives: readonly number[]): Promise<Ending> {
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

export const fateOf =
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
