import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, BudgetReached } from '../../src/costs/index.js';
import { type CallLimits, createCaller, ModelError } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import {
  INPUT_TOKENS,
  MAX_TOKENS,
  scriptedModel,
  type Turn,
  testCaller,
  USAGE,
  WORST,
} from './scripted-model.js';

const refused = (retryAfterMs?: number): Turn => ({
  takes: 5,
  error: new ModelError('rate_limit', 'no', retryAfterMs === undefined ? {} : { retryAfterMs }),
});

const anyTurn: fc.Arbitrary<Turn> = fc
  .record({
    takes: fc.integer({ min: 0, max: 500 }),
    outcome: fc.constantFrom(
      'ok',
      'ok',
      'ok',
      'rate_limit',
      'server',
      'timeout',
      'truncated',
      'bare',
    ),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: null }),
  })
  .map(({ takes, outcome, retryAfterMs }) => {
    if (outcome === 'ok') return { takes };
    if (outcome === 'bare') return { takes, answer: { usage: null } };
    const asked = retryAfterMs === null ? {} : { retryAfterMs };
    return { takes, error: new ModelError(outcome as 'server', 'no', asked) };
  });

test('whatever happens, limit and budget hold, and every call ends and is booked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyTurn, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 0, max: 40 * WORST }),
      fc.option(fc.integer({ min: 30, max: 6000 }), { nil: null }),
      fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 3 }),
      async (turns, maxConcurrency, calls, cap, requestsPerMinute, aborts) => {
        const budget = new Budget(cap);
        const { clock, call, abandoned } = testCaller({
          gate: budget,
          limits: { maxConcurrency, byKey: { test: { requestsPerMinute } } },
        });
        const scripted = scriptedModel(clock, turns);
        const signals = Array.from({ length: calls }, () => new AbortController());
        for (const [at, ms] of aborts.entries()) {
          void clock.sleep(ms, new AbortController().signal).then(() => signals[at]?.abort());
        }
        const results = await clock.run(
          Promise.allSettled(signals.map(({ signal }) => call(scripted.model, signal))),
        );
        expect(scripted.most).toBeLessThanOrEqual(maxConcurrency);
        expect(budget.spent).toBeLessThanOrEqual(cap);
        expect(budget.reserved).toBe(0);
        const booked = [...abandoned];
        let attempts = 0;
        for (const result of results) {
          if (result.status === 'fulfilled') {
            booked.push(...result.value.usage);
            attempts += result.value.attempts;
          } else expect(result.reason).toBeInstanceOf(BudgetReached);
        }
        expect(booked.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBe(budget.spent);
        if (results.every(({ status }) => status === 'fulfilled')) {
          expect(attempts).toBe(scripted.attempts);
        }
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

test('at twice the worst case of all cells every cell completes', async () => {
  const calls = 40;
  const { clock, call } = testCaller({ gate: new Budget(2 * calls * WORST) });
  const turns: Turn[] = Array.from({ length: calls }, (_, at) =>
    at % 10 === 0 ? { error: new ModelError('truncated', 'no') } : {},
  );
  const { model } = scriptedModel(clock, [...turns, {}]);
  const results = await clock.run(Promise.all(Array.from({ length: calls }, () => call(model))));
  expect(results.every(({ ok }) => ok)).toBe(true);
});

describe('concurrency', () => {
  const slowed = async (turns: readonly Turn[], calls: number, maxConcurrency: number) => {
    const { clock, call, events } = testCaller({ limits: { maxConcurrency }, maxAttempts: 50 });
    const scripted = scriptedModel(clock, turns);
    await clock.run(Promise.all(Array.from({ length: calls }, () => call(scripted.model))));
    return events.flatMap((event) => {
      const { kind, concurrency } = event as { kind: string; concurrency: number };
      return kind === 'slowed' ? [concurrency] : [];
    });
  };

  test('the refusals of one round halve it once', async () => {
    const round = Array.from({ length: 8 }, () => refused());
    expect(await slowed([...round, { takes: 10 }], 8, 8)).toEqual(Array(8).fill(4));
  });

  test('it never falls below one', async () => {
    const levels = await slowed([...Array.from({ length: 20 }, () => refused()), {}], 1, 8);
    expect(levels.slice(0, 4)).toEqual([4, 2, 1, 1]);
    expect(Math.min(...levels)).toBe(1);
  });

  test('it grows back by one for each round of successes, to its ceiling and no further', async () => {
    const { clock, call, events } = testCaller({ limits: { maxConcurrency: 4 } });
    const first = scriptedModel(clock, [refused(), refused(), {}]);
    await clock.run(call(first.model));
    expect(events).toContainEqual({ kind: 'slowed', rateLimitKey: 'test', concurrency: 1 });
    const mostOf = async (calls: number) => {
      const scripted = scriptedModel(clock, [{ takes: 10 }]);
      await clock.run(Promise.all(Array.from({ length: calls }, () => call(scripted.model))));
      return scripted.most;
    };
    expect(await mostOf(2)).toBeLessThan(4);
    await mostOf(30);
    expect(await mostOf(30)).toBe(4);
  });

  test('a 429 that says how long stops its key until then, and no other', async () => {
    const { clock, call } = testCaller({ limits: { maxConcurrency: 2 } });
    const limited = scriptedModel(clock, [refused(10_000), { takes: 1 }]);
    const sibling = scriptedModel(clock, [{ takes: 1 }]);
    const other = scriptedModel(clock, [{ takes: 1 }], { rateLimitKey: 'other' });
    const first = call(limited.model);
    await clock.run(clock.sleep(50, new AbortController().signal));
    await clock.run(Promise.all([first, call(sibling.model), call(other.model)]));
    expect(sibling.startedAt[0]).toBeGreaterThanOrEqual(10_005);
    expect(other.startedAt[0]).toBe(50);
  });

  test.each([0, -1, 1.5, Number.NaN])('a ceiling of %d is refused', async (maxConcurrency) => {
    const { clock, call } = testCaller({ limits: { maxConcurrency } });
    await expect(call(scriptedModel(clock, [{}]).model)).rejects.toThrow(String(maxConcurrency));
  });
});

describe('rates', () => {
  const starts = async (limits: CallLimits['byKey'], calls: number, turn: Turn = { takes: 10 }) => {
    const { clock, call } = testCaller({
      limits: { maxConcurrency: 1000, ...(limits && { byKey: limits }) },
    });
    const scripted = scriptedModel(clock, [turn]);
    await clock.run(Promise.all(Array.from({ length: calls }, () => call(scripted.model))));
    return scripted.startedAt;
  };
  const mostInAnyMinute = (times: readonly number[]): number =>
    Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));

  test.each([1, 7, 60, 600])(
    '%i requests a minute hold in every minute and are used up',
    async (rate) => {
      const times = await starts({ test: { requestsPerMinute: rate } }, 3 * rate);
      expect(mostInAnyMinute(times)).toBe(rate);
      expect(Math.max(...times)).toBeLessThan(3 * 60_000 + 100);
    },
  );

  test('tokens a minute hold on average, counting the most that each may take', async () => {
    const perCall = INPUT_TOKENS + MAX_TOKENS;
    const uncounted: Turn = { takes: 10, answer: { usage: null } };
    const times = await starts({ test: { tokensPerMinute: 60 * perCall } }, 121, uncounted);
    expect(Math.max(...times)).toBeGreaterThan(118_000);
    expect(Math.max(...times)).toBeLessThan(122_000);
  });

  test('tokens that were not used are given back', async () => {
    const perCall = INPUT_TOKENS + MAX_TOKENS;
    const times = await starts({ test: { tokensPerMinute: 60 * perCall } }, 121);
    const share = (USAGE.input + USAGE.output) / perCall;
    expect(Math.max(...times)).toBeLessThan(120_000 * (share + 0.1));
  });

  test('those who wait sleep: no more wake-ups than admissions need', async () => {
    const { clock } = testCaller();
    let sleeps = 0;
    const caller = createCaller({
      now: clock.now,
      sleep: (ms, signal) => {
        sleeps++;
        expect(ms).toBeGreaterThan(0);
        return clock.sleep(ms, signal);
      },
      limits: { maxConcurrency: 100, byKey: { test: { requestsPerMinute: 60 } } },
      gate: new Budget(null),
      runId: 'run-1',
      random: createRng('sleepers'),
      onAbandoned: () => {},
    });
    const { model } = scriptedModel(clock, [{ takes: 10 }]);
    const { signal } = new AbortController();
    const options = { purpose: 'candidate', operationId: 'o', signal } as const;
    const request = { messages: [], parameters: { maxTokens: 1 }, trial: 1 };
    const calls = Array.from({ length: 20 }, () => caller.call(model, request, options));
    await clock.run(Promise.all(calls));
    expect(sleeps).toBeLessThan(20 * 4);
  });

  test.each([0, -5, Number.NaN])('a rate of %d is refused', async (requestsPerMinute) => {
    await expect(starts({ test: { requestsPerMinute } }, 1)).rejects.toThrow(
      String(requestsPerMinute),
    );
  });
});
