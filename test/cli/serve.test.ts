import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/index.js';
import { sha256 } from '../../src/hash.js';
import { type RoutingTable, serializeRoutingTable } from '../../src/tables/index.js';
import { handMadeTable } from '../tables/hand-made-table.js';
import { memoryIo } from './memory-io.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
});
beforeEach(() => rmSync(join(folder, 'results'), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string) => writeFileSync(join(folder, name), text);

const TABLE = handMadeTable(
  {
    router: 'always',
    dial: 'simulated/large',
    models: ['simulated/large'],
    parameters: {},
  },
  { verdict: 'It pays by hand.' },
);

const BY_DOMAIN: RoutingTable = {
  ...TABLE,
  policy: {
    id: 'per-domain@best',
    router: 'per-domain',
    dial: 'best',
    models: ['simulated/small', 'simulated/large'],
    parameters: {
      cost_scale: 1,
      cost_weight: 0,
      predictor: {
        domains: [{ domain: 'sums', cost: [1, 2], quality: [0.5, 1] }],
        overall: { cost: [1, 2], quality: [1, 0.5] },
      },
    },
  },
  needs: { domain: true, answers: false },
};

/** Runs `serve` to its end. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = memoryIo({ cwd: folder, env });
  const code = await main(['serve', ...args], io);
  return { code, out: io.outText(), err: io.errText() };
}

interface Announced {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly models: readonly string[];
  readonly table: Readonly<Record<string, unknown>> | null;
  readonly ledger: string;
  readonly simulated: boolean;
}

/** Starts `serve` in this process on a free port, and ends it after `use`. */
function serving<T>(
  args: readonly string[],
  use: (announced: Announced, interrupt: () => void) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
) {
  return servingAs(['--json', ...args], (line, interrupt) => use(JSON.parse(line), interrupt), env);
}

/** As `serving`, without a word of how it is to be announced; `use` gets the first line. */
async function servingAs<T>(
  args: readonly string[],
  use: (
    line: string,
    interrupt: () => void,
    err: () => string,
    crash: (error: unknown) => void,
  ) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
) {
  let interrupt = (): void => {};
  let crash = (_error: unknown): void => {};
  const exits: number[] = [];
  let said: (line: string) => void;
  const first = new Promise<string>((resolve) => {
    said = resolve;
  });
  const io = memoryIo({
    cwd: folder,
    env,
    out: (text) => said(text),
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => {};
    },
    exit: (code) => void exits.push(code),
    onCrash: (listener) => {
      crash = listener;
    },
  });
  const ending = main(['serve', '--port', '0', ...args], io);
  const line = await Promise.race([
    first,
    ending.then((code) => {
      throw new Error(`serve ended with ${code}: ${io.errText()}`);
    }),
  ]);
  try {
    const used = await use(
      line,
      () => interrupt(),
      io.errText,
      (error) => crash(error),
    );
    return { used, err: io.errText, exits };
  } finally {
    interrupt();
    expect(await ending).toBe(0);
  }
}

