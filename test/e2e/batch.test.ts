import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StandIn, type StandInBatchOptions, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';
import { type Ended, ended, start, switchyard, temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { type HaltingProxy, startHaltingProxy } from './halting-proxy.js';
import { inProcess } from './in-process.js';

const PROMPTS = 12;
const CELLS = 2 * PROMPTS;
const BATCH = ['run', 'sums.yaml', '--json', '--batch', '--poll-seconds', '0.05'];

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;
let proxy: HaltingProxy | null = null;

async function serve(batch: StandInBatchOptions = {}, prompts = PROMPTS): Promise<void> {
  standIn = await startStandIn({ answerKey: writeSums(folder.path, prompts), seed: 1, batch });
  writeExperiment(standIn.url);
}

function writeExperiment(url: string, price = ', batch_multiplier: 0.5'): void {
  const lines = [
    'name: sums',
    'dataset: ./sums.jsonl',
    'models:',
    `  - { id: standin/small, base_url: "${url}/v1", price: { input: 0.1, output: 0.4${price} } }`,
    `  - { id: standin/medium, base_url: "${url}", api: anthropic, price: { input: 0.6, output: 2.4${price} } }`,
    'parameters: { temperature: 0, max_tokens: 200 }',
  ];
  writeFileSync(join(folder.path, 'sums.yaml'), lines.join('\n'));
}

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await proxy?.close();
  proxy = null;
  await standIn.close();
  folder.remove();
});

/** Everything that a batch run shares with a live one, and what it cost. */
async function measured(file: string) {
  await using store = await openStore(join(folder.path, file), { readOnly: true });
  const [run] = await store.runs.listRuns();
  if (run === undefined) throw new Error('There is no run');
  const outcomes = await store.runs.readOutcomes(run.id);
  const usage = await store.runs.readUsage(run.id);
  return {
    cells: outcomes.map(({ promptId, model, status, text, usage: tokens, cellKey }) => ({
      promptId,
      model,
      status,
      text,
      tokens,
      cellKey,
    })),
    scores: (await store.runs.readScores(run.id)).map(({ promptId, model, score }) => ({
      promptId,
      model,
      score,
    })),
    costs: outcomes.map(({ cost }) => cost),
    spent: usage.reduce((sum, { cost }) => sum + (cost ?? 0), 0),
    latencies: new Set(outcomes.map(({ latencyMs }) => latencyMs)),
  };
}

const here = (...args: string[]): Promise<Ended> => inProcess(args, folder.path);

const oneLine = (text: string): string => {
  expect(text.trimEnd()).not.toContain('\n');
  return text;
};

test('killed at submission, while waiting and while collecting, it ends as a live run at half the price', {
  timeout: 60_000,
}, async () => {
  await serve({ delayMs: 1_000 });
  proxy = await startHaltingProxy(standIn.url);
  writeExperiment(proxy.url);
  const batch = [...BATCH, '--db', 'batch.duckdb'];
  const killWhen = async (halted: Promise<unknown>): Promise<void> => {
    const child = start(batch, { cwd: folder.path });
    const end = ended(child);
    await Promise.race([halted, end.then(({ err }) => Promise.reject(new Error(err)))]);
    child.kill('SIGKILL');
    expect((await end).code).toBeNull();
  };
  await killWhen(proxy.haltNext((request) => request === 'POST /v1/batches', 'before'));
  await killWhen(proxy.haltNext((request) => request === 'POST /v1/messages/batches', 'before'));
  await killWhen(proxy.haltNext((request) => /^GET .*batches\/[^/]+$/.test(request), 'before'));
  await killWhen(proxy.haltNext((request) => /output.*\/content$/.test(request), 'within'));

  const refused = await here('run', 'sums.yaml', '--db', 'batch.duckdb', '-q');
  expect(refused.code).toBe(2);
  expect(oneLine(refused.err)).toMatch(/under way at standin\/.*paid for twice.*--batch.*--cancel/);

  const last = await switchyard([...batch, '-q'], { cwd: folder.path });
  expect(last).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(last.out).cells).toMatchObject({ planned: CELLS, done: CELLS, failed: 0 });
  const account = standIn.account();
  expect(account).toMatchObject({ attempts: 0, batches: 2 });
  expect(account.calls).toHaveLength(CELLS);
  expect(account.calls.every(({ attempts, answered }) => attempts === 1 && answered === 1)).toBe(
    true,
  );

  const live = await here('run', 'sums.yaml', '--db', 'live.duckdb', '-q');
  expect(live.code).toBe(0);
  const [batched, direct] = [await measured('batch.duckdb'), await measured('live.duckdb')];
  expect(batched.cells).toEqual(direct.cells);
  expect(batched.scores).toEqual(direct.scores);
  expect(batched.costs).toEqual(direct.costs.map((cost) => (cost ?? Number.NaN) / 2));
  expect(batched.spent).toBe(account.billed.batched.cost);
  expect(2 * batched.spent).toBe(standIn.account().billed.delivered.cost);
  expect(batched.latencies).toEqual(new Set([null]));
});

