import { afterEach, describe, expect, it } from 'vitest';
import { SemanticCache } from '../../../src/caches/index.js';
import { createMetrics } from '../../../src/service/index.js';
import {
  answerOf,
  closeScripts,
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

const get = async ({ url }: Scripted, path: string, key: string): Promise<unknown> => {
  const response = await fetch(url + path, { headers: { 'x-api-key': key } });
  expect(response.status).toBe(200);
  return response.json();
};

const ID = 'a'.repeat(64);
const VALUE = { answer: answerOf('Secret.'), model: MODEL, cost: 5 };
const similar = (tenant: string, text: string) => ({ scope: `scope of ${tenant}`, text });

/** A service of which ann was answered once, and asked three things like it. */
async function askedBefore(calibrated = true): Promise<Scripted> {
  const bounds = { maxEntries: 10, maxBytes: 1e6, ttlMs: 1e6, now: () => NOW };
  const service = await serveScript({
    tenants: keyedTenants,
    semantic: {
      cache: new SemanticCache({ ...bounds, threshold: 0.9 }),
      config: { threshold: 0.9, calibration: calibrated ? CALIBRATION : null },
    },
  });
  const { hybrid } = service;
  const ask = async (tenant: string, text: string, embed = async () => Float32Array.of(1, 0)) => {
    const asked = similar(tenant, text);
    const key = `${tenant}: ${text}`;
    const found = await hybrid.get({ key, tenant, similar: asked, embed });
    return { asked, found };
  };
  const { asked } = await ask('ann', 'How do I enable the alarm?');
  hybrid.set(ID, 'ann', VALUE, asked);
  expect((await ask('ann', 'How can I enable the alarm?')).found).toMatchObject({ id: ID });
  await ask('ann', 'How do I disable the alarm?');
  await ask('bob', 'How can I enable the alarm?', () => Promise.reject(new Error('none')));
  return service;
}

const curve = { threshold: 0.85, calibration: [], test: null };
const CALIBRATION = {
  ...curve,
  format: 'switchyard-cache-calibration',
  format_version: 1,
  created_at: '2026-11-23T00:00:00.000Z',
  code_version: '1.2.3',
  embeddings: 'embedding:local:1',
  guards: '1',
  pairs: { path: 'pairs.jsonl', sha256: '0'.repeat(64) },
  max_false_hits: 0.01,
  without_guards: curve,
  kinds: [],
} as const;

describe('the semantic cache over HTTP', () => {
  it('tells each tenant how often it helped, and why it did not', async () => {
    const service = await askedBefore();
    const refused = {
      numbers: 0,
      polarity: 1,
      entities: 0,
      direction: 0,
      language: 0,
      question: 0,
    };
    expect(await get(service, '/v1/cache/stats', 'ann')).toEqual({
      enabled: true,
      entries: 1,
      bytes: expect.any(Number),
      hits: 1,
      misses: 2,
      evictions: 0,
      hit_rate: 1 / 3,
      semantic: {
        threshold: 0.9,
        calibrated: true,
        max_false_hits: 0.01,
        entries: 1,
        hits: 1,
        misses: 2,
        unembedded: 0,
        refused,
      },
    });
    expect(await get(service, '/v1/cache/stats', 'bob')).toMatchObject({
      semantic: { entries: 0, misses: 1, unembedded: 1, refused: { ...refused, polarity: 0 } },
    });
    expect(await get(service, '/v1/cache/stats', 'boss')).toMatchObject({
      semantic: { misses: 3, unembedded: 1, refused },
    });
  });

  it('says where nothing was measured, and where there is none', async () => {
    const uncalibrated = await askedBefore(false);
    expect(await get(uncalibrated, '/v1/cache/stats', 'ann')).toMatchObject({
      semantic: { calibrated: false, max_false_hits: null },
    });
    const exact = await serveScript({ tenants: keyedTenants });
    expect(await get(exact, '/v1/cache/stats', 'ann')).toMatchObject({ semantic: null });
  });

  it('shows the words of an entry to its tenant alone, and its answer to nobody', async () => {
    const service = await askedBefore();
    service.cache.set('b'.repeat(64), 'ann', VALUE);
    const text = 'How do I enable the alarm?';
    const own = await get(service, '/v1/cache/entries', 'ann');
    expect(own).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ id: ID, similar: true, text, hits: 1 }),
        expect.objectContaining({ id: 'b'.repeat(64), similar: false, text: null }),
      ]),
    });
    expect(JSON.stringify(own)).not.toContain('Secret.');
    for (const query of ['', '?tenant=ann']) {
      const others = await get(service, `/v1/cache/entries${query}`, 'boss');
      expect(others).toMatchObject({ entries: [{ text: null }, { text: null }] });
    }
    expect(await get(service, '/v1/cache/entries', 'bob')).toEqual({ entries: [] });
  });

  it('is counted for Prometheus: hits by kind, refusals by guard, waits for embeddings', async () => {
    const { metrics, url, asked } = await askedBefore();
    await post(`${url}/v1/messages`, WIRES[1].body('Hi'), { 'x-api-key': 'ann' });
    const ledger = metrics.observe(scriptedLedger());
    for (const similarity of [null, 0.95, 0.97]) {
      const operation = operationOf(asked[0]!, { cache: 'hit', similarity });
      await ledger.record({ operation, usage: [] });
    }
    for (const embedded of [true, true, false]) {
      metrics.event({ kind: 'looked_for_similar', operation: 'op_1', ms: 40, embedded });
    }
    for (const text of [await metrics.read(), await metrics.read()]) {
      for (const line of [
        'switchyard_cache_hits_total{kind="exact"} 1',
        'switchyard_cache_hits_total{kind="semantic"} 2',
        'switchyard_cache_refused_total{guard="polarity"} 1',
        'switchyard_cache_refused_total{guard="numbers"} 0',
        'switchyard_cache_embedding_seconds_count{embedded="true"} 2',
        'switchyard_cache_embedding_seconds_count{embedded="false"} 1',
      ]) {
        expect(text).toContain(`${line}\n`);
      }
    }
    expect(await createMetrics([MODEL]).read()).not.toContain('switchyard_cache_refused_total');
  });
});
