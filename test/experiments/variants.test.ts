import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceUsage } from '../../src/costs/index.js';
import type { Prompt } from '../../src/datasets/index.js';
import {
  type Ending,
  estimate,
  execute,
  foreseeCalls,
  type Plan,
  type PlannedVariant,
  plan,
  plannedScores,
  requestOf,
  validateExperiment,
} from '../../src/experiments/index.js';
import { createGraderJudge } from '../../src/judges/index.js';
import type { CallResult, Model } from '../../src/models/index.js';
import type { Run, RunStore } from '../../src/outcomes/index.js';
import { openMemoryStore } from '../../src/store/index.js';

const MODELS = ['a/one', 'b/two'];
const pricing = {
  model: 'a/one',
  source: 'experiment' as const,
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 0 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: null,
};

const promptOf = (content: string, index: number): Prompt => ({
  id: `p${index}`,
  messages: [{ role: 'user', content }],
  reference: '1',
  grader: { name: 'number', options: {} },
  domain: null,
  group: null,
  difficulty: null,
  split: null,
  metadata: {},
});

const prompts = (texts: readonly string[]): readonly Prompt[] => texts.map(promptOf);

function variantOf(
  label: string,
  data: readonly Prompt[],
  change: (text: string) => string,
): PlannedVariant {
  return {
    label,
    messages: data.map(({ messages }) =>
      messages.map((message) => ({ ...message, content: change(message.content) })),
    ),
  };
}

function planOf(data: readonly Prompt[], variants?: readonly PlannedVariant[], trials = 1): Plan {
  const judge = createGraderJudge();
  return plan({
    name: 'test',
    prompts: data,
    models: MODELS.map((id) => ({
      id,
      baseUrl: null,
      origin: 'live',
      parameters: { maxTokens: 10 },
    })),
    ...(variants === undefined ? {} : { variants }),
    judges: [{ id: judge.id, version: judge.version, repeats: 1 }],
    trials,
    seed: 1,
    identity: null,
  });
}

const trimmed = (text: string): string => text.trim();

describe('a plan with variants', () => {
  it('is the very plan it was before where there are none', () => {
    const data = prompts(['one', 'two']);
    // As it was before there were variants.
    const hash = 'a22e45b9';
    expect(planOf(data).hash.slice(0, 8)).toBe(hash);
    expect(planOf(data, []).hash.slice(0, 8)).toBe(hash);
    expect(planOf(data).cells.every(({ sharedWith }) => sharedWith === undefined)).toBe(true);
  });

  it('gives an unchanged text the key it has without, and a changed one another', () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
        const data = prompts(texts);
        const { cells } = planOf(data, [variantOf('trim', data, trimmed)], 2);
        const keyed = new Map(
          cells.map((cell) => [`${cell.prompt.id} ${cell.model.id} ${cell.trial}`, cell]),
        );
        for (const cell of cells.filter(({ model }) => model.asks !== undefined)) {
          const { asks } = cell.model;
          const base = keyed.get(`${cell.prompt.id} ${asks} ${cell.trial}`)!;
          const original = cell.prompt.messages[0]!.content;
          const same = original === original.trim();
          expect(cell.cellKey === base.cellKey).toBe(same);
          expect(cell.sharedWith).toBe(same ? asks : undefined);
          expect(requestOf(cell).messages[0]!.content).toBe(original.trim());
        }
      }),
    );
  });

  it('shares between variants that come to the same text', () => {
    const data = prompts([' x ']);
    const twice = [variantOf('t', data, trimmed), variantOf('u', data, trimmed)];
    const shared = planOf(data, twice).cells.map(({ sharedWith }) => sharedWith ?? null);
    expect(shared).toEqual([null, null, null, null, 'a/one+t', 'b/two+t']);
  });

  it('foresees no call for what is shared, and names the rest', () => {
    const data = prompts(['same', ' other ']);
    const planned = planOf(data, [variantOf('trim', data, trimmed)]);
    const model = (id: string): Model => ({
      id,
      origin: 'live',
      pricing,
      baseUrl: null,
      rateLimitKey: id,
      supportsBatch: false,
      countInput: ({ messages }) => messages[0]!.content.length,
      attempt: () => Promise.reject(new Error('not asked')),
    });
    const models = new Map(MODELS.map((id) => [id, model(id)]));
    const { byModel } = estimate(foreseeCalls(planned, models, new Map()));
    expect([...byModel].map(([id, { calls, inputTokens }]) => [id, calls, inputTokens])).toEqual([
      ['a/one', 2, 11],
      ['b/two', 2, 11],
      ['a/one+trim', 1, 5],
      ['b/two+trim', 1, 5],
    ]);
  });
});

