import { expect, test } from 'vitest';
import type { Comparison, Tradeoff } from '../../src/evaluation/index.js';
import { comparisonJson, comparisonText } from '../../src/reports/index.js';

const estimate = (mean: number) => ({ mean, low: mean - 0.01, high: mean + 0.01 });
const nothing = { mean: null, low: null, high: null };

function tradeoff(policy: string, quality: number, usd: number, given: Partial<Tradeoff> = {}) {
  const [router = '', dial = ''] = policy.split('@');
  const row: Tradeoff = {
    policy,
    router,
    dial,
    split: 'test',
    prompts: 100,
    quality: estimate(quality),
    costUsdPer1k: estimate(usd),
    cost: estimate(usd / 1000),
    qualityDelta: estimate(quality - 0.9),
    costSaving: estimate(1 - usd / 5),
    latencyMs: { p50: 120, p95: 400 },
    shares: router === 'always' ? { [dial]: 1 } : { 'a/large-model': 0.75, 'b/small-model': 0.25 },
    chosenOnTune: false,
    frontier: false,
    ...given,
  };
  return row;
}

const comparison: Comparison = {
  run: 'run-1',
  runName: 'mine',
  simulated: false,
  seed: 1,
  splitSeed: 1,
  splits: { fit: 600, tune: 200, test: 200, folds: 1, groups: 900 },
  costBasis: 'usd',
  judge: 'grader',
  calibrated: false,
  reference: 'a/large-model',
  verdict: {
    answer: 'too_close',
    policy: 'rules@0.5',
    text: 'Too close to call: more prompts would settle it.',
    margin: 0.01,
    alpha: 0.05,
    discordance: 0.1,
    nNeeded: 5000,
    checks: [
      {
        name: 'quality',
        text: 'Quality of rules@0.5 less that of a/large-model: not shown to be above -0.01, a tie within the interval',
        estimate: estimate(0),
        threshold: -0.01,
        pValue: 0.2,
        holds: false,
      },
    ],
  },
  tradeoffs: [
    tradeoff('rules@0.5', 0.88, 3, { chosenOnTune: true, frontier: true }),
    tradeoff('rules@0.7', 0.7, 2.5),
    tradeoff('cascade@0.1', 0.87, 2, { chosenOnTune: true }),
    tradeoff('oracle@ex-post', 0.97, 1),
    tradeoff('always@a/large-model', 0.9, 5, { frontier: true }),
    tradeoff('always@b/small-model', 0.6, 0.5, { frontier: true }),
  ],
  metrics: [
    {
      router: 'rules',
      aiq: estimate(0.7),
      aiqLog: estimate(0.7),
      aiqPaper: estimate(0.7),
      apgr: estimate(0.7),
      cpt50: nothing,
      cpt80: nothing,
      costSave: estimate(0.2),
    },
  ],
  leftOut: [{ router: 'adaptive', reason: 'no feedback' }],
  warnings: ['The test part is small.'],
  testReadings: 1,
  bootstrap: 2000,
  provenance: {
    dataHash: 'abcdef0123456789',
    codeVersion: '0.1.0',
    prompts: 1000,
    dropped: {},
    createdAt: '2026-01-01T00:00:00.000Z',
  },
};

const text = (columns: number, all = false, of = comparison) =>
  comparisonText(of, { color: false, all, columns });

test('the verdict stands first, said once', () => {
  const lines = text(120).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'TOO CLOSE TO CALL',
    'More prompts would settle it.',
    expect.stringMatching(/^ {2}✗ Quality of rules@0\.5/),
  ]);
});

test('baselines come first, then routers, each from cheap to dear; the dial only when asked for', () => {
  const rows = (shown: string) => shown.match(/^(?:always|oracle|rules|cascade)@\S+(?= .*\[)/gm);
  const chosen = [
    'always@small-model',
    'always@large-model',
    'oracle@ex-post',
    'cascade@0.1',
    'rules@0.5',
  ];
  expect(rows(text(120))).toEqual(chosen);
  expect(rows(text(120, true))).toEqual([...chosen.slice(0, 4), 'rules@0.7', 'rules@0.5']);
});

test.each([120, 80])('every mark is explained and no line passes %i columns', (columns) => {
  const shown = text(columns);
  for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  for (const mark of ['* setting', '^ on', '† ex post', 'left out: adaptive', 'warning: The test'])
    expect(shown).toContain(mark);
});

test('simulated outcomes are labelled before anything else', () => {
  expect(text(120, false, { ...comparison, simulated: true })).toMatch(/^SIMULATED outcomes/);
});

test('JSON names every tradeoff in snake_case with null where nothing is known', () => {
  const { tradeoffs, verdict, metrics } = comparisonJson(comparison);
  expect(tradeoffs).toHaveLength(6);
  expect(verdict).toMatchObject({ answer: 'too_close', n_needed: 5000 });
  expect(metrics).toMatchObject([{ router: 'rules', cpt50: nothing }]);
  expect(JSON.stringify(comparisonJson(comparison))).not.toMatch(/"[a-z]+[A-Z]\w*":/);
});
