import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparisonDocument } from '../../src/reports/index.js';
import { type CommandOptions, switchyard, temporaryFolder } from './command.js';

const experiment = fileURLToPath(new URL('../../experiments/quickstart.yaml', import.meta.url));

describe('a comparison shown again', { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let options: CommandOptions;
  let compared: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    options = { cwd: folder.path };
    await switchyard(['run', experiment, '--quiet'], options);
    const flags = ['--routers', 'rules', '--bootstrap', '100', '--json', '--quiet'];
    const { code, out, err } = await switchyard(
      ['compare', 'quickstart', ...flags, '-o', 'out/a.json', '-o', 'b.csv'],
      options,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    compared = out;
  }, 60_000);
  afterAll(() => folder.remove());

  const read = (file: string) => readFileSync(join(folder.path, file), 'utf8');

  test('compare writes what it prints, into folders that it makes', () => {
    expect(read('out/a.json')).toBe(compared);
    expect(read('b.csv').split('\r\n').length).toBeGreaterThan(20);
    expect(readdirSync(folder.path)).not.toContainEqual(expect.stringContaining('.part'));
  });

  test('real output is what the schema describes', () => {
    comparisonDocument.parse(JSON.parse(compared));
  });

  test('report gives the same without counting as a reading of the test part', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { code, out } = await switchyard(['report', 'quickstart', '--json'], options);
      expect({ code, out }).toEqual({ code: 0, out: compared });
    }
    expect(JSON.parse(compared).test_readings).toBe(1);
  });

  test('report prints text and says what it wrote', async () => {
    const files = ['r.html', 'r.svg', 'r.md', 'r.parquet', 'r.JSON'];
    const flags = files.flatMap((file) => ['-o', file]);
    const { code, out, err } = await switchyard(['report', 'quickstart', ...flags], options);
    expect(code).toBe(0);
    expect(out).toMatch(/^SIMULATED outcomes/);
    expect(out).toContain('quality against cost');
    for (const file of files) expect(err).toContain(`Wrote ${file}\n`);
    for (const file of ['r.html', 'r.svg', 'r.md']) expect(read(file)).toContain('SIMULATED');
    expect(read('r.parquet').slice(0, 4)).toBe('PAR1');
    expect(read('r.JSON')).toBe(compared);
  });

  test.each([
    [
      ['-o', 'a.txt'],
      '--output is "a.txt": end its name in one of .json, .csv, .md, .parquet, .svg, .html.',
    ],
    [
      ['-o', 'plain'],
      '--output is "plain": end its name in one of .json, .csv, .md, .parquet, .svg, .html.',
    ],
    [['-o', 'out.json/'], '--output is "out.json/", which is a folder: name a file in it.'],
  ])('%s is a mistake told before anything is computed', async (flags, message) => {
    for (const verb of ['report', 'compare']) {
      const { code, out, err } = await switchyard([verb, 'quickstart', ...flags], options);
      expect({ code, out, err }).toEqual({ code: 2, out: '', err: `switchyard: ${message}\n` });
    }
    expect(existsSync(join(folder.path, 'a.txt'))).toBe(false);
  });

  test('a file in the way of a folder is told in one line', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const { code, err } = await switchyard(['report', 'quickstart', '-o', 'file/a.md'], options);
    expect(code).toBe(1);
    expect(err).toMatch(/^switchyard: Cannot write the report to "file\/a\.md": .*\n$/);
  });

  test('a run that was not compared says how to', async () => {
    await switchyard(['run', experiment, '--quiet', '--db', 'new.duckdb', '--limit', '4'], options);
    const { code, err } = await switchyard(['report', 'quickstart', '--db', 'new.duckdb'], options);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'switchyard: The run "quickstart" was not compared yet, so there is nothing to report: switchyard compare quickstart\n',
    });
  });
});
