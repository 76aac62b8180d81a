import { describe, expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import { gainOverMixture } from '../../src/evaluation/mixture-check.js';
import type { Policy } from '../../src/policies/index.js';
import type { Router } from '../../src/routers/index.js';
import { byFirstWord, exampleInput, exampleMatrix } from './example-run.js';
import { drawExperiment, SIZES } from './simulated-experiment.js';
import { WORLDS } from './tally.js';

/** A router of fixed settings, each a choice between the small (0) and the large model (1). */
function routerOf(id: string, settings: Readonly<Record<string, (text: string) => 0 | 1>>): Router {
  const policyOf = (models: readonly string[], dial: string): Policy => ({
    id: `${id}@${dial}`,
    router: id,
    dial,
    models,
    needs: { domain: false, answers: false },
    decide: ({ calls }, { text }) => ({
      step:
        calls.length > 0
          ? { kind: 'stop', answer: 0 }
          : { kind: 'call', model: settings[dial]!(text) },
      propensity: 1,
      reasons: [],
    }),
    toDocument: () => ({ router: id, dial, models, parameters: {} }),
  });
  return {
    id,
    summary: id,
    source: 'test',
    fit: ({ models }) => Object.keys(settings).map((dial) => policyOf(models, dial)),
    fromDocument: ({ models, dial }) => policyOf(models, dial),
  };
}

const bySide = (matrix = exampleMatrix(600)) => ({
  ...matrix,
  prompts: matrix.prompts.map((one, p) => {
    const split = ['train', 'validation', 'test'][p % 3]!;
    const messages = [{ role: 'user' as const, content: `${one.messages[0]!.content} ${split}` }];
    return { ...one, split, messages };
  }),
});
const isHard = (text: string): boolean => text.startsWith('hard');

test('AIQ takes its vertices from tune: what only test shows to be good does not raise it', () => {
  const lucky = routerOf('lucky', {
    small: () => 0,
    turned: (text) => (isHard(text) === text.endsWith('test') ? 1 : 0),
    large: () => 1,
  });
  const input = { ...exampleInput(bySide()), routers: [{ router: lucky, settings: {} }] };
  const { metrics } = compare(input);
  const of = (id: string) => metrics.find(({ router }) => router === id)!;
  expect(of('lucky').aiq.mean).toBeCloseTo(of('mixture').aiq.mean!, 12);
  expect(of('lucky').aiqPaper.mean!).toBeGreaterThan(of('mixture').aiqPaper.mean! + 0.05);
});

test('the candidate is, of all settings that route and keep to the margin on tune, the cheapest', () => {
  const careful = routerOf('careful', {
    // Keeps to the margin and routes, for more than is needed.
    much: (text) => (isHard(text) || text.charCodeAt(9) % 2 === 0 ? 1 : 0),
    large: () => 1,
  });
  const frugal = routerOf('frugal', {
    small: () => 0,
    few: (text) => (isHard(text) && text.charCodeAt(9) % 4 > 0 ? 1 : 0),
    hard: (text) => (isHard(text) ? 1 : 0),
  });
  const routers = [careful, frugal].map((router) => ({ router, settings: {} }));
  const input = { ...exampleInput(bySide(), { margin: 0.05 }), routers };
  const prompts = input.matrix.prompts.map((one) => ({ ...one, domain: null }));
  const { verdict, operatingPoints } = compare({ ...input, matrix: { ...input.matrix, prompts } });
  expect(verdict.policy).toBe('frugal@hard');
  expect(operatingPoints!.map(({ policy }) => policy)).toContain('careful@much');
});

test('APGR and CPT are null where the gap between the models is within its own half-width', () => {
  const matrix = exampleMatrix(60);
  // The small model fails five prompts, the large one two others.
  const score = matrix.score.map((_, cell) => {
    const p = Math.floor(cell / 2);
    return (cell % 2 === 0 ? p % 12 === 0 : p % 30 === 1) ? 0 : 1;
  });
  const { metrics } = compare(exampleInput({ ...matrix, score }));
  const own = metrics.find(({ router }) => router === 'first-word')!;
  for (const metric of ['apgr', 'cpt50', 'cpt80'] as const) {
    expect(own[metric]).toEqual({ mean: null, low: null, high: null });
  }
  expect(own.aiq.mean).not.toBeNull();
});

test('Holm counts each router that ran once, twins too, and none that was left out', () => {
  const absent: Router = { ...byFirstWord, id: 'absent', fit: () => ({ leftOut: 'it cannot' }) };
  const input = exampleInput(exampleMatrix(300, 0.4), { margin: 0.04 });
  const routers = [...input.routers, { router: absent, settings: {} }];
  const { operatingPoints, leftOut } = compare({ ...input, routers });
  expect(leftOut).toContainEqual({ router: 'absent', reason: 'it cannot' });
  for (const against of ['reference', 'mixture']) {
    const family = operatingPoints!.filter((point) => point.against === against);
    expect(family.map(({ router }) => router)).toEqual([
      'per-domain',
      'per-domain-predicted',
      'first-word',
    ]);
    const least = family.toSorted((a, b) => a.pValue! - b.pValue!)[0]!;
    expect(least.pAdjusted).toBeCloseTo(Math.min(1, 3 * least.pValue!), 12);
  }
});

describe('the mixture is solved again in each resample', () => {
  const { sample, folds } = drawExperiment(WORLDS.gain, {
    groups: 60,
    sizes: SIZES[0]!,
    resamples: 200,
    seed: 1,
  }).verdict;

  test('so a model of the hull never beats it, nor falls behind', () => {
    for (const end of [0, -1]) {
      const model = folds.map(({ always, hull }) => always[hull.at(end)!]!);
      const gains = gainOverMixture(sample, model, folds);
      expect(Math.max(...gains.map(Math.abs))).toBeLessThan(1e-12);
    }
  });
});

test('the oracle takes the cheapest of the best, and the cheapest model where all fail', () => {
  const matrix = exampleMatrix(300);
  const { tradeoffs } = compare(exampleInput(matrix));
  const oracle = tradeoffs.find(({ router }) => router === 'oracle')!;
  let [quality, cost] = [0, 0];
  for (let p = 0; p < 300; p++) {
    const [small, large] = [matrix.score[2 * p]!, matrix.score[2 * p + 1]!];
    quality += Math.max(small, large) / 300;
    cost += (large > small ? 0.01 : 0.001) / 300;
  }
  expect(oracle.dial).toBe('ex-post');
  expect(oracle.quality.mean).toBeCloseTo(quality, 12);
  expect(oracle.cost.mean).toBeCloseTo(cost, 12);
  expect(oracle.frontier).toBe(false);
});
