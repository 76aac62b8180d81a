import { expect, test } from 'vitest';
import type { Comparison } from '../../src/evaluation/index.js';
import { comparisonText } from '../../src/reports/index.js';
import { BrailleCanvas } from '../../src/reports/terminal/braille.js';
import { fullComparison } from './full-comparison.js';

const text = (columns: number, of = fullComparison(), color = false) =>
  comparisonText(of, { color, all: false, columns }).split('\n');
const start = (lines: readonly string[]) =>
  lines.findIndex((line) => line.startsWith('quality against cost'));

test.each([80, 100, 120])(
  'at %i columns nothing is wider, and the plot has at most 24 lines',
  (columns) => {
    const lines = text(columns);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    const plot = lines.slice(start(lines), lines.indexOf('', start(lines)));
    expect(plot.length).toBeLessThanOrEqual(24);
    expect(plot.length).toBeGreaterThan(14);
  },
);

test('baselines and every router stand on the plot, and each letter in its legend', () => {
  const lines = text(120);
  const from = start(lines);
  const frame = lines.slice(from + 1, from + 15).join('\n');
  const legend = lines.slice(from + 17, lines.indexOf('', from)).join('\n');
  for (const name of ['tiny-1b', 'large-preview', 'oracle', 'random', '◆'])
    expect(frame).toContain(name);
  expect(frame.match(/●/g)).toHaveLength(5);
  for (const letter of 'ABCDEFGHIJKLMNO') {
    expect(frame).toContain(letter);
    expect(legend).toMatch(new RegExp(`${letter} [a-z-]+@0\\.`));
  }
  expect(legend).toContain('ex post');
});

test('a dearer policy stands to the right, a better one higher', () => {
  const lines = text(120);
  const frame = lines.slice(start(lines) + 1, start(lines) + 15);
  const row = (what: string) => frame.findIndex((line) => line.includes(what));
  const column = (what: string) => frame[row(what)]?.indexOf(what) ?? -1;
  expect(row('oracle')).toBeLessThan(row('large-preview'));
  expect(row('large-preview')).toBeLessThan(row('tiny-1b'));
  expect(column('tiny-1b')).toBeLessThan(column('small-8b'));
  expect(column('small-8b')).toBeLessThan(column('large-preview'));
});

test('the axis is logarithmic over a wide range, linear over a narrow one, and absent without costs', () => {
  expect(text(100)[start(text(100))]).toContain('log scale');
  const { tradeoffs } = fullComparison();
  const shares: Comparison = fullComparison({
    costBasis: 'call_share',
    tradeoffs: tradeoffs.map((row) => {
      const share = { mean: ((row.cost.mean ?? 0) * 1000) / 4.2, low: null, high: null };
      return { ...row, cost: share, costUsdPer1k: { mean: null, low: null, high: null } };
    }),
  });
  const narrow: Comparison = {
    ...shares,
    tradeoffs: shares.tradeoffs.map((row) =>
      row.dial === 'maker/tiny-1b' ? { ...row, cost: { mean: 0, low: 0, high: 0 } } : row,
    ),
  };
  expect(text(100, narrow)[start(text(100, narrow))]).toMatch(/share of calls.*linear scale/);
  expect(start(text(100, fullComparison({ costBasis: 'none' })))).toBe(-1);
});

test('colour changes nothing but colour', () => {
  const plain = text(100).join('\n');
  const painted = text(100, fullComparison(), true).join('\n');
  expect(painted).toContain('\u001b[');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
});

test('what the user asked for stands before the table, and details after the plot', () => {
  const page = text(120).join('\n');
  const order = [
    'ROUTE',
    '✓ stack@0.8125 satisfies it on tune and on test.',
    '✗ regressed',
    'policies (',
    'quality against cost',
    'metrics over',
    'differences (',
    'calibration of forecasts (4,200 prompts, 4,000 groups)',
    'learning as it goes',
    'learning curve of stack',
    'answers by model',
    'out of domain',
    'prices assumed',
    'warning: ',
  ].map((part) => page.indexOf(part));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test('a line of dots goes from one end to the other, and past the edge nothing is drawn', () => {
  const canvas = new BrailleCanvas(3, 2);
  canvas.line(0, 0, 2.9, 1.9);
  canvas.line(-5, -5, -1, 9);
  const picture = [0, 1].map((row) => [0, 1, 2].map((column) => canvas.at(column, row)).join(''));
  expect(picture).toEqual(['⠑⡄ ', ' ⠈⢢']);
});
