import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { switchyard, temporaryFolder } from './command.js';
import { inProcess } from './in-process.js';
import { writeLongFormat } from './long-format.js';

const atRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const example = readFileSync(atRoot('examples/my-router.mjs'), 'utf8');

describe("a router in a user's own file", { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  const quick = ['--bootstrap', '100', '--dials', '5', '--quiet'];

  beforeAll(async () => {
    folder = temporaryFolder();
    const file = writeLongFormat(folder.path, 'mine');
    expect((await command('import', 'outcomes', file, '--name', 'mine', '--quiet')).code).toBe(0);
    for (const name of ['examples', 'datasets']) mkdirSync(join(folder.path, name));
    for (const name of [
      'examples/my-router.mjs',
      'examples/my-router.yaml',
      'datasets/quickstart.jsonl',
    ]) {
      copyFileSync(atRoot(name), join(folder.path, name));
    }
    write('my-router.mjs', example);
  }, 60_000);
  afterAll(() => folder.remove());

  test('the example is short', () => {
    expect(example.trimEnd().split('\n').length).toBeLessThan(40);
  });

  test('as an experiment names it: measured, compared, exported, routed with', async () => {
    expect(await command('run', 'examples/my-router.yaml', '--quiet')).toMatchObject({
      code: 0,
      err: '',
    });
    const compared = await command('compare', 'my-router', ...quick, '--json');
    expect(compared).toMatchObject({ code: 0, err: '' });
    const { router_files: files, tradeoffs } = JSON.parse(compared.out);
    expect(files).toEqual([
      {
        router: 'length',
        path: join(folder.path, 'examples/my-router.mjs'),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(tradeoffs.map(({ router }: { router: string }) => router)).toContain('length');
    const exported = await command('export', 'my-router', '--policy', 'length@0.500', '--quiet');
    expect(exported).toMatchObject({ code: 0, err: '' });
    const table = JSON.parse(
      readFileSync(join(folder.path, 'results/my-router.table.json'), 'utf8'),
    );
    expect(table.router_file).toEqual({
      path: '../examples/my-router.mjs',
      sha256: files[0].sha256,
    });
    expect(table.policy.models).toEqual(['simulated/small', 'simulated/large']);
    for (const [prompt, model] of [
      ['Short?', 'simulated/small'],
      ['Long? '.repeat(200), 'simulated/large'],
    ] as const) {
      const routed = await command(
        'route',
        '--table',
        'results/my-router.table.json',
        '--json',
        prompt,
      );
      expect(JSON.parse(routed.out)).toMatchObject({ model, policy: 'length@0.500' });
    }
  });

  test('as a flag names it, and what is refused once the file has changed', async () => {
    const compared = await command(
      'compare',
      'mine',
      ...quick,
      '--routers',
      './my-router.mjs',
      'rules',
    );
    expect(compared).toMatchObject({ code: 0, err: '' });
    const exporting = ['export', 'mine', '--policy', 'length@0.500', '-o', 'table.json', '--quiet'];
    expect((await command(...exporting)).code).toBe(0);
    write('my-router.mjs', `${example}// changed\n`);
    const routed = await command('route', '--table', 'table.json', 'Hello?');
    expect(routed).toMatchObject({ code: 2, out: '' });
    expect(routed.err).toMatch(
      /^switchyard: table.json: its router file "my-router.mjs" is not the one the table was fitted with .*\n$/,
    );
    const again = await command(...exporting);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toMatch(
      /^switchyard: The router file "my-router.mjs" has changed since the comparison, .*\n$/,
    );
    write('my-router.mjs', example);
    expect((await command('route', '--table', 'table.json', 'Hello?')).code).toBe(0);
  });

  test('one that reads the domain is compared with its twin, which is exported too', async () => {
    write('twin.mjs', example.replace("source: '", "usesDomain: true,\n  source: '"));
    const compared = await command(
      'compare',
      'mine',
      ...quick,
      '--routers',
      './twin.mjs',
      '--json',
    );
    const ids = JSON.parse(compared.out).tradeoffs.map(({ router }: { router: string }) => router);
    expect(ids).toEqual(expect.arrayContaining(['length', 'length-predicted']));
    const exported = await command(
      'export',
      'mine',
      '--policy',
      'length-predicted@0.500',
      '-o',
      'twin.json',
    );
    expect(exported.code).toBe(0);
    expect((await command('route', '--table', 'twin.json', 'Hello?')).out).toContain(
      'length-predicted@0.500',
    );
  });

  test('one that is surely worse than the best model: exit 3 where that is asked for', async () => {
    const coin = example.replace(/text.length >= .* \? 1 : 0/, 'text.charCodeAt(0) % 2');
    expect(coin).not.toBe(example);
    write('coin.mjs', coin);
    const comparing = ['compare', 'mine', ...quick, '--routers', './coin.mjs'];
    const { code, out, err } = await command(...comparing, '--fail-on-regression');
    expect(code).toBe(3);
    expect(out).toContain('always@');
    expect(err).toMatch(
      /^switchyard: threshold not met: \S+ is worse than maker\/large: −0\.\d{4} \(−0\.\d{4} to −0\.\d{4}\), all of it below −0\.01\.\n$/,
    );
    expect((await command(...comparing)).code).toBe(0);
  });

  const broken = (from: string, to: string) => example.replace(from, to);
  test.each([
    ['there is no such file', null],
    ['cannot be loaded: ', 'export default {'],
    ['has no router: export one as default', 'export const router = 1;'],
    ['`summary` must be a text, got nothing', broken("summary: '", "about: '")],
    ['`fit` must be a function, got nothing', broken('  fit({', '  learn({')],
    ['`id` is "rules", which is taken', broken("id: 'length'", "id: 'rules'")],
    ['`fit`: total is not a function', broken('const total =', 'const total = 3; const sums =')],
    [
      '`id` of policy 1 of `fit` must be "length@0.000", got "0.000@0.000"',
      broken('document.router}@', 'document.dial}@'),
    ],
    [
      '`decide` of policy "length@0.000": Cannot read',
      broken('>= Number(document', '>= Number(document.none'),
    ],
  ])('a broken one: %s', async (message, text) => {
    if (text !== null) write('broken.mjs', text);
    const file = text === null ? './none.mjs' : './broken.mjs';
    const args = ['compare', 'mine', ...quick, '--routers', file];
    const { code, out, err } = await inProcess(args, folder.path);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`switchyard: The router file "${file}"`);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('an experiment is checked before anything is measured', async () => {
    const yaml = readFileSync(atRoot('examples/my-router.yaml'), 'utf8');
    write('examples/other.yaml', yaml.replace('./my-router.mjs', './mine.mjs, seting: 1'));
    const { code, err } = await command('validate', 'examples/other.yaml');
    expect(code).toBe(2);
    expect(err).toContain('found "./mine.mjs", expected a file that exists');
    expect(err).toContain('found 1, expected nothing but settings beside file');
  });
});