/** Counts what is asked, and answers every request with another number. */
class Provider {
  readonly asked: string[] = [];
  drainAfter = Number.POSITIVE_INFINITY;
  fails = false;
  readonly drain = new AbortController();

  ask(cell: Plan['cells'][number], operationId: string, run: Run): CallResult {
    const { asks, id } = cell.model;
    this.asked.push(`${asks ?? id}: ${cell.messages[0]!.content}`);
    if (this.asked.length >= this.drainAfter) this.drain.abort();
    const usage = { input: 7, cachedInput: 0, cacheWrite: 0, output: 1, reasoning: 0 };
    const record = {
      runId: run.id,
      operationId,
      attempt: 1,
      purpose: 'candidate' as const,
      origin: 'live' as const,
      model: asks ?? id,
      usage,
      cost: priceUsage(usage, pricing),
      estimated: false,
      pricing,
      error: null,
      latencyMs: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
    };
    if (this.fails) {
      const error = { kind: 'invalid_request' as const, message: 'no' };
      return { ok: false, error, usage: [], attempts: 1, latencyMs: 1 };
    }
    return {
      ok: true,
      answer: {
        text: String(this.asked.length % 2),
        finishReason: 'stop',
        usage,
        latencyMs: 1,
        cost: null,
        recordedScore: null,
      },
      usage: [record],
      attempts: 1,
      latencyMs: 1,
    };
  }
}

