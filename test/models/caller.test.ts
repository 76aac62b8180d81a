import { describe, expect, test } from 'vitest';
import { Budget, BudgetReached, type SpendGate } from '../../src/costs/index.js';
import { ModelError, type ModelErrorKind } from '../../src/models/index.js';
import { pricing } from './provider-fixtures.js';
import {
  INPUT_TOKENS,
  MAX_TOKENS,
  PRICED,
  scriptedModel,
  type Turn,
  testCaller,
  USAGE,
  WORST,
} from './scripted-model.js';

const fails = (kind: ModelErrorKind, retryAfterMs?: number, takes = 10): Turn => ({
  takes,
  error: new ModelError(kind, `no: ${kind}`, retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const answers: Turn = { takes: 20 };
const worstUsage = { ...USAGE, input: INPUT_TOKENS, output: MAX_TOKENS };

/** A gate that keeps what was asked of it. */
function countingGate(): SpendGate & { reserved: number[]; settled: number[] } {
  const reserved: number[] = [];
  const settled: number[] = [];
  return {
    reserved,
    settled,
    reserve(worst) {
      reserved.push(worst);
      return { settle: (actual) => settled.push(actual) };
    },
  };
}

describe('the ledger', () => {
  test('an answered attempt is priced by its counts', async () => {
    const gate = countingGate();
    const { clock, call } = testCaller({ gate });
    const result = await clock.run(call(scriptedModel(clock, [answers]).model));
    expect(result).toMatchObject({ ok: true, attempts: 1, latencyMs: 20 });
    expect(result.usage).toEqual([
      {
        operationId: 'operation-1',
        attempt: 1,
        runId: 'run-1',
        purpose: 'candidate',
        origin: 'live',
        model: 'test/model',
        usage: USAGE,
        cost: PRICED,
        estimated: false,
        pricing,
        error: null,
        startedAt: '2026-01-01T00:00:00.000Z',
        latencyMs: 20,
      },
    ]);
    expect(gate).toMatchObject({ reserved: [WORST], settled: [PRICED] });
  });

  test('an answer without counts is booked at the worst case', async () => {
    const gate = countingGate();
    const { clock, call } = testCaller({ gate });
    const { model } = scriptedModel(clock, [{ answer: { usage: null } }]);
    const result = await clock.run(call(model));
    expect(result.usage).toMatchObject([
      { usage: worstUsage, cost: WORST, estimated: true, error: null },
    ]);
    expect(gate.settled).toEqual([WORST]);
  });

  test('one record for each attempt that was or may have been billed, and none for others', async () => {
    const gate = countingGate();
    const { clock, call } = testCaller({ gate });
    const turns = [
      fails('rate_limit'),
      fails('timeout'),
      fails('server'),
      fails('truncated'),
      fails('connection'),
      answers,
    ];
    const result = await clock.run(call(scriptedModel(clock, turns).model));
    expect(result).toMatchObject({ ok: true, attempts: 6, latencyMs: 20 });
    expect(
      result.usage.map(({ attempt, error, cost, estimated }) => [attempt, error, cost, estimated]),
    ).toEqual([
      [2, 'timeout', WORST, true],
      [4, 'truncated', WORST, true],
      [6, null, PRICED, false],
    ]);
    expect(gate.reserved).toEqual(Array(6).fill(WORST));
    expect(gate.settled).toEqual([0, WORST, 0, WORST, 0, PRICED]);
  });

  test('a recorded answer brings its cost and reserves nothing', async () => {
    const gate = countingGate();
    const { clock, call } = testCaller({ gate });
    const { model } = scriptedModel(clock, [{ answer: { cost: 777, latencyMs: 5, usage: null } }], {
      origin: 'recorded',
      pricing: null,
    });
    const result = await clock.run(call(model));
    expect(result.usage).toMatchObject([
      { origin: 'recorded', cost: 777, usage: null, estimated: false, pricing: null, latencyMs: 5 },
    ]);
    expect(gate).toMatchObject({ reserved: [0], settled: [0] });
  });

  test('a simulated latency counts in place of the clock', async () => {
    const { clock, call } = testCaller();
    const { model } = scriptedModel(clock, [{ takes: 3, answer: { latencyMs: 900 } }]);
    expect(await clock.run(call(model))).toMatchObject({
      latencyMs: 900,
      usage: [{ latencyMs: 900 }],
    });
  });

  test('a mistake of the program rejects, and what may have been billed is booked', async () => {
    const gate = countingGate();
    const { clock, call, abandoned } = testCaller({ gate, limits: { maxConcurrency: 1 } });
    const broken = scriptedModel(clock, [{ error: new TypeError('a bug') }, answers]);
    await expect(clock.run(call(broken.model))).rejects.toThrow('a bug');
    expect(abandoned).toMatchObject([{ error: 'unexpected', cost: WORST, estimated: true }]);
    expect(gate.settled).toEqual([WORST]);
    expect((await clock.run(call(broken.model))).ok).toBe(true);
  });
});

describe('retries', () => {
  test.each(['authentication', 'invalid_request'] as const)(
    '%s is not tried again',
    async (kind) => {
      const { clock, call } = testCaller();
      const scripted = scriptedModel(clock, [fails(kind), answers]);
      expect(await clock.run(call(scripted.model))).toEqual({
        ok: false,
        error: { kind, message: `no: ${kind}` },
        usage: [],
        attempts: 1,
        latencyMs: 10,
      });
      expect(scripted.attempts).toBe(1);
    },
  );

  test('attempts end at their limit, with the last error and the latency of all', async () => {
    const { clock, call } = testCaller({ maxAttempts: 3 });
    const scripted = scriptedModel(clock, [fails('server'), fails('server'), fails('connection')]);
    expect(await clock.run(call(scripted.model))).toMatchObject({
      ok: false,
      error: { kind: 'connection' },
      attempts: 3,
      latencyMs: 30,
    });
    expect(scripted.attempts).toBe(3);
  });

  test('six attempts unless told otherwise', async () => {
    const { clock, call } = testCaller();
    const scripted = scriptedModel(clock, [fails('server')]);
    await clock.run(call(scripted.model));
    expect(scripted.attempts).toBe(6);
  });

  test('waits stay under a ceiling that doubles, and use all of it', async () => {
    const waits: number[][] = [[], [], [], [], []];
    const { clock, call } = testCaller({
      onEvent: (event) => {
        if (event.kind === 'retry') waits[event.attempt - 1]!.push(event.waitMs);
      },
    });
    for (let round = 0; round < 200; round++) {
      await clock.run(call(scriptedModel(clock, [fails('server')]).model));
    }
    for (const [at, drawn] of waits.entries()) {
      const ceiling = 500 * 2 ** at;
      expect(drawn).toHaveLength(200);
      expect(Math.max(...drawn)).toBeLessThan(ceiling);
      expect(Math.max(...drawn)).toBeGreaterThan(0.9 * ceiling);
      expect(Math.min(...drawn)).toBeLessThan(0.1 * ceiling);
    }
  });

  test('never earlier than the provider asked', async () => {
    const { clock, call } = testCaller();
    const scripted = scriptedModel(clock, [
      fails('rate_limit', 7000),
      fails('server', 3000),
      answers,
    ]);
    await clock.run(call(scripted.model));
    const [first = 0, second = 0, third = 0] = scripted.startedAt;
    expect(second - first).toBeGreaterThanOrEqual(7010);
    expect(second - first).toBeLessThan(7600);
    expect(third - second).toBeGreaterThanOrEqual(3010);
  });

  test('no attempt begins after the deadline', async () => {
    const { clock, call } = testCaller({ deadlineMs: 5000, maxAttempts: 100 });
    const scripted = scriptedModel(clock, [fails('server', undefined, 400)]);
    const result = await clock.run(call(scripted.model));
    expect(result).toMatchObject({ ok: false, error: { kind: 'server' } });
    expect(Math.max(...scripted.startedAt)).toBeLessThanOrEqual(5000);

    const patient = testCaller({ deadlineMs: 5000 });
    const asked = scriptedModel(patient.clock, [fails('rate_limit', 86_400_000), answers]);
    expect(await patient.clock.run(patient.call(asked.model))).toMatchObject({ attempts: 1 });
    expect(patient.clock.elapsed).toBeLessThan(5000);
  });
});

test('a retry held up beyond the deadline by its limits is given up', async () => {
  const { clock, call } = testCaller({ deadlineMs: 5000 });
  const held = scriptedModel(clock, [fails('server', 1000, 50), answers]);
  const limited = scriptedModel(clock, [fails('rate_limit', 60_000, 60)]);
  const [result] = await clock.run(Promise.all([call(held.model), call(limited.model)]));
  expect(result).toMatchObject({ ok: false, error: { kind: 'server' }, attempts: 1 });
  expect(held.attempts).toBe(1);
});

describe('the budget', () => {
  test('a refused reservation rejects before anything is sent', async () => {
    const { clock, call, abandoned } = testCaller({ gate: new Budget(WORST - 1) });
    const scripted = scriptedModel(clock, [answers]);
    await expect(clock.run(call(scripted.model))).rejects.toBeInstanceOf(BudgetReached);
    expect(scripted.attempts).toBe(0);
    expect(abandoned).toEqual([]);
  });

  test('refused on a retry, the attempts already made are booked', async () => {
    const budget = new Budget(WORST + 10);
    const { clock, call, abandoned } = testCaller({ gate: budget });
    const scripted = scriptedModel(clock, [fails('truncated'), answers]);
    await expect(clock.run(call(scripted.model))).rejects.toBeInstanceOf(BudgetReached);
    expect(abandoned).toMatchObject([{ attempt: 1, error: 'truncated', cost: WORST }]);
    expect(budget).toMatchObject({ spent: WORST, reserved: 0 });
  });

  test('a refusal gives its slot back', async () => {
    const { clock, call } = testCaller({
      gate: new Budget(WORST + PRICED),
      limits: { maxConcurrency: 1 },
    });
    const scripted = scriptedModel(clock, [answers]);
    const results = await clock.run(
      Promise.allSettled([1, 2, 3, 4].map(() => call(scripted.model))),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});

describe('aborting', () => {
  test('an attempt under way is booked as estimated', async () => {
    const { clock, call, abandoned } = testCaller();
    const abort = new AbortController();
    const pending = call(scriptedModel(clock, [{ takes: 1000 }]).model, abort.signal);
    void clock.sleep(100, new AbortController().signal).then(() => abort.abort());
    expect(await clock.run(pending)).toMatchObject({
      ok: false,
      error: { kind: 'aborted' },
      attempts: 1,
      usage: [{ error: 'aborted', estimated: true, cost: WORST }],
    });
    expect(abandoned).toEqual([]);
  });

  test('waiting for a slot ends at once, and nothing is sent or booked', async () => {
    const { clock, call } = testCaller({ limits: { maxConcurrency: 1 } });
    const scripted = scriptedModel(clock, [{ takes: 1000 }]);
    const first = call(scripted.model);
    const abort = new AbortController();
    const second = call(scripted.model, abort.signal);
    abort.abort();
    expect(await clock.run(second)).toEqual({
      ok: false,
      error: { kind: 'aborted', message: 'aborted by us' },
      usage: [],
      attempts: 0,
      latencyMs: 0,
    });
    expect(clock.elapsed).toBe(0);
    expect((await clock.run(first)).ok).toBe(true);
    expect(scripted.attempts).toBe(1);
  });

  test('waiting between attempts ends at once and keeps what was billed', async () => {
    const abort = new AbortController();
    const { clock, call } = testCaller({ onEvent: () => abort.abort() });
    const scripted = scriptedModel(clock, [fails('truncated', 60_000), answers]);
    expect(await clock.run(call(scripted.model, abort.signal))).toMatchObject({
      ok: false,
      error: { kind: 'aborted' },
      attempts: 1,
      usage: [{ attempt: 1, error: 'truncated' }],
    });
    expect(clock.elapsed).toBe(10);
    expect(clock.waiting).toBe(0);
  });

  test('many calls on one signal are no leak', async () => {
    const { clock, call } = testCaller();
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const { signal } = new AbortController();
    const { model } = scriptedModel(clock, [answers]);
    await clock.run(Promise.all(Array.from({ length: 50 }, () => call(model, signal))));
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  test('aborted before it began, nothing happens', async () => {
    const { clock, call } = testCaller();
    const scripted = scriptedModel(clock, [answers]);
    expect(await clock.run(call(scripted.model, AbortSignal.abort()))).toMatchObject({
      ok: false,
      error: { kind: 'aborted' },
      attempts: 0,
    });
    expect(scripted.attempts).toBe(0);
  });
});
