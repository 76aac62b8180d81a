import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  comparisonDocument,
  comparisonJson,
  comparisonSchemaText,
} from '../../src/reports/index.js';
import { snakeCase } from '../../src/reports/snake-case.js';
import { fullComparison } from './full-comparison.js';

test('every field has its key, and every key its place in the schema', () => {
  const json = JSON.parse(JSON.stringify(comparisonJson(fullComparison())));
  expect(comparisonDocument.parse(json)).toEqual(json);
  expect(JSON.stringify(json)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
  expect(json).toMatchObject({
    learning_curve: { points: { length: 5 } },
    choice: { constraint: { max_cost_usd_per_1k: 2, quality_drop: 0.02 } },
    verdict: { n_needed: null },
    prequential: [{ regret: { smallest: -0.001 } }, {}, {}],
  });
});

test('models keep their names as keys, whatever their case', () => {
  const { tradeoffs, assumed_prices } = comparisonJson(
    fullComparison({ assumedPrices: { 'maker/camelCase-1K': 0.5 } }),
  );
  expect(assumed_prices).toEqual({ 'maker/camelCase-1K': 0.5 });
  expect((tradeoffs as { shares: unknown }[])[0]?.shares).toEqual({ 'maker/tiny-1b': 1 });
});

test('a comparison of before the newer fields says null or nothing in their place', () => {
  const {
    metricDifferences: _differences,
    calibration: _calibration,
    learningCurve: _curve,
    prequential: _prequential,
    choice: _choice,
    runs: _runs,
    regressions: _regressions,
    assumedPrices: _prices,
    outOfDomain: _domain,
    routerFiles: _files,
    dials: _dials,
    operatingPoints: _points,
    withinDomains: _within,
    ...old
  } = fullComparison();
  const json = comparisonJson(old);
  expect(comparisonDocument.parse(json)).toMatchObject({
    calibration: [],
    choice: null,
    dials: null,
  });
});

test('the schema in the repository is the one that the program checks against', () => {
  const path = new URL('../../schemas/comparison.schema.json', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(comparisonSchemaText());
});

test('the page about the JSON names every key of the document', () => {
  const page = readFileSync(new URL('../../docs/comparison-json.md', import.meta.url), 'utf8');
  for (const key of Object.keys(comparisonDocument.shape)) expect(page).toContain(`\`${key}\``);
});

test('snake_case splits words and counts, and nothing else', () => {
  const named = (name: string) => Object.keys(snakeCase({ [name]: 1 }, new Set()) as object)[0];
  expect(['costUsdPer1k', 'nNeeded', 'cpt50', 'p50', 'latencyMs', 'sha256'].map(named)).toEqual([
    'cost_usd_per_1k',
    'n_needed',
    'cpt50',
    'p50',
    'latency_ms',
    'sha256',
  ]);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1 }), (words) => {
      const [first = '', ...rest] = words;
      const camel =
        first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
      expect(named(camel)).toBe(words.join('_'));
    }),
  );
});
