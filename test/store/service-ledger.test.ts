import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COST_GROUPS, CostTracker } from '../../src/costs/index.js';
import { openMemoryLedger, openServiceLedger } from '../../src/store/index.js';
import { migrate } from '../../src/store/migrations.js';
import { encodeBatch } from '../../src/store/service/journal-lines.js';
import { LEDGER_MIGRATIONS } from '../../src/store/service/ledger-schema.js';
import { entriesArbitrary } from '../costs/cost-samples.js';
import { describeServiceLedger } from './service-ledger-contract.js';
import { aJudgement, anEntry, anOperation, someUsage } from './service-samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
let files = 0;
const nextFile = (): string => {
  files += 1;
  return join(folder, `${files}`, 'service.duckdb');
};

describeServiceLedger(
  'the ledger in memory',
  async () => openMemoryLedger(new CostTracker()),
  join(folder, 'memory'),
);
describeServiceLedger(
  'the ledger in DuckDB',
  () => openServiceLedger(nextFile()),
  join(folder, 'duckdb'),
);

it('adds up alike in memory and in DuckDB, whatever was recorded', async () => {
  await fc.assert(
    fc.asyncProperty(
      entriesArbitrary,
      fc.array(fc.subarray([...COST_GROUPS]), { minLength: 1, maxLength: 3 }),
      async (entries, groupings) => {
        await using memory = openMemoryLedger(new CostTracker());
        await using duckdb = await openServiceLedger(nextFile());
        for (const [index, { operation, attempts }] of entries.entries()) {
          const id = `op-${index}`;
          const { origin } = operation;
          if (origin === 'recorded' || origin === 'reused') continue;
          const entry = {
            operation: anOperation({
              ...operation,
              origin,
              id,
              similarity: index % 3 === 0 ? 0.9 : null,
              tokensRemoved: 7 * (index % 4),
              error: [null, 'timeout', 'client_left'][index % 5] ?? null,
            }),
            usage: attempts.map((attempt, at) =>
              someUsage({ ...attempt, operationId: id, attempt: at + 1 }),
            ),
          };
          await memory.record(entry);
          await duckdb.record(entry);
          if (index % 2 === 0) {
            const { tenant } = operation;
            const verdict = aJudgement(id, { tenant }, { origin, cost: index });
            expect(await memory.recordFeedback(verdict)).toEqual(
              await duckdb.recordFeedback(verdict),
            );
          }
        }
        const filters = [
          {},
          { origin: 'simulated' },
          { from: '2026-11-23', to: '2026-11-30' },
          { tenant: 'shop', from: '2026-11-24' },
        ] as const;
        for (const groups of [[], ...groupings]) {
          for (const filter of filters) {
            expect(await duckdb.totals(groups, filter)).toEqual(
              await memory.totals(groups, filter),
            );
          }
        }
        for (const { origin: _any, ...filter } of filters.map((one) => ({ origin: '', ...one }))) {
          expect(await duckdb.activity(filter)).toEqual(await memory.activity(filter));
        }
        expect(await duckdb.spent('shop', '2026-11-23T00:00:00Z')).toBe(
          await memory.spent('shop', '2026-11-23T00:00:00Z'),
        );
        expect(await duckdb.recent(10)).toEqual(await memory.recent(10));
      },
    ),
    { numRuns: 8, seed: 3 },
  );
});

/** A ledger as the first version of its schema left it, with an entry in its journal, too. */
async function firstVersion(): Promise<string> {
  const path = nextFile();
  mkdirSync(dirname(path), { recursive: true });
  const { similarity: _new, cacheEntry: _newer, ...old } = anOperation({ id: 'journaled' });
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await migrate(connection, path, false, LEDGER_MIGRATIONS.slice(0, 1));
  const names = Object.keys(FIRST_OPERATION);
  await connection.run(
    `INSERT INTO operations (${names.join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    Object.values(FIRST_OPERATION),
  );
  await connection.run('UPDATE journal_position SET flowed_through = 1');
  connection.closeSync();
  instance.closeSync();
  const entry = Buffer.from(JSON.stringify({ operation: old, usage: [] }));
  writeFileSync(`${path}.journal-1`, encodeBatch(2, [entry]));
  return path;
}

const FIRST_OPERATION = {
  seq: 1,
  operation_id: 'stored',
  received_at: '2026-11-23 10:00:00',
  tenant: 'shop',
  endpoint: '/v1/generate',
  requested_model: 'auto',
  origin: 'live',
  cache: 'off',
  streamed: false,
  status: 200,
  latency_ms: 1,
  tokens_removed: 0,
  prompt_hash: 'hash',
};

it('brings a ledger of the first version up to date, and takes feedback for what it holds', async () => {
  await using ledger = await openServiceLedger(await firstVersion());
  expect((await ledger.recent(5)).map(({ id, similarity }) => [id, similarity])).toEqual([
    ['journaled', null],
    ['stored', null],
  ]);
  for (const id of ['stored', 'journaled']) {
    expect((await ledger.recordFeedback(aJudgement(id))).kind).toBe('recorded');
  }
});

it('shows readers of the file every judged operation with its propensity', async () => {
  const path = nextFile();
  const ledger = await openServiceLedger(path);
  await ledger.record(anEntry('a', { tag: 'mail' }));
  await ledger.record(anEntry('b', { routing: null, cause: 'named' }));
  await ledger.recordFeedback(aJudgement('a', { score: 0.5 }));
  await ledger.recordFeedback(aJudgement('b', {}, { cost: 900 }));
  await ledger.close();
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects();
  expect(
    await read(
      'SELECT operation_id, tag, policy, propensity, source, score, probability FROM judged_operations',
    ),
  ).toEqual([
    {
      operation_id: 'a',
      tag: 'mail',
      policy: 'ridge@0.5',
      propensity: 0.75,
      source: 'judge',
      score: 0.5,
      probability: 0.1,
    },
    {
      operation_id: 'b',
      tag: null,
      policy: null,
      propensity: null,
      source: 'judge',
      score: 0.75,
      probability: 0.1,
    },
  ]);
  expect(await read('SELECT operations, attempts FROM cost_by_tenant WHERE tag IS NULL')).toEqual([
    { operations: 1n, attempts: 2n },
  ]);
  connection.closeSync();
  instance.closeSync();
});