const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('serve', () => {
  test('without a word answers with the simulated models, labelled; with --json every line is JSON', async () => {
    const { used, err } = await serving([], async (announced) => {
      const answered = await post(`${announced.url}/v1/generate`, {
        prompt: 'What is 17 x 23?',
        model: 'simulated/large',
      });
      const health = await (await fetch(`${announced.url}/health`)).json();
      return { announced, answered, health, body: await answered.json() };
    });
    const { announced, answered, health, body } = used;
    expect(announced).toEqual({
      url: `http://127.0.0.1:${announced.port}`,
      port: expect.any(Number),
      pid: process.pid,
      models: ['simulated/small', 'simulated/medium', 'simulated/large', 'simulated/judge'],
      table: null,
      ledger: join(folder, 'results/service.duckdb'),
      simulated: true,
    });
    expect(answered.headers.get('x-switchyard-simulated')).toBe('true');
    expect(body).toMatchObject({ model: 'simulated/large', cached: false, simulated: true });
    expect(health).toMatchObject({ status: 'ok', simulated: true });
    const log = err()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.find(({ msg }) => msg === 'serving')).toMatchObject({ level: 30, ...announced });
    expect(log.at(-1)).toMatchObject({ msg: 'finishing what is under way' });
  });

  test('to people it tells what is served, and how to ask', async () => {
    const { used: url, err } = await servingAs([], async (line) => line.trimEnd());
    expect(err()).toContain(`OpenAI SDK: base_url ${url}/v1   Anthropic SDK: base_url ${url}\n`);
    expect(err()).toContain('SIMULATED models: what they say is made up');
    expect(err()).toContain(`Next: curl ${url}/v1/generate `);
    expect(err()).toContain('Finishing what is under way');
  });

  test('says which models are simulated where others are not', async () => {
    file(
      'mixed.yaml',
      'models: [simulated/small, { id: my/model, base_url: "http://127.0.0.1:9/v1", price: { input: 0, output: 0 } }]\nledger: mixed.duckdb\n',
    );
    const { err } = await servingAs(['--config', 'mixed.yaml'], async () => {});
    expect(err()).toContain('SIMULATED: simulated/small: what they say is made up');
  });

  test('decides "auto" by a table, and says whose verdict that is', async () => {
    const text = serializeRoutingTable(TABLE);
    file('t.json', text);
    const { used, err } = await serving(['--table', 't.json'], async (announced) => {
      const answered = await post(`${announced.url}/v1/generate`, { prompt: 'Hello' });
      return { announced, answered, body: await answered.json() };
    });
    expect(used.announced.models).toEqual(['simulated/large']);
    expect(used.announced.table).toEqual({
      path: join(folder, 't.json'),
      name: 'by-hand',
      policy: 'always@simulated/large',
      sha256: sha256(text),
      simulated: true,
      verdict: 'It pays by hand.',
    });
    expect(used.answered.headers.get('x-switchyard-policy')).toBe('always@simulated/large');
    expect(used.body).toMatchObject({ model: 'simulated/large', cause: 'policy' });
    expect(err()).toContain('"verdict":"It pays by hand."');
    const told = await servingAs(['--table', 't.json'], async () => {});
    expect(told.err()).toContain(
      't.json: "auto" is decided by always@simulated/large (fitted on SIMULATED outcomes)\n           It pays by hand.\n',
    );
  });

  test.each([
    ['without a table', null],
    ['with one', TABLE],
    ['with one that decides by domain', BY_DOMAIN],
  ])('the line to try works as it stands, %s', async (_, table) => {
    if (table !== null) file('try.json', serializeRoutingTable(table));
    const args = table === null ? [] : ['--table', 'try.json'];
    let told = (): string => '';
    const { used } = await servingAs(args, async (_line, _interrupt, err) => {
      told = err;
      const line = await vi.waitUntil(() => /^Next: curl (\S+) -H .* -d '(.*)'$/m.exec(told()));
      return post(line[1]!, JSON.parse(line[2]!));
    });
    expect(used.status).toBe(200);
    expect(told().includes('"domain":"NAME"')).toBe(table?.needs.domain ?? false);
  });

  test('goes on with a tenant’s budget where the last service left it', async () => {
    file(
      'tenants.yaml',
      `tenants: [{ id: a, key_sha256: ${sha256('k')}, daily_usd: 0.001, soft_share: 0.01 }]\nmodels: [simulated/small]\nledger: tenants.duckdb\ncache: { enabled: false }\nlog_level: warn\n`,
    );
    const headers = { authorization: 'Bearer k' };
    const ask = (url: string, max_tokens: number) =>
      post(
        `${url}/v1/generate`,
        { prompt: 'a'.repeat(2_000), model: 'small', max_tokens },
        headers,
      );
    const started = await serving(['--config', 'tenants.yaml'], async ({ url, ledger }) => {
      expect(ledger).toBe(join(folder, 'tenants.duckdb'));
      expect((await post(`${url}/v1/generate`, { prompt: 'a', model: 'small' })).status).toBe(401);
      expect((await ask(url, 1_000)).status).toBe(200);
      let spent = 0;
      while (spent < 0.0005) {
        const answered = await ask(url, 100);
        expect(answered.status).toBe(200);
        spent += ((await answered.json()) as { cost: number }).cost;
      }
    });
    // Requests are told at `info`, which this file asked not to hear.
    expect(started.err()).not.toContain('"msg":"request"');
    await serving(['--config', 'tenants.yaml'], async ({ url }) => {
      const refused = await ask(url, 1_000);
      expect(refused.status).toBe(402);
      const { error } = (await refused.json()) as { error: { message: string } };
      expect(error).toMatchObject({ code: 'budget_exceeded' });
      expect(error.message).toContain('The daily budget of $0.001 leaves no room');
      const warned = await ask(url, 100);
      expect(warned.status).toBe(200);
      expect(warned.headers.get('x-switchyard-warning')).toMatch(
        /^\$0\.000\d+ of the daily budget of \$0\.001 is spent \(\d\d %\)$/,
      );
    });
  });

  test('writes a last snapshot when it ends', async () => {
    file(
      'snap.yaml',
      'models: [simulated/small]\nledger: snap.duckdb\nsnapshots: { folder: snaps, every_minutes: 60 }\n',
    );
    await serving(['--config', 'snap.yaml'], async ({ url }) => {
      await (await post(`${url}/v1/generate`, { prompt: 'a', model: 'small' })).text();
    });
    expect(existsSync(join(folder, 'snaps'))).toBe(true);
  });

  test('ends at once where it is asked a second time', async () => {
    const { used, exits } = await serving([], async (_, interrupt) => {
      interrupt();
      interrupt();
      return null;
    });
    expect(used).toBeNull();
    expect(exits[0]).toBe(130);
  });

  test('ends at a fault of the program, telling its place and none of its words', async () => {
    const { exits, err } = await servingAs(['--json'], async (_line, _interrupt, _err, crash) => {
      crash(new TypeError('cannot read the prompt: my dear diary'));
    });
    expect(exits[0]).toBe(1);
    expect(err()).toContain('"error":"TypeError"');
    expect(err()).toContain('serve.test.ts');
    expect(err()).not.toContain('diary');
  });
});

