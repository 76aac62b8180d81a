import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Io, main } from '../../src/cli/index.js';
import { memoryIo } from './memory-io.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'switchyard-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function call(line: string, given: Partial<Io> = {}) {
  const io = memoryIo({ cwd, ...given });
  const code = await main(line.split(' ').filter(Boolean), io);
  return { code, out: io.outText(), err: io.errText() };
}

describe('the command line', () => {
  test('help names every verb, and no verb that is not there', async () => {
    const { code, out, err } = await call('--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const verbs = [...out.matchAll(/^ {2}switchyard (\w+)/gm)].map(([, verb]) => verb);
    expect(verbs).toEqual(
      'init validate estimate run import compare report export route serve cache tune simulate list show completion'.split(
        ' ',
      ),
    );
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const verb of verbs) {
      const help = await call(`${verb} --help`);
      expect(help).toMatchObject({ code: 0, err: '' });
      expect(help.out).toContain(`switchyard ${verb}`);
    }
  });

  test.each([
    ['', 'Name a verb. (see: switchyard --help)'],
    ['cmopare x', 'there is no verb "cmopare": did you mean "compare"? (see: switchyard --help)'],
    ['frobnicate', 'there is no verb "frobnicate" (see: switchyard --help)'],
    ['compare', 'it is called as "switchyard compare <run..>" (see: switchyard compare --help)'],
    ['list extra', 'unknown argument "extra" (see: switchyard list --help)'],
    ['list --jsn', 'unknown argument "jsn" (see: switchyard list --help)'],
    ['list --db', '--db needs a value (see: switchyard list --help)'],
    ['list --db a --db b', '--db is given 2 times: give it once.'],
    ['import routellm x', '--name must be given (see: switchyard import --help)'],
    ['run e.yaml --limit abc', '--limit is no number: give one.'],
    ['run e.yaml --limit 1.5', '--limit is 1.5: give a whole number from 1 up.'],
    ['run e.yaml -j 0', '--max-concurrency is 0: give a whole number from 1 up.'],
    ['run e.yaml --budget-usd -1', '--budget-usd is -1: give US dollars from 0 to 1,000,000.'],
    ['simulate --port 99999', '--port is 99999: give a port from 0 to 65535.'],
    ['simulate --rate-limit 3', '--rate-limit is 3: give a number from 0 to 1.'],
    ['list --env-file none.env', 'Cannot read the environment file "none.env": check its path.'],
  ])('"%s" is a mistake told in one line', async (line, message) => {
    expect(await call(line)).toEqual({ code: 2, out: '', err: `switchyard: ${message}\n` });
  });

  test('a log level that is none lists those that are', async () => {
    const { code, err } = await call('list --log-level loud');
    expect(code).toBe(2);
    expect(err).toMatch(/^switchyard: --log-level is "loud": choose from "error", .*\n$/);
    const env = { SWITCHYARD_LOG_LEVEL: 'loud' };
    expect((await call('list', { env })).err).toMatch(
      /^switchyard: SWITCHYARD_LOG_LEVEL is "loud"/,
    );
  });
});

describe('a flag goes over the environment, the environment over a file, a file over the default', () => {
  const storeNamed = async (line: string, env: Io['env'] = {}): Promise<string | undefined> =>
    /no store at "(.*?)"/.exec((await call(line, { env })).err)?.[1];

  test('for the store', async () => {
    writeFileSync(join(cwd, 'my.env'), 'SWITCHYARD_DB=file.duckdb\n');
    const env = { SWITCHYARD_DB: 'env.duckdb' };
    expect(await storeNamed('list')).toBe('results/switchyard.duckdb');
    expect(await storeNamed('list --env-file my.env')).toBe('file.duckdb');
    expect(await storeNamed('list --env-file=my.env', env)).toBe('env.duckdb');
    expect(await storeNamed('list --db flag.duckdb', env)).toBe('flag.duckdb');
  });

  test('for the budget', async () => {
    const env = { SWITCHYARD_BUDGET_USD: '-2' };
    expect((await call('run e.yaml', { env })).err).toContain('--budget-usd is -2');
    expect((await call('run e.yaml --budget-usd -1', { env })).err).toContain('--budget-usd is -1');
  });
});

test('init writes files that validate, and does not overwrite them', async () => {
  expect(await call('init my.yaml')).toEqual({
    code: 0,
    out: 'my.yaml\nprompts.jsonl\n',
    err: 'Next: switchyard run my.yaml\n',
  });
  expect(await call('validate my.yaml --quiet')).toMatchObject({ code: 0, err: '' });
  expect(await call('validate my.yaml --log-level warn')).toMatchObject({ code: 0, err: '' });
  expect(await call('init my.yaml')).toMatchObject({ code: 2, out: '' });
});
