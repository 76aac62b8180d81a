import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportFile, reportFormats } from '../../src/reports/index.js';
import { createTableReader, createTableWriter } from '../../src/store/index.js';
import { around, fullComparison } from './full-comparison.js';

const tables = createTableWriter();
const written = async (format: string, comparison = fullComparison()): Promise<string> =>
  String(await reportFile(format, comparison, tables));

const HOSTILE = '<script>alert(1)</script>/x"y\'z|`*</svg>';
const hostile = () => {
  const plain = fullComparison();
  const [first, ...rest] = plain.tradeoffs;
  if (first === undefined) throw new Error('The fixture has no tradeoffs');
  const always = {
    ...first,
    policy: `always@${HOSTILE}`,
    dial: HOSTILE,
    shares: { [HOSTILE]: 1 },
  };
  return fullComparison({
    runName: HOSTILE,
    tradeoffs: [always, ...rest],
    warnings: [HOSTILE],
    verdict: { ...plain.verdict, text: HOSTILE },
  });
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('CSV and Parquet hold the same rows, one a policy, each with its label', async () => {
  const comparison = fullComparison({ simulated: true });
  const files = { csv: join(folder, 'a.csv'), parquet: join(folder, 'a.parquet') };
  writeFileSync(files.csv, await reportFile('csv', comparison, tables));
  writeFileSync(files.parquet, await reportFile('parquet', comparison, tables));
  const reader = createTableReader();
  const parquet = await reader.read([files.parquet], { format: 'parquet' });
  const csv = await reader.read([files.csv], { format: 'csv', allText: false });
  expect(parquet).toHaveLength(comparison.tradeoffs.length);
  expect(parquet[0]?.values).toMatchObject({
    simulated: true,
    policy: 'always@maker/tiny-1b',
    prompts: 4200,
    groups: 4000,
    quality_mean: 0.41,
    cost_usd_per_1k_mean: 0.05,
    latency_p95_ms: 1900,
    shares_json: '{"maker/tiny-1b":1}',
  });
  expect(csv.map(({ values }) => values.policy)).toEqual(
    parquet.map(({ values }) => values.policy),
  );
  expect(csv[40]?.values).toMatchObject({ simulated: true, frontier: false });
});

test('CSV quotes what would break it, and leaves unknown empty', async () => {
  const { tradeoffs } = fullComparison();
  const nothing = { mean: null, low: null, high: null };
  const odd = tradeoffs.slice(0, 1).map((row) => ({
    ...row,
    policy: 'a"b,c\nd',
    quality: around(1 / 3),
    costUsdPer1k: nothing,
  }));
  const [, line] = (await written('csv', fullComparison({ tradeoffs: odd }))).split('\r\n');
  expect(line).toContain('"a""b,c\nd"');
  expect(line).toContain('0.333333333333,0.318333333333,0.348333333333,,,,');
});

test.each(['md', 'svg', 'html'])(
  '%s says SIMULATED where outcomes are, and not elsewhere',
  async (format) => {
    expect(await written(format, fullComparison({ simulated: true }))).toContain(
      'SIMULATED outcomes',
    );
    expect(await written(format)).not.toContain('SIMULATED outcomes');
  },
);

test('Markdown keeps its tables whole, whatever a model is called', async () => {
  const lines = (await written('md', hostile())).split('\n').filter((line) => line.startsWith('|'));
  const bars = lines.map((line) => line.replaceAll('\\|', '').split('|').length);
  expect(lines.join()).not.toContain('<script');
  expect(new Set(bars)).toEqual(new Set([7, 8]));
});

test('names from elsewhere stay text in the drawing and the page, its data included', async () => {
  const svg = await written('svg', hostile());
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;script&gt;');
  const page = await written('html', hostile());
  expect(page).not.toContain('<script>alert');
  const { document } = parseHTML(page);
  expect(document.querySelector('h1')?.textContent).toContain(HOSTILE);
  const data = JSON.parse(document.querySelector('#frontier-data')?.textContent ?? '');
  expect(data.points[0][0]).toBe(`always@${HOSTILE}`);
});

test('the page is one file that loads nothing, and small enough to send', async () => {
  const page = await written('html');
  expect(page).toContain("default-src 'none'");
  const { document } = parseHTML(page);
  expect([...document.querySelectorAll('[src], link, iframe, object, img')]).toEqual([]);
  expect(page.length).toBeLessThan(750_000);
});

test('each part of a comparison has its section, and old ones do without', async () => {
  const titles = (page: string) =>
    [...parseHTML(page).document.querySelectorAll('h2')].map(({ textContent }) => textContent);
  expect(titles(await written('html'))).toEqual([
    'Quality against cost',
    'Policies',
    'Warnings',
    'Metrics over the whole dial',
    'Is one better than another?',
    'Within domains',
    'Calibration of forecasts',
    'Learning as it goes',
    'Learning curve',
    'Provenance',
  ]);
  const old = fullComparison({
    warnings: [],
    leftOut: [],
    metrics: [],
    withinDomains: null,
    calibration: [],
    prequential: [],
    learningCurve: null,
    choice: null,
    regressions: [],
  });
  expect(titles(await written('html', old))).toEqual([
    'Quality against cost',
    'Policies',
    'Provenance',
  ]);
});

test('without costs there is a page but no frontier', async () => {
  const nothing = { mean: null, low: null, high: null };
  const { tradeoffs } = fullComparison();
  const free = fullComparison({
    costBasis: 'none',
    tradeoffs: tradeoffs.map((row) => ({
      ...row,
      costUsdPer1k: nothing,
      cost: nothing,
      costSaving: nothing,
    })),
  });
  expect(await written('html', free)).not.toContain('id="frontier"');
  await expect(written('svg', free)).rejects.toThrow(/no costs/);
});

test('formats are told by their endings', () => {
  expect(reportFormats).toEqual(['json', 'csv', 'md', 'parquet', 'svg', 'html']);
});
