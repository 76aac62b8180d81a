import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prompt } from '../../src/datasets/index.js';
import { groupPrompts } from '../../src/evaluation/grouping.js';
import { fitForExport } from '../../src/evaluation/index.js';
import { splitPrompts } from '../../src/evaluation/splits.js';
import { extractFeatures } from '../../src/features/index.js';
import { sha256 } from '../../src/hash.js';
import {
  buildMatrix,
  importOutcomes,
  type OutcomeMatrix,
  toRun,
} from '../../src/outcomes/index.js';
import { replay } from '../../src/policies/index.js';
import { routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { createTableReader, openStore } from '../../src/store/index.js';
import { parseRoutingTable, policyOfTable } from '../../src/tables/index.js';
import { recorded, recordedData } from '../recorded-data.js';
import { switchyard, temporaryFolder } from './command.js';
import { startFixedUpstream } from './fixed-upstream.js';
import { readLedger } from './service-ledger.js';
import { inParallel, post, serve, writeTable } from './serving.js';

const SIMULATED = ['simulated/small', 'simulated/medium', 'simulated/large'];
const AT_ONCE = 16;

/** What is called for a prompt, in order, and whose answer is kept. */
interface Route {
  readonly calls: readonly string[];
  readonly kept: string;
}

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

/** By replay over stored outcomes, with the policy as its file has it. */
function replayed(file: string, matrix: OutcomeMatrix, rows: Int32Array): readonly Route[] {
  const policy = policyOfTable(
    parseRoutingTable(readFileSync(join(folder.path, file), 'utf8'), file),
  );
  const features = matrix.prompts.map(({ messages, domain }) =>
    extractFeatures({ messages, domain }),
  );
  const routes: Route[] = [];
  replay(policy, { matrix, features, rows }, createRng(1), (at, _trial, calls, answer) => {
    const models = calls.map(({ model }) => policy.models[model]!);
    routes[at] = { calls: models, kept: models[answer]! };
  });
  return routes;
}

/** By the service, from its answers' headers and from the log in its ledger. */
async function served(
  file: string,
  config: Readonly<Record<string, unknown>>,
  prompts: readonly Prompt[],
): Promise<readonly Route[]> {
  const service = await serve(folder.path, { config, args: ['--table', file] });
  const { id: policy } = JSON.parse(readFileSync(join(folder.path, file), 'utf8')).policy;
  const executed: { id: string; model: string | null }[] = [];
  await inParallel(prompts.length, AT_ONCE, async (at) => {
    const { messages, domain } = prompts[at]!;
    const answered = await post(
      `${service.url}/v1/chat/completions`,
      { model: 'auto', max_tokens: 1024, seed: 1, messages },
      {
        'x-switchyard-cache': 'off',
        ...(domain === null ? {} : { 'x-switchyard-domain': domain }),
      },
    );
    await answered.arrayBuffer();
    expect(answered.status).toBe(200);
    expect(answered.headers.get('x-switchyard-policy')).toBe(policy);
    executed[at] = {
      id: answered.headers.get('x-switchyard-operation')!,
      model: answered.headers.get('x-switchyard-model'),
    };
  });
  expect((await service.stop()).code).toBe(0);
  const { operations } = await readLedger(folder.path, config.ledger as string);
  const logged = new Map(operations.map(({ id, routing, cause }) => [id, { routing, cause }]));
  const table = sha256(readFileSync(join(folder.path, file)));
  return executed.map(({ id, model }) => {
    const { routing, cause } = logged.get(id)!;
    expect(cause).toBe('policy');
    expect(routing).toMatchObject({ policy, table });
    const { steps } = routing!;
    expect(steps.at(-1)).toMatchObject({ step: 'stop', model });
    return {
      calls: steps.flatMap((one) => (one.step === 'call' ? [one.model!] : [])),
      kept: model!,
    };
  });
}

describe('a table exported after a comparison of simulated models', { timeout: 120_000 }, () => {
  let matrix: OutcomeMatrix;
  const command = async (...args: string[]) => {
    const { code, err } = await switchyard([...args, '--quiet'], { cwd: folder.path });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  };

  beforeAll(async () => {
    const experiment = fileURLToPath(new URL('../../experiments/quickstart.yaml', import.meta.url));
    await command('run', experiment);
    const few = ['--bootstrap', '100', '--dials', '5'];
    await command('compare', 'quickstart', '--routers', 'cascade', 'ridge', ...few);
    await using store = await openStore(join(folder.path, 'results/switchyard.duckdb'), {
      readOnly: true,
    });
    const run = (await store.runs.findRun('quickstart'))!;
    matrix = buildMatrix(
      run,
      await store.runs.readPrompts(run.id),
      await store.runs.readOutcomes(run.id),
      await store.runs.readScores(run.id),
      { judge: run.judge, failed: 'zero' },
    );
  }, 120_000);

  // After cross-fitting every prompt was in a test part once.
  test.each(['per-domain@best', 'ridge@tuned', 'cascade@tuned'])(
    '%s decides every prompt as in replay',
    async (policy) => {
      const file = `${policy}.json`;
      await command('export', 'quickstart', '--policy', policy, '-o', file);
      const rows = Int32Array.from(matrix.prompts, (_, row) => row);
      const expected = replayed(file, matrix, rows);
      const config = { models: SIMULATED, ledger: `${policy}.duckdb` };
      expect(await served(file, config, matrix.prompts)).toEqual(expected);
      expect(new Set(expected.map(({ kept }) => kept)).size).toBeGreaterThan(1);
      if (policy.startsWith('cascade')) {
        expect(new Set(expected.map(({ calls }) => calls.length)).size).toBeGreaterThan(1);
      }
    },
  );
});

describe.skipIf(!recordedData)('a table fitted on recorded outcomes', { timeout: 120_000 }, () => {
  test('decides every test prompt of MMLU as in replay', async () => {
    const imported = await importOutcomes('routellm', recorded('routellm', 'mmlu'), {
      reader: createTableReader(),
    });
    const now = new Date(0);
    const { run, prompts, outcomes, scores } = toRun(imported, {
      name: 'mmlu',
      now: now.toISOString(),
      codeVersion: 'test',
    });
    const recordedMatrix = buildMatrix(run, prompts, outcomes, scores, {
      judge: run.judge,
      failed: 'zero',
    });
    // The data names one of them without its maker, and a model that is served has one.
    const models = run.models.map((name) => (name.includes('/') ? name : `openai/${name}`));
    const matrix = { ...recordedMatrix, models };
    const input = {
      run,
      matrix,
      routers: [{ router: routers.get('ridge')!, settings: {} }],
      options: { seed: 1, splitSeed: 1, dials: 5, now },
    };
    const { policy } = fitForExport(input, 'ridge@3of5');
    const file = writeTable(folder.path, policy.toDocument());

    const rows = Int32Array.from(prompts, (_, row) => row);
    const { folds } = splitPrompts(prompts, rows, groupPrompts(prompts), 1);
    const { test: tested } = folds[0]!;
    expect(tested.length).toBeGreaterThan(4_000);
    const expected = replayed(file, matrix, tested);
    expect(new Set(expected.map(({ kept }) => kept)).size).toBe(2);

    const upstream = await startFixedUpstream();
    const price = { input: 1, output: 1 };
    const config = {
      models: models.map((id) => ({ id, base_url: `${upstream.url}/v1`, price })),
      ledger: 'mmlu.duckdb',
    };
    const decided = await served(
      file,
      config,
      Array.from(tested, (row) => prompts[row]!),
    );
    await upstream.close();
    expect(decided).toEqual(expected);
  });
});
