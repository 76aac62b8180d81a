import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { openStore } from '../../src/store/index.js';
import { ended, start, switchyard, temporaryFolder } from './command.js';
import { writeExperiment, writeSums } from './experiment-files.js';

const PROMPTS = 120;
const KILLS = 50;
const IN_FLIGHT = 4;
const MODELS = [
  { id: 'standin/small', api: 'openai' },
  { id: 'standin/medium', api: 'anthropic' },
] as const;

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;

beforeEach(async () => {
  folder = temporaryFolder();
  const answerKey = writeSums(folder.path, PROMPTS);
  standIn = await startStandIn({ answerKey, seed: 1, latencyMs: 5 });
  writeExperiment(folder.path, standIn.url, MODELS);
});

afterEach(async () => {
  await standIn.close();
  folder.remove();
});

const RUN = ['run', 'sums.yaml', '--json', '--quiet', '-j', String(IN_FLIGHT)];

/** Kills the run outright once the stand-in has seen so many more requests, or lets it end. */
async function runAndKillAfter(requests: number): Promise<'killed' | 'ended'> {
  const target = standIn.account().attempts + requests;
  const child = start([...RUN, '--db', 'killed.duckdb'], { cwd: folder.path });
  const end = ended(child);
  const watch = setInterval(() => {
    if (standIn.account().attempts >= target) child.kill('SIGKILL');
  }, 1);
  const { code } = await end;
  clearInterval(watch);
  return code === null ? 'killed' : 'ended';
}

/** Everything that must not depend on how often a run was interrupted. */
async function measured(file: string) {
  await using store = await openStore(join(folder.path, file), { readOnly: true });
  const [run] = await store.runs.listRuns();
  if (run === undefined) throw new Error('There is no run');
  const cells = (await store.runs.readOutcomes(run.id)).map(
    ({ promptId, model, trial, status, text, usage, cost }) =>
      JSON.stringify({ promptId, model, trial, status, text, usage, cost }),
  );
  const scores = (await store.runs.readScores(run.id)).map(({ promptId, model, score }) =>
    JSON.stringify({ promptId, model, score }),
  );
  const spent = (await store.runs.totalSpend(run.id)).map(({ purpose, origin, records, cost }) => ({
    purpose,
    origin,
    records,
    cost,
  }));
  return { cells: cells.sort(), scores: scores.sort(), spent };
}

test(`killed at ${KILLS} seeded points and resumed each time, a run ends as if it never was`, {
  timeout: 240_000,
}, async () => {
  const uninterrupted = await switchyard([...RUN, '--db', 'whole.duckdb'], { cwd: folder.path });
  expect(uninterrupted.code).toBe(0);
  const cells = PROMPTS * MODELS.length;
  const alone = standIn.account().attempts;
  expect(alone).toBe(cells);

  const rng = createRng(1, 'kills');
  let kills = 0;
  while (kills < KILLS) {
    if ((await runAndKillAfter(1 + rng.below(6))) === 'ended') break;
    kills++;
  }
  expect(kills).toBe(KILLS);
  const last = await switchyard([...RUN, '--db', 'killed.duckdb'], { cwd: folder.path });
  expect(last.code).toBe(0);

  const whole = await measured('whole.duckdb');
  expect(whole.cells).toHaveLength(cells);
  expect(await measured('killed.duckdb')).toEqual(whole);
  const repeated = standIn.account().attempts - alone - cells;
  expect(repeated).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
});
