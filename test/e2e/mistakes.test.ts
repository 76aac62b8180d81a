import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';
import { type Ended, switchyard, temporaryFolder } from './command.js';
import { writeExperiment, writeSums } from './experiment-files.js';

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn | null = null;

beforeEach(() => {
  folder = temporaryFolder();
  writeSums(folder.path, 3);
});

afterEach(async () => {
  await standIn?.close();
  standIn = null;
  folder.remove();
});

const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);

const experiment = (further: string) => `name: mistake\ndataset: ./sums.jsonl\n${further}\n`;

async function mistake(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, out, err } = await switchyard(args, { cwd: folder.path, env });
  expect(out).toBe('');
  expect(err).not.toMatch(/\n\s+at /);
  const lines = err.trimEnd().split('\n');
  return { code, lines, line: lines.at(-1) ?? '' };
}

describe('each mistake is one clear line', () => {
  // Its retries wait in real time, which the other tests make use of.
  const elsewhere = temporaryFolder();
  let unreachable: Promise<Ended>;
  beforeAll(() => {
    writeSums(elsewhere.path, 1);
    const model = { id: 'x/small', api: 'openai', timeoutSeconds: 1 } as const;
    writeExperiment(elsewhere.path, 'http://127.0.0.1:9', [model]);
    unreachable = switchyard(['run', 'sums.yaml', '--quiet'], { cwd: elsewhere.path });
  });
  afterAll(() => elsewhere.remove());

  test('an unknown verb and an unknown flag', async () => {
    expect(await mistake(['cmopare', 'x'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('did you mean "compare"')],
    });
    expect(await mistake(['list', '--jsn'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('jsn')],
    });
  });

  test('a missing key names the variable', async () => {
    write('e.yaml', experiment('models: [openai/gpt-4o-mini]'));
    const { code, lines } = await mistake(['run', 'e.yaml']);
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/openai\/gpt-4o-mini.*OPENAI_API_KEY/)]);
  });

  test('a key variable with a wrong name', async () => {
    write(
      'e.yaml',
      experiment(
        'models:\n  - { id: local/x, base_url: "http://127.0.0.1:1/v1", api_key_env: SECRET, price: { input: 0, output: 0 } }',
      ),
    );
    const { code, lines } = await mistake(['run', 'e.yaml']);
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/e\.yaml:4:.*SECRET.*_API_KEY/)]);
  });

  test('an unknown model, before any call', async () => {
    write('e.yaml', experiment('models: [openai/gpt-4o-mimi]'));
    const { code, lines } = await mistake(['run', 'e.yaml'], { OPENAI_API_KEY: 'unused' });
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/e\.yaml:3:.*gpt-4o-mimi.*openai\/gpt-4o-mini/)]);
  });

  test('an unknown provider, and a router setting that does not exist', async () => {
    write('e.yaml', experiment('models: [myco/foo]'));
    expect(await mistake(['run', 'e.yaml'])).toMatchObject({
      code: 2,
      lines: [expect.stringMatching(/e\.yaml:3:.*myco\/foo.*base_url/)],
    });
    write(
      'e.yaml',
      experiment('models: [simulated/small]\nrouters: [{ id: cascade, thresold: 2 }]'),
    );
    expect(await mistake(['run', 'e.yaml'])).toMatchObject({
      code: 2,
      lines: [expect.stringMatching(/cascade.*thresold/)],
    });
  });

  test('a folder as dataset, and a missing one', async () => {
    write('e.yaml', 'name: e\ndataset: .\nmodels: [simulated/small]\n');
    expect(await mistake(['run', 'e.yaml'])).toMatchObject({
      code: 2,
      lines: [expect.stringMatching(/folder|directory/)],
    });
    write('e.yaml', 'name: e\ndataset: ./none.jsonl\nmodels: [simulated/small]\n');
    expect(await mistake(['run', 'e.yaml'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('none.jsonl')],
    });
  });

  test('a locked store names the process that holds it', async () => {
    write('e.yaml', experiment('models: [simulated/small]'));
    await using _held = await openStore(join(folder.path, 'held.duckdb'));
    const { code, lines } = await mistake(['run', 'e.yaml', '--db', 'held.duckdb']);
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`held\\.duckdb.*${process.pid}`))]);
  });

  test('a store that is no database, and one that is a folder', async () => {
    write('e.yaml', experiment('models: [simulated/small]'));
    write(
      'text.duckdb',
      'this is no database, just some text that is long enough to have a header',
    );
    expect(await mistake(['run', 'e.yaml', '--db', 'text.duckdb'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('text.duckdb')],
    });
    mkdirSync(join(folder.path, 'folder.duckdb'));
    expect(await mistake(['list', '--db', 'folder.duckdb'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('folder.duckdb')],
    });
  });

  test('a key that the provider refuses stops the run at once, with both SDKs', async () => {
    standIn = await startStandIn({ answerKey: { find: () => null }, seed: 1 });
    for (const api of ['openai', 'anthropic'] as const) {
      const base = api === 'openai' ? `${standIn.url}/v1` : standIn.url;
      write(
        'e.yaml',
        experiment(
          `models:\n  - { id: x/small, base_url: "${base}", api: ${api}, api_key_env: MY_API_KEY, price: { input: 1, output: 1 } }`,
        ),
      );
      const { code, lines } = await mistake(['run', 'e.yaml', '--quiet'], { MY_API_KEY: 'bad' });
      expect(code).toBe(1);
      expect(lines).toEqual([expect.stringMatching(/x\/small.*401/)]);
    }
  });

  test('a run that does not exist suggests one that does', async () => {
    write('e.yaml', experiment('models: [simulated/small]'));
    await switchyard(['run', 'e.yaml'], { cwd: folder.path });
    expect(await mistake(['compare', 'mistaek'])).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('"mistake"')],
    });
  });

  test('an address where nobody listens fails with the reason, not with a trace', {
    timeout: 60_000,
  }, async () => {
    const { code, err } = await unreachable;
    expect(code).toBe(1);
    expect(err.trimEnd().split('\n')).toEqual([expect.stringMatching(/x\/small.*connection/i)]);
  });
});
