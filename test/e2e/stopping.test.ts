import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toUsd } from '../../src/costs/index.js';
import { type StandIn, type StandInOptions, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';
import { ended, start, switchyard, temporaryFolder } from './command.js';
import { writeExperiment, writeSums } from './experiment-files.js';

const PROMPTS = 30;
const CELLS = 2 * PROMPTS;
let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;

async function serve(given: Partial<StandInOptions>, timeoutSeconds = 30) {
  standIn = await startStandIn({ answerKey: writeSums(folder.path, PROMPTS), seed: 1, ...given });
  writeExperiment(folder.path, standIn.url, [
    { id: 'standin/small', api: 'openai', timeoutSeconds },
    { id: 'standin/medium', api: 'anthropic', timeoutSeconds },
  ]);
}

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await standIn.close();
  folder.remove();
});

const RUN = ['run', 'sums.yaml', '--json'];
const measure = (...args: string[]) => switchyard([...RUN, ...args], { cwd: folder.path });

/** What the ledger says was spent, in US dollars. */
async function ledger(run: string): Promise<number> {
  await using store = await openStore(join(folder.path, 'results/switchyard.duckdb'), {
    readOnly: true,
  });
  return (await store.runs.readUsage(run)).reduce((sum, { cost }) => sum + toUsd(cost ?? 0), 0);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a budget', () => {
  test('stops the run before the cap with exit code 4; raised, the run goes on to its end', async () => {
    await serve({});
    const cap = 0.002;
    const stopped = await measure('--budget-usd', String(cap));
    expect(stopped.code).toBe(4);
    expect(stopped.err).toContain('The budget is reached');
    const summary = JSON.parse(stopped.out);
    expect(summary).toMatchObject({ status: 'budget_reached', cells: { planned: CELLS } });
    expect(summary.cells.done).toBeGreaterThan(0);
    expect(summary.cells.done).toBeLessThan(CELLS);
    const spent = await ledger(summary.run);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(cap);
    expect(summary.spend_usd.total).toBeCloseTo(spent, 9);

    const raised = await measure('--budget-usd', '1', '--quiet');
    expect(raised).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(raised.out)).toMatchObject({
      run: summary.run,
      status: 'complete',
      cells: { done: CELLS, failed: 0 },
    });
    expect(standIn.account().attempts).toBe(CELLS);
  });
});

describe('Ctrl-C', () => {
  test('finishes what is under way, exits with 130, and the next run pays for nothing twice', async () => {
    await serve({ latencyMs: 100 });
    const child = start([...RUN, '-j', '4'], { cwd: folder.path });
    const end = ended(child);
    await until(() => standIn.account().attempts >= 10);
    child.kill('SIGINT');
    const { code, out, err } = await end;
    expect(code).toBe(130);
    expect(err).toContain('what was paid for is stored');
    const { cells, status } = JSON.parse(out);
    expect(status).toBe('interrupted');
    expect(cells.done).toBe(standIn.account().attempts);
    expect(cells.done).toBeLessThan(CELLS);

    const resumed = await measure('--quiet');
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(resumed.out)).toMatchObject({ status: 'complete', cells: { done: CELLS } });
    expect(standIn.account().attempts).toBe(CELLS);
  });

  test('a second time ends it at once, though the server never answers', async () => {
    await serve({ faults: { hang: 1 } });
    const child = start(RUN, { cwd: folder.path });
    const end = ended(child);
    await until(() => standIn.account().attempts >= 4);
    child.kill('SIGINT');
    let said = '';
    for await (const [chunk] of chunks(child.stderr)) {
      said += String(chunk);
      if (said.includes('again to abort')) break;
    }
    child.kill('SIGINT');
    const { code, out, err } = await end;
    expect(code).toBe(130);
    expect(err).not.toMatch(/\n\s+at /);
    expect(JSON.parse(out)).toMatchObject({ status: 'interrupted', cells: { done: 0 } });
  });
});

async function* chunks(stream: NodeJS.ReadableStream | null): AsyncGenerator<unknown[]> {
  while (stream !== null) yield await once(stream, 'data');
}
