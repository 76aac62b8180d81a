import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importOutcomes, type RunToImport, toRun } from '../../src/outcomes/index.js';
import { createTableReader, openStore } from '../../src/store/index.js';
import { switchyard, temporaryFolder } from './command.js';
import { inProcess } from './in-process.js';
import { LARGE, type LongFormatOptions, SMALL, writeLongFormat } from './long-format.js';

let folder: ReturnType<typeof temporaryFolder>;
const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
const compare = (...args: string[]) =>
  command('compare', ...args, '--bootstrap', '100', '--dials', '5', '--routers', 'complexity');

async function bring(name: string, options: LongFormatOptions) {
  const file = writeLongFormat(folder.path, name, options);
  const { code, err } = await command('import', 'outcomes', file, '--name', name, '--quiet');
  expect({ code, err }).toEqual({ code: 0, err: '' });
}

/** Straight into the store, changed on the way: what an import cannot hold. */
async function place(name: string, change: (run: RunToImport) => RunToImport) {
  const file = join(folder.path, writeLongFormat(folder.path, name));
  const reader = createTableReader();
  const imported = await importOutcomes('outcomes', file, { reader, decontaminate: false });
  const now = '2026-01-01T00:00:00.000Z';
  const rows = change(toRun(imported, { name, now, codeVersion: '0' }));
  const store = await openStore(join(folder.path, 'results/switchyard.duckdb'));
  await store.runs.importRun(rows.run, rows.prompts, rows.outcomes, rows.scores, rows.usage);
  await store.close();
}

beforeAll(async () => {
  folder = temporaryFolder();
  await bring('monday', {});
  const worse = { ...LARGE, easy: 0.7, hard: 0.5 };
  await bring('tuesday', { prompts: 320, from: 20, seed: 2, models: [LARGE] });
  await bring('wednesday', { seed: 3, models: [SMALL, worse] });
}, 60_000);
afterAll(() => folder.remove());

