import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { aComparison, aRoutingTable, aRun, aTradeoff, someUsage } from './samples.js';
import { temporaryFolder } from './temporary-folder.js';

/** What someone sees who opens the file in the `duckdb` shell. */
const path = join(temporaryFolder(), 'shell.duckdb');

async function ask(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

beforeAll(async () => {
  await using store = await openStore(path);
  await store.runs.createRun(aRun(), []);
  await store.runs.addUsage([
    someUsage({ cost: 1_500_000_000 }),
    someUsage({ attempt: 2, cost: 250_000_000, usage: null, estimated: true }),
    someUsage({ operationId: 'judged', purpose: 'judge', cost: null }),
    someUsage({ operationId: 'toy', origin: 'simulated', startedAt: '2026-03-02T00:00:00.000Z' }),
  ]);
  await store.evaluations.addEvaluation(aComparison());
  await store.evaluations.addEvaluation(
    aComparison({
      tradeoffs: [
        aTradeoff({ policy: 'dear', cost: { mean: 2, low: 1, high: 3 } }),
        aTradeoff({ policy: 'beaten', frontier: false }),
        aTradeoff({ policy: 'cheap' }),
      ],
    }),
  );
  await store.tables.addRoutingTable(aRoutingTable(), 'abc', 'table.json');
  await store.tables.addRoutingTable(aRoutingTable(), 'abc', 'again.json');
});

describe('the views', () => {
  it('shows the frontier of each run’s latest evaluation, cheapest first', async () => {
    expect(
      await ask(
        'SELECT run_name, policy, quality_mean, quality_low, cost_usd_per_1k_mean FROM frontier',
      ),
    ).toEqual([
      {
        run_name: 'first',
        policy: 'cheap',
        quality_mean: 0.5,
        quality_low: 0.4,
        cost_usd_per_1k_mean: 0.75,
      },
      {
        run_name: 'first',
        policy: 'dear',
        quality_mean: 0.5,
        quality_low: 0.4,
        cost_usd_per_1k_mean: 0.75,
      },
    ]);
  });

  it('shows cost by model in dollars, money spent apart from play money, unknown as null', async () => {
    expect(await ask('SELECT * EXCLUDE (run_id, run_name, model) FROM cost_by_model')).toEqual([
      {
        purpose: 'candidate',
        origin: 'live',
        records: '2',
        estimated_records: '1',
        unpriced_records: '0',
        input_tokens: '12',
        output_tokens: '3',
        cost_usd: 1.75,
      },
      {
        purpose: 'candidate',
        origin: 'simulated',
        records: '1',
        estimated_records: '0',
        unpriced_records: '0',
        input_tokens: '12',
        output_tokens: '3',
        cost_usd: 1,
      },
      {
        purpose: 'judge',
        origin: 'live',
        records: '1',
        estimated_records: '0',
        unpriced_records: '1',
        input_tokens: '12',
        output_tokens: '3',
        cost_usd: null,
      },
    ]);
  });

  it('shows cost by day', async () => {
    expect(await ask('SELECT day, purpose, origin, cost_usd FROM daily_cost')).toEqual([
      { day: '2026-03-01', purpose: 'candidate', origin: 'live', cost_usd: 1.75 },
      { day: '2026-03-01', purpose: 'judge', origin: 'live', cost_usd: null },
      { day: '2026-03-02', purpose: 'candidate', origin: 'simulated', cost_usd: 1 },
    ]);
  });
});

describe('the tables', () => {
  it('say what they hold', async () => {
    const tables = await ask(
      `SELECT table_name FROM duckdb_tables() WHERE comment IS NULL
       UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL`,
    );
    expect(tables).toEqual([]);
    const undocumented = await ask(
      `SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
       AND (column_name LIKE '%nano_usd' OR column_name LIKE '%_ms' OR data_type = 'TIMESTAMP')
       AND table_name IN (SELECT table_name FROM duckdb_tables())`,
    );
    expect(undocumented).toEqual([]);
  });

  it('keep tradeoffs in columns and an exported table once', async () => {
    expect(
      await ask('SELECT evaluation_id, position, policy, cost_saving_mean FROM tradeoffs LIMIT 1'),
    ).toEqual([
      {
        evaluation_id: 'run-1/1',
        position: '0',
        policy: 'always@maker/small',
        cost_saving_mean: null,
      },
    ]);
    expect(
      await ask(`SELECT path, document->>'$.policy.id' AS policy FROM routing_tables`),
    ).toEqual([{ path: 'table.json', policy: 'always@maker/small' }]);
  });
});
