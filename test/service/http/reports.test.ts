import { afterEach, describe, expect, it } from 'vitest';
import type { CostFilter, CostGroup, UsageRecord } from '../../../src/costs/index.js';
import { createMetrics } from '../../../src/service/index.js';
import {
  answerOf,
  closeScripts,
  costRow,
  keyedTenants,
  MODEL,
  NOW,
  operationOf,
  post,
  type Scripted,
  scriptedLedger,
  serveScript,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const get = (service: Scripted, path: string, key?: string) =>
  fetch(service.url + path, key === undefined ? {} : { headers: { 'x-api-key': key } });

/** A ledger that notes what it is asked, and has one live and one simulated row. */
function notingLedger() {
  const asked: { groups: readonly CostGroup[]; filter: CostFilter | undefined }[] = [];
  const ledger = scriptedLedger({
    async totals(groups, filter) {
      asked.push({ groups, filter });
      const keys = groups.map((group) => (group === 'tag' ? null : `${group}-1`));
      return filter?.origin === 'simulated'
        ? [costRow(keys, { operations: 2, cost: 3_000_000_000, inputTokens: 5 })]
        : [
            costRow(keys, { operations: 1, cost: 1_500_000_000, unknown: 1, cacheHits: 1 }),
            ...(groups.length === 0 ? [] : [costRow(keys.map((key) => key && `${key}a`))]),
          ];
    },
  });
  return { asked, ledger };
}

describe('cost reports', () => {
  it('give live and simulated money apart, in dollars', async () => {
    const { ledger, asked } = notingLedger();
    const service = await serveScript({ ledger });
    const response = await get(service, '/v1/costs/daily?days=3');
    const body = (await response.json()) as { days: unknown[] };
    expect(body).toMatchObject({
      start_date: '2026-11-21',
      end_date: '2026-11-23',
      tenant: null,
      total: { cost: 1.5, simulated_cost: 3 },
    });
    expect(body.days[0]).toEqual({
      date: 'day-1',
      operations: 1,
      cache_hits: 1,
      attempts: 0,
      estimated: 0,
      unknown: 1,
      cost: 1.5,
      cache_saving: 0,
      input_tokens: 0,
      output_tokens: 0,
      simulated_operations: 2,
      simulated_cache_hits: 0,
      simulated_attempts: 0,
      simulated_estimated: 0,
      simulated_unknown: 0,
      simulated_cost: 3,
      simulated_cache_saving: 0,
      simulated_input_tokens: 5,
      simulated_output_tokens: 0,
    });
    expect(body.days[1]).toMatchObject({ date: 'day-1a', simulated_cost: 0 });
    expect(asked).toContainEqual({
      groups: ['day'],
      filter: { from: '2026-11-21', to: '2026-11-23', origin: 'live' },
    });
  });

  it('group by what is asked for', async () => {
    const { ledger, asked } = notingLedger();
    const service = await serveScript({ ledger });
    const models = await (await get(service, '/v1/costs/by-model')).json();
    expect(models).toMatchObject({ models: [{ model: 'model-1', cost: 1.5 }, {}] });
    const path = '/v1/costs/report?start_date=2026-11-01&end_date=2026-11-30&group_by=month,tag';
    expect(await (await get(service, path)).json()).toMatchObject({
      start_date: '2026-11-01',
      end_date: '2026-11-30',
      group_by: ['month', 'tag'],
      rows: [{ month: 'month-1', tag: null, cost: 1.5 }, { month: 'month-1a' }],
    });
    expect(asked.at(-1)?.filter).toMatchObject({ from: '2026-11-01', to: '2026-11-30' });
    const repeated = await get(service, '/v1/costs/report?group_by=day&group_by=purpose');
    expect(await repeated.json()).toMatchObject({ group_by: ['day', 'purpose'], start_date: null });
  });

  it.each([
    ['/v1/costs/daily?days=0', 'days'],
    ['/v1/costs/daily?days=many', 'days'],
    ['/v1/costs/report?start_date=2026-02-30', 'start_date'],
    ['/v1/costs/report?start_date=2026-02-03&end_date=2026-02-02', 'start_date'],
    ['/v1/costs/report?group_by=colour', 'group_by'],
    ['/v1/costs/report?group_by=day,day', 'group_by'],
    ['/v1/costs/report?groupby=day', 'groupby'],
    ['/v1/operations?limit=100000', 'limit'],
  ])('refuse %s', async (path, name) => {
    const service = await serveScript();
    const response = await get(service, path);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain(name);
  });

  it('show a tenant its own, and an administrator everybody’s or the one it names', async () => {
    const { ledger, asked } = notingLedger();
    const service = await serveScript({ ledger, tenants: keyedTenants });
    const path = '/v1/costs/by-model';
    const tenantsAsked = async (query: string, key: string) => {
      asked.length = 0;
      const response = await get(service, path + query, key);
      return [response.status, ...new Set(asked.map(({ filter }) => filter?.tenant))];
    };
    expect(await tenantsAsked('', 'ann')).toEqual([200, 'ann']);
    expect(await tenantsAsked('?tenant=ann', 'ann')).toEqual([200, 'ann']);
    expect(await tenantsAsked('?tenant=bob', 'ann')).toEqual([403]);
    expect(await tenantsAsked('', 'boss')).toEqual([200, undefined]);
    expect(await tenantsAsked('?tenant=bob', 'boss')).toEqual([200, 'bob']);
    expect((await get(service, path)).status).toBe(401);
  });

  it('are kept by nobody on the way, whatever their status', async () => {
    const service = await serveScript({ tenants: keyedTenants });
    const paths = ['daily', 'by-model', 'report'].map((name) => `/v1/costs/${name}`);
    paths.push('/v1/cache/stats', '/v1/cache/entries', '/v1/operations', '/metrics');
    for (const path of paths) {
      for (const key of ['boss', 'eve']) {
        const { headers } = await get(service, path, key);
        expect(headers.get('cache-control')).toBe('private, no-store');
        expect(headers.get('x-request-id')).toMatch(/^op_/);
      }
    }
  });
});

describe('the cache over HTTP', () => {
  it('shows and forgets a tenant’s own entries', async () => {
    const service = await serveScript({ tenants: keyedTenants });
    const stored = { answer: answerOf('Secret.'), model: MODEL, cost: 5 };
    service.cache.set('a'.repeat(64), 'ann', stored);
    service.cache.set('b'.repeat(64), 'bob', stored);
    service.cache.get('a'.repeat(64), 'ann');
    service.cache.get('c'.repeat(64), 'bob');

    const stats = async (key: string) => (await get(service, '/v1/cache/stats', key)).json();
    expect(await stats('ann')).toMatchObject({ enabled: true, entries: 1, hits: 1, hit_rate: 1 });
    expect(await stats('boss')).toMatchObject({ entries: 2, misses: 1, hit_rate: 0.5 });

    const entries = await get(service, '/v1/cache/entries', 'ann');
    const text = await entries.text();
    expect(JSON.parse(text)).toMatchObject({
      entries: [
        { id: 'a'.repeat(64), tenant: 'ann', model: MODEL, hits: 1, stored_at: isoOf(NOW) },
      ],
    });
    expect(text).not.toContain('Secret.');

    const forget = (id: string, key: string) =>
      fetch(`${service.url}/v1/cache/entries/${id}`, {
        method: 'DELETE',
        headers: { 'x-api-key': key },
      });
    expect((await forget('b'.repeat(64), 'ann')).status).toBe(404);
    const gone = await forget('a'.repeat(64), 'ann');
    expect(await gone.json()).toEqual({ deleted: true, id: 'a'.repeat(64) });
    expect((await forget('a'.repeat(64), 'ann')).status).toBe(404);
    expect((await forget('b'.repeat(64), 'boss')).status).toBe(200);
  });
});

describe('/v1/operations', () => {
  it('tells what was done and nothing of what was said', async () => {
    const service = await serveScript();
    await post(`${service.url}/v1/chat/completions`, WIRES[0].body('A secret question.'));
    const operation = operationOf(service.asked[0]!, {
      content: { messages: [{ role: 'user', content: 'A secret question.' }], answer: 'Secret.' },
    });
    const limits: [number, string | undefined][] = [];
    const other = await serveScript({
      tenants: keyedTenants,
      ledger: scriptedLedger({
        async recent(limit, tenant) {
          limits.push([limit, tenant]);
          return [operation];
        },
      }),
    });
    const text = await (await get(other, '/v1/operations?limit=7', 'ann')).text();
    expect(JSON.parse(text)).toMatchObject({
      operations: [{ id: operation.id, model: MODEL, cost: 0.0000019, simulated: true }],
    });
    expect(text.toLowerCase()).not.toContain('secret');
    await get(other, '/v1/operations', 'boss');
    expect(limits).toEqual([
      [7, 'ann'],
      [50, undefined],
    ]);
  });
});

describe('/v1/estimate', () => {
  const ask = async (body: object) => {
    const service = await serveScript();
    const response = await post(`${service.url}/v1/estimate`, body);
    return { status: response.status, body: (await response.json()) as Record<string, number> };
  };

  it('prices a prompt or messages by model, alias or short name', async () => {
    const { body } = await ask({ prompt: 'a'.repeat(400), model: MODEL, max_tokens: 50 });
    expect(body).toEqual({
      model: MODEL,
      input_tokens: 104,
      estimated_output_tokens: 50,
      estimated_cost: 0.0000304,
      estimated: true,
      simulated: true,
    });
    const messages = [
      { role: 'system', content: 'a'.repeat(4) },
      { role: 'user', content: 'a'.repeat(40) },
    ];
    expect((await ask({ messages, model: 'tiny' })).body).toMatchObject({
      model: MODEL,
      input_tokens: 19,
      estimated_output_tokens: 100,
    });
    expect((await ask({ prompt: 'Hi', model: 'small' })).body.model).toBe(MODEL);
  });

  it('answers 404 for an unknown model and 400 for what it cannot read', async () => {
    const unknown = await ask({ prompt: 'Hi', model: 'smal' });
    expect(unknown.status).toBe(404);
    expect(JSON.stringify(unknown.body)).toContain(MODEL);
    expect((await ask({ prompt: 'Hi', model: 'auto' })).status).toBe(400);
    expect((await ask({ model: MODEL })).status).toBe(400);
    expect((await ask({ prompt: 'Hi', messages: [], model: MODEL })).status).toBe(400);
    expect((await ask({ prompt: 'Hi', model: MODEL, max_tokens: 1001 })).status).toBe(400);
  });
});

describe('status', () => {
  it('tells whether the service is there without a key, and how it is with one', async () => {
    const service = await serveScript({ tenants: keyedTenants });
    const stranger = await get(service, '/health');
    expect(stranger.status).toBe(200);
    expect(await stranger.json()).toEqual({ status: 'ok', simulated: true });
    expect((await get(service, '/health', 'wrong')).status).toBe(200);
    const response = await get(service, '/health', 'ann');
    expect(await response.json()).toEqual({
      status: 'ok',
      version: '1.2.3',
      simulated: true,
      uptime_seconds: expect.any(Number) as number,
      table: { name: 'by-hand', sha256: 'a'.repeat(64), policy: 'random@0.5' },
      models: ['auto', MODEL],
    });
  });

  it('is degraded, for balancers too, while requests are refused', async () => {
    const service = await serveScript({ accepting: false });
    const response = await get(service, '/health');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'degraded', version: '1.2.3' });
  });

  it('gives metrics to administrators only, where there are keys', async () => {
    const service = await serveScript({ tenants: keyedTenants });
    expect((await get(service, '/metrics')).status).toBe(401);
    expect((await get(service, '/metrics', 'ann')).status).toBe(403);
    const response = await get(service, '/metrics', 'boss');
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('process_cpu_seconds_total');
    const keyless = await serveScript();
    expect((await get(keyless, '/metrics')).status).toBe(200);
  });

  it('counts requests, money, tokens and waits under few labels', async () => {
    const metrics = createMetrics([MODEL]);
    const service = await serveScript({ metrics });
    await post(`${service.url}/v1/messages`, WIRES[1].body('Hi'));
    for (const name of ['a', 'b', 'c']) await get(service, `/nowhere/${name}`);
    await post(`${service.url}/v1/messages`, '{');

    const usage = { input: 10, cachedInput: 0, cacheWrite: 0, output: 20, reasoning: 0 };
    const record = (further: Partial<UsageRecord>): UsageRecord => ({
      operationId: 'op_1',
      attempt: 1,
      runId: 'service',
      purpose: 'candidate',
      origin: 'live',
      model: MODEL,
      usage,
      cost: 500_000_000,
      estimated: false,
      pricing: null,
      error: null,
      startedAt: '2026-11-23T12:00:00.000Z',
      latencyMs: 1,
      ...further,
    });
    const ledger = metrics.observe(scriptedLedger());
    const operation = operationOf(service.asked[0]!, { cache: 'hit', cacheSaving: 250_000_000 });
    await ledger.record({ operation, usage: [record({}), record({ model: 'made/up' })] });
    await ledger.record({
      operation,
      usage: [record({ cost: null, usage: null, error: 'timeout' })],
    });
    for (const error of ['connection', 'connection', 'server']) {
      metrics.event({ kind: 'attempt_failed', operation: 'op_1', model: MODEL, error, next: null });
    }
    const failing = metrics.observe(
      scriptedLedger({ record: () => Promise.reject(new Error('disk full')) }),
    );
    await expect(failing.record({ operation, usage: [] })).rejects.toThrow('disk full');

    const text = await metrics.read();
    for (const line of [
      `switchyard_requests_total{endpoint="/v1/messages",status="200",model="${MODEL}",cause="policy",cache="miss"} 1`,
      'switchyard_requests_total{endpoint="/v1/messages",status="400",model="none",cause="none",cache="none"} 1',
      'switchyard_requests_total{endpoint="other",status="404",model="none",cause="none",cache="none"} 3',
      `switchyard_cost_usd_total{model="${MODEL}",origin="live"} 0.5`,
      'switchyard_cost_usd_total{model="other",origin="live"} 0.5',
      `switchyard_attempts_failed_total{model="${MODEL}",error="connection"} 2`,
      `switchyard_attempts_failed_total{model="${MODEL}",error="server"} 1`,
      'switchyard_tenant_cost_usd_total{tenant="local",origin="live"} 1',
      `switchyard_unknown_cost_attempts_total{model="${MODEL}",origin="live"} 1`,
      `switchyard_tokens_total{model="${MODEL}",origin="live",direction="output"} 20`,
      `switchyard_attempts_total{model="${MODEL}",purpose="candidate",error="timeout"} 1`,
      `switchyard_cache_saving_usd_total{model="${MODEL}",origin="simulated"} 0.5`,
      'switchyard_cache_requests_total{cache="hit"} 2',
      'switchyard_requests_in_flight 0',
      'switchyard_ledger_waiting 0',
      'switchyard_ledger_failures_total 1',
      'switchyard_ledger_wait_seconds_count 3',
      `switchyard_request_duration_seconds_count{endpoint="/v1/messages",model="${MODEL}"} 1`,
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).not.toContain('made/up');
    expect(text).not.toContain('nowhere');
  });

  it('logs one line a request, without what was said or which key was shown', async () => {
    const service = await serveScript({ tenants: keyedTenants });
    await (
      await post(`${service.url}/v1/messages?secret=query`, WIRES[1].body('A secret question.'), {
        'x-api-key': 'ann',
        authorization: 'Bearer ann',
      })
    ).text();
    await (await get(service, '/v1/models', 'sk-secret-key')).text();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const lines = service.logged().filter(({ msg }) => msg === 'request');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ policy: null, simulated: null });
    expect(service.logged()).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      operation: service.asked[0]?.operationId,
      method: 'POST',
      path: '/v1/messages',
      status: 200,
      tenant: 'ann',
      model: MODEL,
      cause: 'policy',
      cache: 'miss',
      policy: null,
      simulated: true,
      cost_usd: 0.0000019,
    });
    expect(lines[1]).toMatchObject({ status: 401, tenant: null });
    expect(JSON.stringify(service.logged())).not.toMatch(/secret/i);
  });
});

const isoOf = (ms: number): string => new Date(ms).toISOString();
