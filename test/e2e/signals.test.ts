import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAnswerKey, type StandIn, startStandIn } from '../../src/models/index.js';
import { openStore } from '../../src/store/index.js';
import { ended, start, switchyard, temporaryFolder } from './command.js';
import { writeLongFormat } from './long-format.js';

const PROMPTS = 240;
const BATCH = 64;
const PRICE = 0.02;
const NO_KEY = createAnswerKey([]);

let standIn: StandIn;
const serve = async (latencyMs = 0): Promise<string> => {
  standIn = await startStandIn({ answerKey: NO_KEY, seed: 1, latencyMs });
  return `${standIn.url}/v1`;
};
afterEach(() => standIn?.close());

/** The ledger of a run: how many records and nano-dollars a purpose has. */
async function ledger(folder: string, run: string, purpose: string) {
  const store = await openStore(join(folder, 'results/switchyard.duckdb'));
  const found = await store.runs.findRun(run);
  const records = (await store.runs.readUsage(found!.id)).filter((one) => one.purpose === purpose);
  await store.close();
  const cost = records.reduce((sum, one) => sum + (one.cost ?? 0), 0);
  return { records: records.length, cost, estimated: records.some((one) => one.estimated) };
}

interface Row {
  readonly policy: string;
  readonly router: string;
  readonly cost_usd_per_1k: { readonly mean: number };
}

