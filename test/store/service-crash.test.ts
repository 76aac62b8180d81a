import { join } from 'node:path';
import { it } from 'vitest';
import { createRng } from '../../src/statistics/index.js';
import { openServiceLedger } from '../../src/store/index.js';
import { startProcess } from './other-process.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

const KILLS = 6;

// Two ledgers at once, as starting processes takes most of the time.
it.concurrent.for([1, 2])(
  'ledger %i has every acknowledged operation once, after six kills at any point',
  {
    timeout: 120_000,
  },
  async (which, { expect }) => {
    const path = join(folder, `killed-${which}.duckdb`);
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const seed = which * KILLS + kill;
      const rng = createRng(seed);
      const readEvery = String(1 + rng.below(60));
      const start = String(seed * 1_000_000);
      const writer = await startProcess('./service-writer.ts', path, start, readEvery);
      await writer.printed(2 + rng.below(250));
      await writer.kill();
      acknowledged.push(...writer.lines.slice(1));
    }
    await using ledger = await openServiceLedger(path);
    const found = (await ledger.recent(1_000_000)).map(({ id }) => id);
    const once = new Set(found);
    expect(found.length).toBe(once.size);
    expect(acknowledged.filter((id) => !once.has(id))).toEqual([]);
    // What was in flight when the process died may be there or not, at most one a worker.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(KILLS * 16);
    const [totals] = await ledger.totals([]);
    expect(totals).toMatchObject({ operations: found.length, attempts: found.length });
  },
);
