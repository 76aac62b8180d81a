import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { switchyard, temporaryFolder } from './command.js';
import { inProcess } from './in-process.js';
import { LARGE, SMALL, writeLongFormat } from './long-format.js';

interface Row {
  readonly policy: string;
  readonly quality: { readonly mean: number };
  readonly cost_usd_per_1k: { readonly mean: number };
}

/** The latest comparison of a run, as it was stored: what an export fits again. */
async function stored(folder: string, run: string) {
  const { openStore } = await import('../../src/store/index.js');
  const store = await openStore(join(folder, 'results/switchyard.duckdb'));
  const found = await store.runs.findRun(run);
  const comparison = await store.evaluations.latestEvaluation(found!.id);
  await store.close();
  return comparison!;
}

describe('choosing a policy by bounds', { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const compare = (run: string, ...args: string[]) =>
    command(
      'compare',
      run,
      '--bootstrap',
      '100',
      '--dials',
      '9',
      '--routers',
      'complexity',
      ...args,
    );

  beforeAll(async () => {
    folder = temporaryFolder();
    for (const [name, prompts] of [
      ['small', 300],
      ['plain', 2100],
    ] as const) {
      const file = writeLongFormat(folder.path, name, { prompts });
      const { code, err } = await command('import', 'outcomes', file, '--name', name, '--quiet');
      expect({ code, err }).toEqual({ code: 0, err: '' });
    }
  }, 60_000);
  afterAll(() => folder.remove());

  test.each(['small', 'plain'])(
    'a largest cost picks the best policy below it: %s',
    async (run) => {
      const { code, out, err } = await compare(run, '--max-cost-usd-per-1k', '6', '--json');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const { tradeoffs }: { tradeoffs: readonly Row[] } = JSON.parse(out);
      const { choice } = await stored(folder.path, run);
      expect(choice).toMatchObject({ constraint: { maxCostUsdPer1k: 6 }, met: true });
      expect(choice!.tune!.costUsdPer1k).toBeLessThanOrEqual(6);
      const row = tradeoffs.find(({ policy }) => policy === choice!.policy)!;
      expect(row.cost_usd_per_1k.mean).toBeLessThanOrEqual(6);
      const cheap = tradeoffs.find(({ policy }) => policy === 'always@maker/small')!;
      expect(row.quality.mean).toBeGreaterThan(cheap.quality.mean);
      const exported = await command('export', run, '--policy', 'chosen', '--json', '--quiet');
      expect(exported).toMatchObject({ code: 0, err: '' });
      const routed = await command(
        'route',
        '--table',
        `results/${run}.table.json`,
        '--domain',
        'a',
        'hm',
      );
      expect(routed).toMatchObject({ code: 0, err: '' });
    },
  );

  test('a quality drop picks the cheapest policy that keeps it, constants among them', async () => {
    const { code } = await compare('small', '--quality-drop', '0.9');
    expect(code).toBe(0);
    const { choice } = await stored(folder.path, 'small');
    expect(choice).toMatchObject({ policy: 'always@maker/small', met: true });
    expect(choice!.text).toMatch(
      /^Asked for the lowest cost with a quality at most 0.9 below that of maker\/large: always@maker\/small, chosen on tune. Tune promised .* test gave .*: met.$/,
    );
    expect((await command('export', 'small', '--policy', 'chosen', '--quiet')).code).toBe(0);
    const table = JSON.parse(readFileSync(join(folder.path, 'results/small.table.json'), 'utf8'));
    expect(table.policy.models).toEqual(['maker/small']);
  });

  test('a quality out of reach: exit 3, the table printed all the same', async () => {
    const { code, out, err } = await compare('small', '--min-quality', '0.999');
    expect(code).toBe(3);
    expect(out).toContain('always@');
    expect(err).toMatch(
      /switchyard: threshold not met: Asked for the lowest cost with a quality of at least 0.999: no policy gives that on tune; the nearest there gives 0\.\d+ at \$/,
    );
    const exported = await command('export', 'small', '--policy', 'chosen');
    expect(exported.code).toBe(2);
    expect(exported.err).toMatch(/^switchyard: Nothing was chosen. Asked for .*\n$/);
  });

  test('bounds that tune promises and test breaks: exit 3', async () => {
    const { tradeoffs } = await stored(folder.path, 'plain');
    const best = Math.max(
      ...tradeoffs.filter(({ router }) => router !== 'oracle').map(({ quality }) => quality.mean!),
    );
    // At its best on tune a policy promises more than test gives for one of these bounds.
    const codes: (number | null)[] = [];
    for (const bound of [best - 0.002, best + 0.0005]) {
      codes.push((await compare('plain', '--min-quality', bound.toFixed(4), '--quiet')).code);
    }
    expect(codes).toContain(3);
  });

  test.each([
    [['--min-quality', '2'], '--min-quality is 2: give a number from 0 to 1.'],
    [['--quality-drop', '-1'], '--quality-drop is -1: give a number from 0 to 1.'],
    [
      ['--max-cost-usd-per-1k', '-3'],
      '--max-cost-usd-per-1k is -3: give US dollars from 0 to 1,000,000.',
    ],
    [['--price', 'maker/small=1'], 'leave out --price'],
    [['--price', 'maker/small'], '--price is "maker/small": give MODEL=USD_PER_CALL'],
  ])('%s', async (args, message) => {
    const { code, out, err } = await inProcess(['compare', 'small', ...args], folder.path);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('export of a choice that was never made', async () => {
    await compare('small', '--quiet');
    const { code, err } = await command('export', 'small', '--policy', 'chosen');
    expect(code).toBe(2);
    expect(err).toContain('was asked to choose nothing: give it bounds (switchyard compare small');
  });
});

describe('assumed prices', { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const compare = (...args: string[]) =>
    command('compare', 'bare', '--bootstrap', '100', '--routers', 'complexity', ...args);

  beforeAll(async () => {
    folder = temporaryFolder();
    const models = [SMALL, LARGE].map((model) => ({ ...model, cost: null }));
    const file = writeLongFormat(folder.path, 'bare', { models });
    expect((await command('import', 'outcomes', file, '--name', 'bare', '--quiet')).code).toBe(0);
  }, 60_000);
  afterAll(() => folder.remove());

  test('turn recorded data into dollars, labelled', async () => {
    const prices = ['--price', 'maker/small=0.001', '--price', 'maker/large=0.02'];
    const { code, out } = await compare(...prices, '--max-cost-usd-per-1k', '5', '--json');
    expect(code).toBe(0);
    const comparison = JSON.parse(out);
    expect(comparison.cost_basis).toBe('usd');
    expect(comparison.verdict.text).toMatch(/^At prices assumed by you: /);
    expect(comparison.warnings).toContain(
      'Prices assumed by you, a call: maker/small $0.001, maker/large $0.02. The data itself holds none.',
    );
    const row = comparison.tradeoffs.find((one: Row) => one.policy === 'always@maker/large');
    expect(row.cost_usd_per_1k.mean).toBeCloseTo(20, 9);
    expect((await stored(folder.path, 'bare')).assumedPrices).toEqual({
      'maker/small': 0.001,
      'maker/large': 0.02,
    });
    const exported = await command('export', 'bare', '--policy', 'chosen', '--quiet');
    expect(exported).toMatchObject({ code: 0, err: '' });
    const table = JSON.parse(readFileSync(join(folder.path, 'results/bare.table.json'), 'utf8'));
    expect(table.expected.cost_usd_per_1k.mean).toBeLessThanOrEqual(5);
  });

  test.each([
    [['--price', 'maker/smal=1', '--price', 'maker/large=1'], 'did you mean "maker/small"?'],
    [['--price', 'maker/small=1'], '--price is missing for "maker/large"'],
    [
      ['--price', 'maker/small=1', '--price', 'maker/small=2'],
      '--price is given twice for "maker/small"',
    ],
    [['--price', 'maker/small=-1'], '--price is "maker/small=-1"'],
    [['--max-cost-usd-per-1k', '5'], 'give every model one with --price MODEL=USD_PER_CALL'],
  ])('%s', async (args, message) => {
    const { code, out, err } = await inProcess(['compare', 'bare', ...args], folder.path);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
