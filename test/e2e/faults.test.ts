import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';
import { switchyard, temporaryFolder } from './command.js';
import { writeExperiment, writeSums } from './experiment-files.js';

const PROMPTS = 100;
let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;

beforeEach(async () => {
  folder = temporaryFolder();
  const answerKey = writeSums(folder.path, PROMPTS);
  const faults = { rateLimit: 0.1, serverError: 0.05, hang: 0.02, truncate: 0.02 };
  standIn = await startStandIn({ answerKey, seed: 7, faults });
  writeExperiment(folder.path, standIn.url, [
    { id: 'standin/small', api: 'openai', timeoutSeconds: 1 },
    { id: 'standin/medium', api: 'anthropic', timeoutSeconds: 1 },
  ]);
});

afterEach(async () => {
  await standIn.close();
  folder.remove();
});

test('under 429, 500, hangs and truncated bodies every cell ends and the ledger equals the account', async () => {
  const { code, out, err } = await switchyard(['run', 'sums.yaml', '--json', '--quiet'], {
    cwd: folder.path,
  });
  expect(err).toBe('');
  expect(code).toBe(0);
  const summary = JSON.parse(out);
  expect(summary.cells.done + summary.cells.failed).toBe(2 * PROMPTS);

  const account = standIn.account();
  expect(account.byFault.rateLimit).toBeGreaterThan(0);
  expect(account.byFault.serverError).toBeGreaterThan(0);
  expect(account.byFault.hang).toBeGreaterThan(0);
  expect(account.byFault.truncate).toBeGreaterThan(0);

  await using store = await openStore(join(folder.path, 'results/switchyard.duckdb'), {
    readOnly: true,
  });
  const outcomes = await store.runs.readOutcomes(summary.run);
  expect(outcomes).toHaveLength(2 * PROMPTS);
  for (const { status, error } of outcomes) expect(status === 'done' || error !== null).toBe(true);
  expect(outcomes.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(account.attempts);

  const usage = await store.runs.readUsage(summary.run);
  const arrived = usage.filter(({ estimated }) => !estimated);
  const estimated = usage.filter((record) => record.estimated);
  expect(arrived).toHaveLength(account.billed.delivered.attempts);
  expect(arrived.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBe(
    account.billed.delivered.cost,
  );
  expect(estimated).toHaveLength(account.billed.undelivered.attempts);
  expect(estimated.every(({ error }) => error === 'timeout' || error === 'truncated')).toBe(true);
  const booked = estimated.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
  expect(booked).toBeGreaterThanOrEqual(account.billed.undelivered.cost);
});
