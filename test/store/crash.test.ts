import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRng } from '../../src/statistics/index.js';
import { openStore } from '../../src/store/index.js';
import { startHolder } from './other-process.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

it('has everything it promised after kill -9, with its usage, and nothing twice', async () => {
  const path = join(folder, 'killed.duckdb');
  const rng = createRng(5);
  const promised = new Set<string>();
  for (let kill = 0; kill < 3; kill += 1) {
    const writer = await startHolder(path, 'write', String(kill * 1_000_000));
    await writer.printed(20 + rng.below(200));
    await writer.kill();
    for (const line of writer.lines.slice(1)) promised.add(line);

    await using store = await openStore(path);
    const outcomes = (await store.runs.readOutcomes('run-1')).map(({ promptId }) => promptId);
    const usage = (await store.runs.readUsage('run-1')).map(({ operationId }) => operationId);
    const found = new Set(outcomes);
    expect([...promised].filter((promptId) => !found.has(promptId))).toEqual([]);
    expect(found.size).toBe(outcomes.length);
    expect(usage.toSorted()).toEqual(outcomes.toSorted());
    const scored = (await store.runs.readScores('run-1')).map(({ promptId }) => promptId);
    expect(scored.filter((promptId) => !found.has(promptId))).toEqual([]);
  }
});