async function createRun(store: RunStore, planned: Plan, id = 'run-1'): Promise<Run> {
  const run: Run = {
    id,
    name: 'test',
    kind: 'run',
    status: 'running',
    planHash: planned.hash,
    dataHash: 'data',
    judge: 'grader',
    models: planned.models.map((model) => model.id),
    trials: 1,
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

function executed(
  store: RunStore,
  run: Run,
  planned: Plan,
  provider: Provider,
  { retryErrors = false, reuse = true } = {},
): Promise<Ending> {
  return execute({
    run,
    plan: planned,
    store,
    ask: async (cell, _, operationId) => provider.ask(cell, operationId, run),
    judges: new Map([['grader', createGraderJudge()]]),
    maxConcurrency: 1,
    reuse,
    retryErrors,
    drain: provider.drain.signal,
    abort: new AbortController().signal,
    now: () => new Date('2026-01-01T00:00:00Z'),
    onProgress: () => {},
  });
}

/** Each cell's answer and verdicts, by place. */
async function measured(store: RunStore, run: Run, planned: Plan) {
  const outcomes = await store.readOutcomes(run.id);
  const scores = await store.readScores(run.id);
  return Object.fromEntries(
    planned.cells.map((cell) => {
      const at = { promptId: cell.prompt.id, model: cell.model.id };
      const own = <One extends typeof at>(one: One): boolean =>
        one.promptId === at.promptId && one.model === at.model;
      const outcome = outcomes.find(own);
      const keys = plannedScores(planned, cell).map(({ scoreKey }) => scoreKey);
      const verdicts = scores.filter((one) => own(one) && keys.includes(one.scoreKey));
      return [
        `${at.promptId} ${at.model}`,
        outcome && [outcome.status, outcome.text, outcome.cost, ...verdicts.map((v) => v.score)],
      ];
    }),
  );
}

describe('executing variants', () => {
  // The third prompt repeats the first: a sample of its own, whatever variants share.
  const data = prompts(['same', ' other ', 'same']);
  const planned = planOf(data, [variantOf('trim', data, trimmed)]);

  it('asks nothing twice, and gives what is unchanged the same answer and verdict', async () => {
    const store = openMemoryStore().runs;
    const run = await createRun(store, planned);
    const provider = new Provider();
    expect(await executed(store, run, planned, provider)).toBe('complete');
    expect(provider.asked).toHaveLength(8);
    const cells = await measured(store, run, planned);
    expect(cells['p0 a/one+trim']).toEqual(cells['p0 a/one']);
    expect(cells['p2 b/two+trim']).toEqual(cells['p2 b/two']);
    expect(Object.values(cells).every((cell) => cell?.length === 4)).toBe(true);
    expect(await store.readUsage(run.id)).toHaveLength(8);
    const [{ cost } = { cost: 0 }] = await store.totalSpend(run.id);
    expect(cost).toBe(8 * 7000);
    await executed(store, run, planned, provider);
    expect(provider.asked).toHaveLength(8);
  });

  it('ends the same wherever it was interrupted', async () => {
    const whole = openMemoryStore().runs;
    const run = await createRun(whole, planned);
    await executed(whole, run, planned, new Provider());
    const expected = await measured(whole, run, planned);
    for (let after = 1; after < 8; after++) {
      const store = openMemoryStore().runs;
      await createRun(store, planned);
      const provider = new Provider();
      provider.drainAfter = after;
      expect(await executed(store, run, planned, provider)).toBe('interrupted');
      const second = new Provider();
      second.asked.push(...provider.asked);
      expect(await executed(store, run, planned, second)).toBe('complete');
      expect(second.asked).toHaveLength(8);
      expect(await measured(store, run, planned)).toEqual(expected);
    }
  });

  it('takes answers of an earlier run without variants, and pays for the changed ones only', async () => {
    const store = openMemoryStore().runs;
    const before = planOf(data);
    const provider = new Provider();
    await executed(store, await createRun(store, before), before, provider);
    expect(provider.asked).toHaveLength(6);
    const run = await createRun(store, planned, 'run-2');
    await executed(store, run, planned, provider);
    expect(provider.asked.slice(6)).toEqual(['a/one: other', 'b/two: other']);
  });

  it('lets a failure fail for all that share it, until it is tried again', async () => {
    const store = openMemoryStore().runs;
    const run = await createRun(store, planned);
    const provider = new Provider();
    provider.fails = true;
    await executed(store, run, planned, provider);
    const failed = await measured(store, run, planned);
    expect(failed['p0 a/one+trim']?.[0]).toBe('failed');
    expect(await executed(store, run, planned, provider)).toBe('complete');
    provider.fails = false;
    await executed(store, run, planned, provider, { retryErrors: true });
    const cells = await measured(store, run, planned);
    expect(cells['p0 a/one+trim']?.[0]).toBe('done');
    expect(cells['p0 a/one+trim']).toEqual(cells['p0 a/one']);
  });
});

describe('compress in an experiment file', () => {
  const BASE = 'name: a\ndataset: ./p.jsonl\n';
  const read = (text: string) => validateExperiment(`${BASE}${text}`, null, { env: {} });
  const problems = (text: string): readonly string[] => {
    const result = read(text);
    return 'problems' in result
      ? result.problems.map(({ path, message }) => `${path}: ${message}`)
      : [];
  };

  it('names variants by their steps, and none for none', () => {
    const result = read(
      'models: [x/y]\ncompress: [none, whitespace, {truncate: {max_tokens: 500}}, [whitespace, stopwords], {steps: [stopwords], freeze: system}]\n',
    );
    expect('experiment' in result && result.experiment.variants?.map(({ label }) => label)).toEqual(
      ['whitespace', 'truncate-500', 'whitespace+stopwords', 'stopwords+freeze-system'],
    );
    for (const text of ['models: [x/y]\ncompress: [none]\n', 'models: [x/y]\n']) {
      const without = read(text);
      expect('experiment' in without && Object.keys(without.experiment)).not.toContain('variants');
    }
  });

  it.each([
    [
      'compress: [whitespce]',
      /^compress\[0\]: found "whitespce", .*\(did you mean "whitespace"\?\)$/,
    ],
    ['compress: []', /^compress: found an empty list, expected a list of compressions$/],
    [
      'compress: [{truncate: {max_tokens: 0}}]',
      /^compress\[0\]\.truncate\.max_tokens: found 0, expected an integer from 1/,
    ],
    ['compress: [whitespace, [whitespace]]', /^compress\[1\]: found "whitespace" a second time/],
    [
      'compress: [{llm: {model: a/b}}]',
      /^compress\[0\]: found a step that asks "a\/b", expected steps that ask no model/,
    ],
  ])('says what is wrong with %s', (text, expected) => {
    const [first, ...more] = problems(`models: [x/y]\n${text}\n`);
    expect(first).toMatch(expected);
    expect(more).toEqual([]);
  });

  it('refuses recorded answers, and a model whose id a variant would take', () => {
    expect(problems('models: [x/y, x/y+whitespace]\ncompress: [whitespace]\n')).toEqual([
      'compress[0]: found "whitespace", which makes "x/y+whitespace" of "x/y", expected no other model of that id',
    ]);
    expect(problems('models: [recorded/a]\ncompress: [whitespace]\n')).toContain(
      'compress[0]: found "whitespace" for "recorded/a", expected none, as recorded answers are to the prompts as they are',
    );
  });
});
