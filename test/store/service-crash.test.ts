import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRng } from '../../src/statistics/index.js';
import { openServiceLedger } from '../../src/store/index.js';
import { startProcess } from './other-process.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

it('has every acknowledged operation once, after twenty kills at any point', async () => {
  const path = join(folder, 'killed.duckdb');
  const acknowledged: string[] = [];
  for (let seed = 1; seed <= 20; seed += 1) {
    const rng = createRng(seed);
    const readEvery = String(1 + rng.below(200));
    const writer = await startProcess(
      './service-writer.ts',
      path,
      String(seed * 1_000_000),
      readEvery,
    );
    await writer.printed(2 + rng.below(600));
    await writer.kill();
    acknowledged.push(...writer.lines.slice(1));
  }
  await using ledger = await openServiceLedger(path);
  const found = (await ledger.recent(1_000_000)).map(({ id }) => id);
  const once = new Set(found);
  expect(found.length).toBe(once.size);
  expect(acknowledged.filter((id) => !once.has(id))).toEqual([]);
  // What was in flight when the process died may be there or not, at most one a worker.
  expect(found.length - acknowledged.length).toBeLessThanOrEqual(20 * 16);
  const [totals] = await ledger.totals([]);
  expect(totals).toMatchObject({ operations: found.length, attempts: found.length });
}, 120_000);
