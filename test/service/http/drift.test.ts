import { afterEach, expect, test } from 'vitest';
import { createDriftMonitor, createMetrics } from '../../../src/service/index.js';
import { AS_EXPECTED, stream, watching } from '../drift/traffic.js';
import { closeScripts, keyedTenants, serveScript } from './scripted-service.js';

afterEach(closeScripts);

const drifted = () => {
  const drift = createDriftMonitor(watching);
  stream(drift, { ...AS_EXPECTED, large: 0.8 }, { operations: 400, seed: 1 });
  return drift;
};

test('GET /v1/drift tells an administrator, of all tenants together, and nobody else', async () => {
  const { url } = await serveScript({ tenants: keyedTenants, drift: drifted() });
  const asked = (key: string) =>
    fetch(`${url}/v1/drift`, { headers: { authorization: `Bearer ${key}` } });
  expect((await asked('ann')).status).toBe(403);
  const response = await asked('boss');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    drift: {
      since: '2026-01-01T00:00:00.000Z',
      simulated: false,
      quality: { expected: { mean: 0.9, low: 0.88, high: 0.92 } },
      cost_usd_per_1k: { n: 400 },
      shares: { 'lab/large': { status: 'outside', expected: { mean: 0.4 } } },
    },
  });
});

test('without a table there is nothing to expect', async () => {
  const { url } = await serveScript();
  expect(await (await fetch(`${url}/v1/drift`)).json()).toEqual({ drift: null });
});

test('gauges say what is outside, and what live traffic gives', async () => {
  const metrics = createMetrics([]);
  metrics.watch(drifted().report);
  const text = await metrics.read();
  expect(text).toContain('switchyard_drift_outside{figure="share",model="lab/large"} 1');
  expect(text).toContain('switchyard_drift_outside{figure="quality",model="all"} 0');
  expect(text).toMatch(/switchyard_drift_live\{figure="share",model="lab\/large"\} 0\.[78]/);
});