describe('a mistake is one line, and leaves nothing behind', () => {
  const tableOf = (model: string) =>
    serializeRoutingTable({
      ...TABLE,
      policy: { ...TABLE.policy, id: `always@${model}`, dial: model, models: [model] },
    });

  test.each<[what: string, args: readonly string[], line: RegExp]>([
    [
      'a port that is none',
      ['--port', '70000'],
      /^switchyard: --port is 70000: give a port from 0 to 65535\.$/,
    ],
    ['a port twice', ['--port', '1', '--port', '2'], /--port is given 2 times: give it once\.$/],
    ['a flag that is none', ['--tabel', 'x'], /unknown argument "tabel"/],
    [
      'no such table',
      ['--table', 'none.json'],
      /Cannot read the routing table ".*none\.json": write one with "switchyard export"\.$/,
    ],
    [
      'a table that is none',
      ['--table', 'bad.json'],
      /bad\.json: not a routing table, as it is no JSON/,
    ],
    [
      'a table of models without a price',
      ['--table', 'unpriced.json'],
      /routing table "by-hand" cannot be served as they are: found "my\/x".*--config/,
    ],
    [
      'no such configuration',
      ['--config', 'none.yaml'],
      /Configuration file ".*none\.yaml" cannot be read: there is no such file$/,
    ],
    [
      'a mistake in the configuration',
      ['--config', 'bad.yaml'],
      /bad\.yaml:2:11 {2}limits\.atempts {2}unknown key, expected one of .* \(did you mean "attempts"\?\)$/,
    ],
    [
      'a key that is missing',
      ['--config', 'keyless.yaml'],
      /Model "openai\/gpt-4o-mini" needs the environment variable OPENAI_API_KEY, which is not set/,
    ],
    [
      'a folder for snapshots that cannot be',
      ['--config', 'snapless.yaml'],
      /snapshots\.folder is ".*\/bad\.yaml\/in", which cannot be written to \(ENOTDIR\): name another folder/,
    ],
    [
      'an address that others reach',
      ['--host', '0.0.0.0'],
      /--host: found "0\.0\.0\.0", which others can reach, expected tenants with keys/,
    ],
    ['a dataset that is none', ['--config', 'dataset.yaml'], /bad\.yaml/],
    ['a tenant that cannot be', ['--new-key', 'a b'], /--new-key is "a b": give a name of letters/],
  ])('%s', async (_, args, line) => {
    file('bad.json', 'no json');
    file('unpriced.json', tableOf('my/x'));
    file('bad.yaml', 'port: 0\nlimits: { atempts: 1 }\n');
    file('keyless.yaml', 'models: [openai/gpt-4o-mini]\n');
    file('snapless.yaml', 'snapshots: { folder: bad.yaml/in, every_minutes: 60 }\n');
    file('dataset.yaml', 'simulated: { dataset: bad.yaml }\n');
    const { code, out, err } = await serve(args);
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err.trimEnd()).toMatch(line);
    expect(code).toBe(2);
  });

  test('keys that are missing, all at once', async () => {
    file('keys.yaml', 'models: [openai/gpt-4o-mini, openai/gpt-4o, anthropic/claude-haiku-4-5]\n');
    const { code, err } = await serve(['--config', 'keys.yaml']);
    const told = err.trimEnd().split('\n');
    expect(told).toHaveLength(3);
    expect(told[0]).toContain(
      'Model "openai/gpt-4o-mini" needs the environment variable OPENAI_API_KEY',
    );
    expect(told[2]).toContain('needs the environment variable ANTHROPIC_API_KEY');
    expect(code).toBe(2);
  });

  test('a port that is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const { code, err } = await serve(['--port', String(port)]);
    expect(err.trimEnd()).toBe(`switchyard: Cannot listen on 127.0.0.1:${port}: the port is taken`);
    expect(code).toBe(2);
    // What was opened for it is free again.
    await serving([], async () => {});
    holder.close();
  });

  test('a ledger that is open already', async () => {
    await serving([], async () => {
      const { code, err } = await serve(['--port', '0']);
      expect(err.trimEnd()).toMatch(
        /^switchyard: The ledger ".*service\.duckdb" is already open: close it first$/,
      );
      expect(code).toBe(2);
    });
  });
});

describe('--new-key', () => {
  test('tells a key once, with the lines that let it in', async () => {
    const [first, second] = [
      await serve(['--new-key', 'alice']),
      await serve(['--new-key', 'alice']),
    ];
    const [key] = /^sy-[\w-]{43}$/m.exec(first.out) ?? [''];
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`tenants:\n  - id: alice\n    key_sha256: ${sha256(key)}\n`);
    expect(second.out).not.toContain(key);
    const { tenant, ...made } = JSON.parse((await serve(['--new-key', 'bob', '--json'])).out);
    expect(tenant).toBe('bob');
    expect(made.sha256).toBe(sha256(made.key));
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });
});

test('says of the cache whether similar requests are answered from it, and on what ground', async () => {
  file(
    'similar.yaml',
    'models: [simulated/small]\nledger: similar.duckdb\ncache: { semantic: { threshold: 0.9, accept_uncalibrated: true } }\n',
  );
  const { err } = await servingAs(['--config', 'similar.yaml'], async () => {});
  expect(err()).toContain(
    '  cache    exact, 3600 s; similar requests too, from a cosine of 0.9 on (not calibrated), 3600 s\n',
  );
  expect(err()).toContain('warning: the semantic cache repeats answers from a similarity of 0.9');
});