describe('several runs', { timeout: 60_000 }, () => {
  test('are joined over the prompts they share, a column for each measurement', async () => {
    const { code, out, err } = await compare('monday', 'tuesday', '--json', '--fail-on-regression');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const joined = JSON.parse(out);
    expect(joined).toMatchObject({
      name: 'monday',
      provenance: { prompts: 280 },
      test_readings: 1,
      runs: [{ name: 'monday' }, { name: 'tuesday' }],
    });
    expect(joined.warnings[0]).toMatch(
      /^2 runs are compared over the 280 prompts .*: monday 20, tuesday 40\.$/,
    );
    const policies = joined.tradeoffs.map(({ policy }: { policy: string }) => policy);
    expect(policies).toEqual(
      expect.arrayContaining([
        'always@maker/small',
        'always@maker/large',
        'always@maker/large (tuesday)',
      ]),
    );
    const [regression] = joined.regressions;
    expect(joined.regressions).toHaveLength(1);
    expect(regression).toMatchObject({
      model: 'maker/large',
      from: 'monday',
      to: 'tuesday',
      prompts: 280,
      regressed: false,
    });
    expect(regression.difference.low).toBeLessThan(regression.difference.mean);
    const again = JSON.parse((await compare('monday', 'tuesday', '--json')).out);
    expect(again.test_readings).toBe(2);
    expect(JSON.parse((await compare('monday', '--json')).out).test_readings).toBe(1);
  });

  test('a model that became worse: exit 3, and which it is', async () => {
    const { code, out, err } = await compare(
      'monday',
      'wednesday',
      '--fail-on-regression',
      '--quiet',
    );
    expect(code).toBe(3);
    expect(out).toContain('always@');
    expect(err).toMatch(
      /^switchyard: threshold not met: maker\/large is worse in wednesday than in monday: −0\.\d{4} \(−0\.\d{4} to −0\.\d{4}\), all of it below −0\.01\.\n$/,
    );
    expect((await compare('monday', 'wednesday', '--quiet')).code).toBe(0);
  });

  test('what calls a later measurement cannot be exported, the rest can', async () => {
    await compare('monday', 'tuesday', '--quiet');
    const later = await command('export', 'monday', '--policy', 'always@maker/large (tuesday)');
    expect(later).toMatchObject({ code: 2, out: '' });
    expect(later.err).toMatch(
      /^switchyard: Policy ".*" calls "maker\/large \(tuesday\)", .*\(switchyard compare tuesday\)\n$/,
    );
    expect((await command('export', 'monday', '--policy', 'always@maker/small')).code).toBe(0);
  });

  test('that do not compare', async () => {
    await bring('elsewhere', { from: 1000 });
    await bring('bare', { models: [{ ...LARGE, cost: null }] });
    await place('judged', ({ run, ...rows }) => ({
      ...rows,
      run: { ...run, judge: 'rubric' },
      scores: rows.scores.map((score) => ({ ...score, judge: 'rubric' })),
    }));
    await place('newer', ({ scores, ...rows }) => ({
      ...rows,
      scores: scores.map((score) => ({ ...score, judgeVersion: '2' })),
    }));
    for (const [other, message] of [
      ['monday', 'is named twice: name each run once'],
      ['elsewhere', 'The runs "monday", "elsewhere" share no prompt'],
      ['bare', '"monday" has costs in dollars and "bare" has none'],
      ['judged', '"monday" is scored by the judge "recorded" and "judged" by "rubric"'],
      ['newer', 'The judge "recorded" is another in "newer" (version 2) than in "monday" (1)'],
      ['nowhere', 'There is no run "nowhere"'],
    ] as const) {
      const { code, out, err } = await inProcess(['compare', 'monday', other], folder.path);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
    const priced = await compare('monday', 'bare', '--price', 'maker/large=0.02', '--quiet');
    expect(priced).toMatchObject({ code: 0, err: '' });
  });
});

describe('what is left out and held out', { timeout: 60_000 }, () => {
  test('whole domains are tested once, never learned from', async () => {
    await bring('domains', { domains: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
    const { code, out } = await compare('domains', '--out-of-domain', '--json');
    expect(code).toBe(0);
    const found = JSON.parse(out);
    expect(found).toMatchObject({ out_of_domain: true, splits: { folds: 5, test: 300 } });
    expect(found.verdict.text).toContain('On domains never learned from: ');
    expect((await command('export', 'domains', '--quiet')).code).toBe(0);
    await bring('single', { domains: ['only'] });
    const single = await compare('single', '--out-of-domain');
    expect(single).toMatchObject({ code: 2, out: '' });
    expect(single.err).toMatch(
      /^switchyard: --out-of-domain holds out whole domains, .* "only": .*\n$/,
    );
  });

  test('failed answers score nothing, or leave the comparison', async () => {
    await place('failing', (rows) => ({
      ...rows,
      outcomes: rows.outcomes.map((outcome, i) =>
        i % 20 === 1
          ? {
              ...outcome,
              status: 'failed' as const,
              text: null,
              cost: null,
              error: 'timeout: slow',
            }
          : outcome,
      ),
    }));
    const quality = async (failed: string) => {
      const { code, out } = await compare('failing', '--failed', failed, '--json');
      expect(code).toBe(0);
      const { tradeoffs, provenance, failed: kept, warnings } = JSON.parse(out);
      const large = tradeoffs.find(
        (row: { policy: string }) => row.policy === 'always@maker/large',
      );
      return { large, provenance, kept, warnings };
    };
    const zero = await quality('zero');
    expect(zero).toMatchObject({ kept: 'zero', provenance: { dropped: {} } });
    expect(zero.large.prompts).toBe(300);
    const exclude = await quality('exclude');
    expect(exclude).toMatchObject({
      kept: 'exclude',
      provenance: { dropped: { 'maker/large': 30 } },
    });
    expect(exclude.large.prompts).toBe(270);
    expect(exclude.large.quality.mean).toBeGreaterThan(zero.large.quality.mean + 0.05);
    expect(exclude.warnings.join()).toContain('30 of 300 prompts (10.0 %) lack a scored answer');
    expect((await command('export', 'failing', '--quiet')).code).toBe(0);
  });

  test('a split that was published in part is not used, and that is said', async () => {
    await bring('part', { split: (i) => (i < 30 ? '' : i % 3 === 0 ? 'test' : 'train') });
    const part = JSON.parse((await compare('part', '--json')).out);
    expect(part.splits.folds).toBe(5);
    expect(part.warnings.join()).toContain(
      'The published split is not used: 30 of 300 prompts are not on a side of it, train, validation or test',
    );
    await bring('whole', { split: (i) => (i % 3 === 0 ? 'test' : 'train') });
    const whole = JSON.parse((await compare('whole', '--json')).out);
    expect(whole.splits).toMatchObject({ folds: 1, test: 100 });
    expect(whole.warnings.join()).not.toContain('published split');
  });
});
