import { join } from 'node:path';
import { it } from 'vitest';
import { createRng } from '../../src/statistics/index.js';
import { openServiceLedger } from '../../src/store/index.js';
import { startProcess } from './other-process.js';
import { aJudgement, aVerdict } from './service-samples.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

const KILLS = 6;

// Two ledgers at once, as starting processes takes most of the time.
it.concurrent.for([1, 2])(
  'ledger %i has every acknowledged operation and verdict once, after six kills at any point',
  {
    timeout: 120_000,
  },
  async (which, { expect }) => {
    const path = join(folder, `killed-${which}.duckdb`);
    const lines: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const seed = which * KILLS + kill;
      const rng = createRng(seed);
      const readEvery = String(1 + rng.below(60));
      const start = String(seed * 1_000_000);
      const writer = await startProcess('./service-writer.ts', path, start, readEvery);
      await writer.printed(2 + rng.below(250));
      await writer.kill();
      lines.push(...writer.lines.slice(1));
    }
    await using ledger = await openServiceLedger(path);
    const acknowledged = lines.filter((line) => !line.includes(' '));
    const told = lines.filter((line) => line.includes(' '));
    const judged = (await ledger.feedback()).map(
      ({ feedback, operation }) => `${feedback.source} ${operation.id}`,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(judged.length).toBe(new Set(judged).size);
    expect(told.filter((line) => !judged.includes(line))).toEqual([]);
    expect(judged.length - told.length).toBeLessThanOrEqual(KILLS * 16);
    const found = (await ledger.recent(1_000_000)).map(({ id }) => id);
    const once = new Set(found);
    expect(found.length).toBe(once.size);
    expect(acknowledged.filter((id) => !once.has(id))).toEqual([]);
    // What was in flight when the process died may be there or not, at most one a worker.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(KILLS * 16);
    const [totals] = await ledger.totals([]);
    const byJudges = judged.filter((line) => line.startsWith('judge')).length;
    expect(totals).toMatchObject({
      operations: found.length,
      attempts: found.length + byJudges,
    });
    const [again] = judged;
    const [source, operationId] = again!.split(' ');
    const repeated = source === 'judge' ? aJudgement(operationId!) : aVerdict(operationId!);
    expect((await ledger.recordFeedback(repeated)).kind).toBe('repeated');
  },
);
