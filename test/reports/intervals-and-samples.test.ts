import { expect, test } from 'vitest';
import { comparisonJson, comparisonText, reportFile } from '../../src/reports/index.js';
import { createTableWriter } from '../../src/store/index.js';
import { fullComparison } from './full-comparison.js';

interface Found {
  readonly path: string;
  readonly told: boolean;
}

/** Every estimate, and whether what it is in tells prompts and groups (a domain: its own). */
function estimatesIn(value: unknown, path = '', told = false): Found[] {
  if (value === null || typeof value !== 'object') return [];
  if ('low' in value && 'high' in value) return [{ path, told }];
  const counts =
    ('prompts' in value || 'test' in value) && ('groups' in value || 'test_groups' in value);
  return Object.entries(value).flatMap(([key, inside]) =>
    estimatesIn(inside, `${path}.${key}`, told || (counts && path !== '')),
  );
}

test('in JSON no interval is without its prompts and groups', () => {
  const found = estimatesIn(comparisonJson(fullComparison()));
  expect(found.length).toBeGreaterThan(50);
  expect(found.filter(({ told }) => !told)).toEqual([]);
});

test('for a terminal the verdict and the domains say what their intervals are over', () => {
  const text = comparisonText(fullComparison(), { color: false, all: false, columns: 120 });
  const [verdict] = text.split('policies (');
  const over = /4,200 test prompts in 4,000 groups/;
  expect(verdict).toMatch(over);
  expect(text).toMatch(/^within \d+ domains \(4,200 test/m);
});

test('so do Markdown and the drawing', async () => {
  for (const format of ['md', 'svg'] as const) {
    const file = await reportFile(format, fullComparison(), createTableWriter());
    expect(String(file)).toMatch(/4,200 test prompts in 4,000 groups/);
  }
});