describe('embeddings of an endpoint', { timeout: 90_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const spec = (url: string) =>
    `{model: simulated/embedding, base_url: "${url}", price: {input: ${PRICE}}}`;
  const argsOf = (run: string, ...args: string[]) => [
    ...['compare', run, '--bootstrap', '100', '--dials', '5', '--routers', 'ridge', ...args],
  ];
  const importRun = async (name: string, prompts = PROMPTS) => {
    const file = writeLongFormat(folder.path, name, { prompts });
    const { code } = await command('import', 'outcomes', file, '--name', name, '--quiet');
    expect(code).toBe(0);
  };

  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  test('are asked for once, charged to whoever needs them, exported and routed with', async () => {
    await importRun('once');
    const url = await serve();
    const compare = (...args: string[]) => command(...argsOf('once', '--json', ...args));
    const text = await compare();
    expect(text.code).toBe(0);
    expect(standIn.account().attempts).toBe(0);

    const first = await compare('--embeddings', spec(url), '--features', 'embedding');
    expect(first.code).toBe(0);
    expect(first.err).toMatch(
      /^Obtaining embedding:simulated\/embedding:1 at http\S+ of 240 prompts: at most \$0\.000\d+ /,
    );
    const account = standIn.account();
    expect(account.attempts).toBe(Math.ceil(PROMPTS / BATCH));
    const booked = await ledger(folder.path, 'once', 'embedding');
    expect(booked).toEqual({
      records: account.attempts,
      cost: account.billed.delivered.cost,
      estimated: false,
    });
    const compared = JSON.parse(first.out);
    expect(compared.simulated).toBe(true);

    const again = await compare('--embeddings', spec(url), '--features', 'embedding');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(standIn.account().attempts).toBe(account.attempts);
    expect(JSON.parse(again.out).tradeoffs).toEqual(compared.tradeoffs);

    const rows: readonly Row[] = compared.tradeoffs;
    const before: readonly Row[] = JSON.parse(text.out).tradeoffs;
    for (const row of rows.filter(({ router }) => router === 'always')) {
      const same = before.find(({ policy }) => policy === row.policy)!;
      expect(row.cost_usd_per_1k).toEqual(same.cost_usd_per_1k);
    }
    // At no weight on quality it calls the cheapest model, and pays for the embedding on top.
    const cheapest = rows.find(({ policy }) => policy === 'always@maker/small')!;
    const policies = rows.filter(({ router }) => router === 'ridge');
    expect(policies.length).toBeGreaterThan(0);
    for (const { cost_usd_per_1k: cost } of policies) {
      expect(cost.mean).toBeGreaterThan(cheapest.cost_usd_per_1k.mean);
    }

    const policy = policies[0]!.policy;
    const exported = await command('export', 'once', '--policy', policy, '--quiet');
    expect(exported).toMatchObject({ code: 0, err: '' });
    const route = ['route', '--table', 'results/once.table.json', 'a new prompt'];
    const refused = await command(...route);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(
      /^switchyard: .* takes a call to simulated\/embedding: allow it with --allow-calls\n$/,
    );
    expect(standIn.account().attempts).toBe(account.attempts);
    const routed = await command(...route, '--allow-calls', '--json');
    expect(routed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(routed.out)).toMatchObject({ policy, simulated: true });
    expect(JSON.parse(routed.out).signal_cost_usd).toBeGreaterThan(0);
    expect(standIn.account().attempts).toBe(account.attempts + 1);
  });

  test('what was paid before a kill is kept', async () => {
    const prompts = 600;
    await importRun('killed', prompts);
    const url = await serve(700);
    const args = argsOf('killed', '--quiet', '--embeddings', spec(url));
    const child = start(args, { cwd: folder.path });
    const over = ended(child);
    // A few batches are under way at once: killed when the first are stored and the next are asked for.
    while (standIn.account().billed.delivered.attempts === 0) await pause(20);
    await pause(400);
    child.kill('SIGKILL');
    expect((await over).code).toBeNull();
    const kept = await ledger(folder.path, 'killed', 'embedding');
    const all = Math.ceil(prompts / BATCH);
    expect(kept.records).toBeGreaterThan(0);
    expect(kept.records).toBeLessThan(all);
    const before = standIn.account().attempts;
    expect((await command(...args)).code).toBe(0);
    expect(standIn.account().attempts - before).toBe(all - kept.records);
  });

  test('an interrupt stores what is under way and says how to go on', async () => {
    await importRun('stopped', 600);
    const url = await serve(500);
    const child = start(argsOf('stopped', '--embeddings', spec(url)), { cwd: folder.path });
    const over = ended(child);
    while (standIn.account().byStatus['200'] === undefined) await pause(20);
    child.kill('SIGINT');
    const { code, out, err } = await over;
    expect({ code, out }).toEqual({ code: 130, out: '' });
    expect(err).toContain('what was paid for is stored: compare again to go on.\n');
    const { billed, abandoned } = standIn.account();
    expect(abandoned).toBe(0);
    const kept = await ledger(folder.path, 'stopped', 'embedding');
    expect(kept.cost).toBe(billed.delivered.cost);
    expect(kept.records).toBeLessThan(Math.ceil(600 / BATCH));
  });

  test('a budget that does not suffice ends it before the first call', async () => {
    await importRun('capped');
    const url = await serve();
    const args = argsOf('capped', '--embeddings', spec(url), '--budget-usd', '0.00000001');
    const { code, out, err } = await command(...args);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toContain('switchyard: Budget of $1e-8 reached');
    expect(standIn.account().attempts).toBe(0);
  });

  test.each([
    [
      'ridge',
      '--embeddings "ridge": found "ridge", expected "local", a model as "provider/name", or a mapping with model',
    ],
    ['{model: maker/x, base_url: "http://127.0.0.1:9/v1"}', 'Model "maker/x" has no known price'],
    ['anthropic/claude', 'Embeddings of "anthropic/claude": "anthropic" is asked for none'],
    [
      'openai/text-embedding-3-small',
      'needs the environment variable OPENAI_API_KEY, which is not set',
    ],
    ['{model: maker/x', 'cannot be read: write local, provider/name, or a mapping such as'],
  ])('a mistake gets one line: %s', async (embeddings, message) => {
    await importRun('mistakes');
    const { code, out, err } = await command(...argsOf('mistakes', '--embeddings', embeddings));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('features without embeddings get one line', async () => {
    await importRun('mistakes');
    const { code, err } = await command(...argsOf('mistakes', '--features', 'both'));
    expect(code).toBe(2);
    expect(err).toBe(
      'switchyard: --features both reads embeddings, and none are named: add --embeddings local, or a model\n',
    );
  });
});

describe('complexity as a model reads it', { timeout: 90_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  test('is asked for once, over HTTP, and charged', async () => {
    const url = await serve();
    const prompts = Array.from({ length: 60 }, (_, at) =>
      JSON.stringify({
        id: `p${at}`,
        prompt: `What is ${at} times ${at * 7 + 3}?`,
        reference: String(at * (at * 7 + 3)),
        grader: 'number',
        difficulty: (at % 10) / 10,
      }),
    );
    writeFileSync(join(folder.path, 'prompts.jsonl'), prompts.join('\n'));
    writeFileSync(
      join(folder.path, 'read.yaml'),
      [
        'name: read',
        'dataset: ./prompts.jsonl',
        'models: [simulated/small, simulated/large]',
        'routers:',
        '  - id: complexity',
        `    classifier: { model: simulated/medium, base_url: "${url}" }`,
      ].join('\n'),
    );
    expect((await command('run', 'read.yaml', '--quiet')).code).toBe(0);
    expect(standIn.account().attempts).toBe(0);
    const compare = () =>
      command('compare', 'read', '--bootstrap', '100', '--dials', '5', '--json');
    const first = await compare();
    expect(first.code).toBe(0);
    expect(first.err).toMatch(
      /^Obtaining complexity:simulated\/medium:1-[0-9a-f]{8} at http\S+ of 60 prompts: at most \$/,
    );
    const account = standIn.account();
    expect(account.attempts).toBe(60);
    const booked = await ledger(folder.path, 'read', 'router');
    expect(booked).toEqual({ records: 60, cost: account.billed.delivered.cost, estimated: false });
    const { tradeoffs }: { tradeoffs: readonly Row[] } = JSON.parse(first.out);
    const cost = (policy: string) =>
      tradeoffs.find((row) => row.policy === policy)!.cost_usd_per_1k.mean;
    const none = tradeoffs
      .filter(({ router }) => router === 'complexity')
      .map((row) => cost(row.policy));
    expect(none.length).toBeGreaterThan(0);
    for (const each of none) expect(each).toBeGreaterThan(cost('always@simulated/small'));
    expect(await compare()).toMatchObject({ code: 0, err: '' });
    expect(standIn.account().attempts).toBe(60);
  });
});

test('a simulated model rates requests offline, and that is said', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const file = writeLongFormat(folder.path, 'bare', { prompts: 60 });
  writeFileSync(
    join(folder.path, 'bare.yaml'),
    [
      'name: bare',
      `dataset: { path: ./${file}, import: outcomes }`,
      "models: ['recorded/*']",
      'routers: [{ id: complexity, classifier: { model: simulated/small } }]',
    ].join('\n'),
  );
  expect(await command('run', 'bare.yaml', '--quiet')).toMatchObject({ code: 0, err: '' });
  const { code, out } = await command('compare', 'bare', '--bootstrap', '100', '--json', '--quiet');
  expect(code).toBe(0);
  const { simulated, tradeoffs } = JSON.parse(out);
  expect(simulated).toBe(true);
  expect(tradeoffs.some(({ router }: Row) => router === 'complexity')).toBe(true);
  const { records } = await ledger(folder.path, 'bare', 'router');
  expect(records).toBe(60);
  folder.remove();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
