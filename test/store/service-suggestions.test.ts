import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { CostTracker } from '../../src/costs/index.js';
import type { ServiceLedger, SuggestionQuestion } from '../../src/service/index.js';
import { openMemoryLedger, openServiceLedger } from '../../src/store/index.js';
import { asked, LARGE, SMALL } from '../service/suggestions/suggestion-samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const prompts = { most: 2, most_characters: 1000 };
const ASKS = {
  repeats: { ttl_seconds: 3600 },
  waitable: { burst: 2 },
  failed: {},
  named: prompts,
  uncompressed: prompts,
  latest: prompts,
} as const;
const QUESTIONS = Object.keys(ASKS) as SuggestionQuestion[];
const SHOP = { origin: 'live', tenant: 'shop', from: '2026-11-20', to: '2026-11-20' } as const;

async function fill(ledger: ServiceLedger): Promise<ServiceLedger> {
  const entries = [
    asked({ prompt: 'before', at: '2026-11-19T23:59:59.999Z' }),
    asked({ prompt: 'one', at: '2026-11-20T00:00:00.000Z' }),
    asked({
      prompt: 'one',
      at: '2026-11-20T00:00:30.000Z',
      price: { ...LARGE, batchMultiplier: 0.25 },
    }),
    asked({
      prompt: 'two',
      at: '2026-11-20T01:00:00.000Z',
      price: SMALL,
      cost: 1,
      operation: { tag: 'x' },
    }),
    asked({ prompt: 'three', at: '2026-11-20T02:00:00.000Z', cost: null, error: 'timeout' }),
    asked({ prompt: 'z'.repeat(1000), at: '2026-11-20T03:00:00.000Z', price: SMALL }),
    asked({ prompt: 'theirs', at: '2026-11-20T01:00:00.000Z', operation: { tenant: 'desk' } }),
    asked({ prompt: 'one', at: '2026-11-20T00:00:10.000Z', operation: { origin: 'simulated' } }),
    asked({ prompt: 'after', at: '2026-11-21T00:00:00.000Z' }),
  ];
  for (const entry of entries) await ledger.record(entry);
  return ledger;
}

describe.each([
  ['in memory', async () => openMemoryLedger(new CostTracker())],
  ['in DuckDB', () => openServiceLedger(join(folder, 'service.duckdb'))],
])('what suggestions are computed from, %s', (name, open) => {
  it('counts one origin, period and tenant, and its queries say the same of a snapshot', async () => {
    await using ledger = await fill(await open());
    const asks = <Name extends SuggestionQuestion>(question: Name) =>
      ledger.suggestionRows(question, SHOP, ASKS[question]);

    expect((await asks('repeats')).rows).toEqual([
      { cache: 'miss', answered: 5, repeats: 1, cost: 1_400_000, unpriced: 0 },
    ]);
    expect((await asks('waitable')).rows).toEqual([
      // 0.5 × 1.4 million, 0.75 × 1.4 million in the same minute, and 0.5 × 1.4 million.
      {
        tag: null,
        answered: 3,
        calls: 3,
        saving: 2_450_000,
        burstCalls: 2,
        burstSaving: 1_750_000,
      },
      // Half a nano-dollar is rounded up, so that nothing of one is saved.
      { tag: 'x', answered: 1, calls: 0, saving: 0, burstCalls: 0, burstSaving: 0 },
    ]);
    const failed = { model: 'maker/large', error: 'timeout', attempts: 1, cost: 0, estimated: 0 };
    expect((await asks('failed')).rows).toContainEqual({ ...failed, unpriced: 1 });
    const { rows } = await asks('latest');
    expect(rows.map(({ promptHash, population }) => [promptHash, population])).toEqual([
      ['one', 3],
      ['two', 3],
    ]);
    expect(rows[1]).toMatchObject({
      receivedAt: '2026-11-20T01:00:00.000Z',
      model: 'maker/small',
      table: null,
      cost: 1,
      usage: { input: 1000, cachedInput: 0, cacheWrite: 0, output: 100, reasoning: 0 },
      pricing: SMALL,
      messages: [{ role: 'user', content: 'two' }],
    });
    expect((await asks('named')).rows.map(({ population }) => population)).toEqual([3, 3]);

    const paths = await ledger.snapshot(join(folder, name));
    const instance = await DuckDBInstance.create(':memory:');
    const shell = await instance.connect();
    for (const table of ['operations', 'usage']) {
      const path = paths.find((one) => one.includes(`${table}-`));
      await shell.run(`CREATE VIEW ${table} AS FROM '${path}'`);
    }
    for (const question of QUESTIONS) {
      const { query, parameters, rows } = await asks(question);
      expect(rows.length).toBeGreaterThan(0);
      const found = await (await shell.run(query, { ...parameters })).getRowObjects();
      expect(found).toHaveLength(rows.length);
      const figures = ({ cost_nano_usd, saving_nano_usd }: (typeof found)[number]) =>
        Number(cost_nano_usd ?? saving_nano_usd);
      expect(found.map(figures)).toEqual(
        rows.map((row) => ('saving' in row ? row.saving : row.cost)),
      );
    }
    shell.closeSync();
    instance.closeSync();
  });
});
