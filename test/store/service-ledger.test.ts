import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COST_GROUPS, CostTracker } from '../../src/costs/index.js';
import { openMemoryLedger, openServiceLedger } from '../../src/store/index.js';
import { entriesArbitrary } from '../costs/cost-samples.js';
import { describeServiceLedger } from './service-ledger-contract.js';
import { anOperation, someUsage } from './service-samples.js';
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
            operation: anOperation({ ...operation, origin, id }),
            usage: attempts.map((attempt, at) =>
              someUsage({ ...attempt, operationId: id, attempt: at + 1 }),
            ),
          };
          await memory.record(entry);
          await duckdb.record(entry);
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
        expect(await duckdb.spent('shop', '2026-11-23T00:00:00Z')).toBe(
          await memory.spent('shop', '2026-11-23T00:00:00Z'),
        );
        expect(await duckdb.recent(10)).toEqual(await memory.recent(10));
      },
    ),
    { numRuns: 8, seed: 3 },
  );
});