describe('a batch run', () => {
  test('asks again for what failed or expired, and pays for no more than was answered', async () => {
    await serve({ expireAfter: 7, failItems: 0.15 });
    const { code, out } = await here(...BATCH, '-q');
    expect(code).toBe(0);
    const { done, failed } = JSON.parse(out).cells;
    expect(done + failed).toBe(CELLS);
    expect(done).toBeGreaterThan(CELLS / 2);
    const account = standIn.account();
    expect(account.batches).toBeGreaterThan(2);
    expect(account.billed.batched.attempts).toBe(done);
    expect((await measured('results/switchyard.duckdb')).spent).toBe(account.billed.batched.cost);
  });

  test('never passes its budget, ends with exit code 4, and goes on where it is raised', async () => {
    await serve();
    const { code, out, err } = await here(...BATCH, '--budget-usd', '0.0004');
    expect(code).toBe(4);
    expect(err).toContain('The budget is reached');
    const summary = JSON.parse(out);
    expect(summary.cells.done).toBeGreaterThan(0);
    expect(summary.cells.done).toBeLessThan(CELLS);
    expect(standIn.account().billed.batched.cost).toBeLessThanOrEqual(400_000);
    const raised = await here(...BATCH, '--budget-usd', '1', '-q');
    expect(JSON.parse(raised.out)).toMatchObject({ run: summary.run, cells: { done: CELLS } });
    expect(standIn.account().billed.batched.attempts).toBe(CELLS);
  });

  test('stops at Ctrl-C and leaves its batches, which can be cancelled', async () => {
    await serve({ delayMs: 60_000 }, 3);
    const child = start(BATCH, { cwd: folder.path });
    const end = ended(child);
    while (standIn.account().batches < 2 && child.exitCode === null) {
      await new Promise((next) => setTimeout(next, 5));
    }
    child.kill('SIGINT');
    const { code, err } = await end;
    expect(code).toBe(130);
    expect(err).toMatch(/2 batches go on at the provider: .*--batch.*--cancel-batches/);
    const cancelled = await here('run', 'sums.yaml', '--cancel-batches', '--poll-seconds', '0.05');
    expect(cancelled.code).toBe(0);
    expect(cancelled.err).toContain('No batch is under way any more');
    expect(standIn.account().batches).toBe(2);
    const live = await here('run', 'sums.yaml', '-q', '--json');
    expect(JSON.parse(live.out).cells).toMatchObject({ planned: 6, done: 6 });
  });

  test('keeps an edited experiment from asking for what is under way', async () => {
    await serve({ delayMs: 60_000 }, 2);
    const child = start(BATCH, { cwd: folder.path });
    const end = ended(child);
    while (standIn.account().batches < 2 && child.exitCode === null) {
      await new Promise((next) => setTimeout(next, 5));
    }
    child.kill('SIGINT');
    await end;
    for (const how of [[], ['--batch']]) {
      const { code, err } = await here('run', 'sums.yaml', ...how, '--limit', '1', '-q');
      expect(code).toBe(2);
      expect(oneLine(err)).toMatch(
        /^switchyard: 2 answers are under way in batches of run-\w+ and/,
      );
    }
    expect(standIn.account()).toMatchObject({ attempts: 0, batches: 2 });
    const afresh = await here('run', 'sums.yaml', '--limit', '1', '--no-cache', '-q', '--json');
    expect(JSON.parse(afresh.out).cells).toMatchObject({ planned: 2, done: 2 });
    const again = await here('run', 'sums.yaml', '--limit', '1', '-q', '--json');
    expect(again.code).toBe(0);
    await here('run', 'sums.yaml', '--cancel-batches', '--poll-seconds', '0.05', '-q');
    expect((await here('run', 'sums.yaml', '-q')).code).toBe(0);
  });

  test('is estimated at both prices', async () => {
    await serve();
    const { out } = await here('estimate', 'sums.yaml', '--json');
    const { cost_usd: live, batch_cost_usd: batch } = JSON.parse(out);
    expect(batch.expected).toBeCloseTo(live.expected / 2, 12);
    expect(batch.worst).toBeCloseTo(live.worst / 2, 12);
    const text = (await here('estimate', 'sums.yaml')).out;
    expect(text).toMatch(/in batches .*\$/);
    expect(text).toContain('In batches (run --batch) saves 50 %, and takes up to a day');
    writeExperiment(standIn.url, '');
    expect(JSON.parse((await here('estimate', 'sums.yaml', '--json')).out)).toMatchObject({
      batch_cost_usd: null,
    });
  });

  test('says each mistake in one line, before anything is sent', async () => {
    await serve({ failWhole: 'invalid_request: too many tokens are queued' });
    const mistake = async (...args: string[]) => {
      const { code, out, err } = await here(...args, '-q');
      expect(out).toBe('');
      return { code, line: oneLine(err) };
    };
    expect(await mistake('run', 'sums.yaml', '--cancel-batches')).toEqual({
      code: 2,
      line: 'switchyard: --cancel-batches: no batch of sums.yaml is under way, so there is nothing to cancel.\n',
    });
    expect((await mistake('run', 'sums.yaml', '--batch', '--poll-seconds', '0')).line).toContain(
      '--poll-seconds is 0: give a number from 0.01 to 3600',
    );
    const whole = await mistake(...BATCH);
    expect(whole.code).toBe(1);
    expect(whole.line).toMatch(/standin\/small: the batch \S+ failed at the provider: .*queued/);
    expect(standIn.account().billed.batched.attempts).toBe(0);
    writeExperiment(standIn.url, '');
    const priceless = await mistake(...BATCH);
    expect(priceless.code).toBe(2);
    expect(priceless.line).toMatch(
      /--batch: standin\/small, standin\/medium: no batch API at a known batch price.*batch_multiplier/,
    );
  });
});
