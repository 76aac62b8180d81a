import { expect, test } from 'vitest';
import { Budget, sumNano, type UsageRecord } from '../../src/costs/index.js';
import {
  type Clock,
  createAnswerKey,
  createCaller,
  createModel,
  type ModelApi,
  startStandIn,
  systemClock,
} from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';

/** Waits pass fifty times faster than they say. */
const fast: Clock = {
  now: () => systemClock.now() * 50,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

test.each(['openai', 'anthropic'] as ModelApi[])(
  '%s: through 429, 500, hangs and cut bodies every call ends, and the ledger is what the server billed',
  async (api) => {
    const server = await startStandIn({
      answerKey: createAnswerKey([]),
      seed: 3,
      faults: { rateLimit: 0.1, serverError: 0.05, hang: 0.02, truncate: 0.02 },
    });
    const model = await createModel(
      {
        id: 'simulated/small',
        baseUrl: `${server.url}/v1`,
        apiKeyEnv: null,
        pricing: null,
        api,
        timeoutMs: 300,
      },
      { env: {} },
    );
    const budget = new Budget(null);
    const caller = createCaller({
      ...fast,
      limits: { maxConcurrency: 16 },
      gate: budget,
      runId: 'run',
      random: createRng('stand-in ledger'),
      onAbandoned: () => {
        throw new Error('No call rejects here');
      },
    });
    const { signal } = new AbortController();
    const results = await Promise.all(
      Array.from({ length: 250 }, (_, at) =>
        caller.call(
          model,
          {
            messages: [{ role: 'user', content: `Question ${at}` }],
            parameters: { maxTokens: 100 },
            trial: 1,
          },
          { purpose: 'candidate', operationId: `o${at}`, signal },
        ),
      ),
    );
    const account = server.account();
    await server.close();

    expect(account.byFault.rateLimit).toBeGreaterThan(0);
    expect(account.byFault.hang).toBeGreaterThan(0);
    expect(account.byFault.truncate).toBeGreaterThan(0);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(results.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(account.attempts);
    const records = results.flatMap(({ usage }) => usage);
    const cost = (of: readonly UsageRecord[]) => sumNano(of.map((record) => record.cost ?? 0));
    const counted = records.filter(({ estimated }) => !estimated);
    const estimated = records.filter((record) => record.estimated);
    expect(counted).toHaveLength(account.billed.delivered.attempts);
    expect(cost(counted)).toBe(account.billed.delivered.cost);
    expect(estimated).toHaveLength(account.billed.undelivered.attempts);
    expect(cost(estimated)).toBeGreaterThanOrEqual(account.billed.undelivered.cost);
    expect(budget).toMatchObject({ spent: cost(records), reserved: 0 });
  },
);
