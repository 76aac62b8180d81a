import { afterEach, expect, it } from 'vitest';
import { createOptimisationReports, type OriginFilter } from '../../../src/service/index.js';
import { settings } from '../suggestions/suggestion-samples.js';
import { closeScripts, keyedTenants, serveScript } from './scripted-service.js';

afterEach(closeScripts);

it('suggests in the cost report, of what the caller may see and in the period asked for', async () => {
  const asked: OriginFilter[] = [];
  const suggestions = createOptimisationReports({
    settings: settings({ storePrompts: false }),
    ledger: {
      async suggestionRows(question, filter) {
        if (question !== 'failed') return { query: '', parameters: {}, rows: [] };
        asked.push(filter);
        const row = { model: 'maker/small', error: 'timeout', attempts: 2, cost: 5000 };
        const rows = [{ ...row, estimated: 1, unpriced: 0 }];
        return { query: 'SELECT', parameters: { origin: filter.origin, tenant: null }, rows };
      },
    },
  });
  const { url } = await serveScript({ tenants: keyedTenants, suggestions });
  const ask = (key: string, query: string) =>
    fetch(`${url}/v1/costs/report?${query}`, { headers: { authorization: `Bearer ${key}` } });

  const response = await ask('ann', 'start_date=2026-11-01&end_date=2026-11-20');
  const body = (await response.json()) as { suggestions: object[]; notes: string[] };
  const failed = {
    id: 'failed',
    count: 2,
    of: 2,
    saving_usd: { value: 0.000005, low: 0.000005, high: 0.000005 },
    query: 'SELECT',
    computed: null,
  };
  expect(body.suggestions).toMatchObject([
    { ...failed, simulated: false, parameters: { origin: 'live', tenant: null } },
    { ...failed, simulated: true },
  ]);
  expect(body.notes[0]).toContain('store_prompts');
  const period = { from: '2026-11-01', to: '2026-11-20' };
  expect(asked).toEqual([
    { ...period, tenant: 'ann', origin: 'live' },
    { ...period, tenant: 'ann', origin: 'simulated' },
  ]);
  expect((await ask('ann', 'tenant=bob')).status).toBeGreaterThanOrEqual(400);
  await ask('boss', '');
  expect(asked.slice(2)).toEqual([{ origin: 'live' }, { origin: 'simulated' }]);
});
