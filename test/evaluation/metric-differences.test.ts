import { expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import type { Router } from '../../src/routers/index.js';
import { byFirstWord, exampleInput, exampleMatrix } from './example-run.js';

/** The example's router under another name, deaf to what the text says where asked to be. */
function like(id: string, more: Partial<Router> = {}, answers = false): Router {
  const renamed: Router['fit'] = (fit, tune, options) => {
    const policies = byFirstWord.fit(fit, tune, options);
    if ('leftOut' in policies) return policies;
    return policies.map((policy) => ({
      ...policy,
      id: `${id}@${policy.dial}`,
      router: id,
      needs: { domain: false, answers },
      ...(id === 'deaf'
        ? {
            decide: (state, features, rng) =>
              policy.decide(state, { ...features, text: features.text.slice(5) }, rng),
          }
        : {}),
    }));
  };
  return { ...byFirstWord, id, fit: renamed, ...more };
}

const matrix = exampleMatrix(2400);
const withTexts = { ...matrix, text: matrix.text.map(() => 'an answer') };
const routers = [
  like('deaf'),
  like('first-word'),
  like('stacked', { members: ['deaf', 'first-word', 'absent'] }),
  like('reader', {}, true),
].map((router) => ({ router, settings: {} }));
const { metricDifferences, tradeoffs } = compare({
  ...exampleInput(withTexts, { margin: 0.04 }),
  routers,
});
const of = (router: string) => metricDifferences!.filter((one) => one.router === router);

test('one put together from others is held against the best of them on tune', () => {
  const [aiq, apgr] = of('stacked').filter(({ role }) => role === 'best_member');
  expect(aiq).toMatchObject({ metric: 'aiq', against: 'first-word' });
  expect(apgr).toMatchObject({ metric: 'apgr', against: 'first-word' });
  // It does the very same on every resample.
  expect(aiq!.difference).toEqual({ mean: 0, low: 0, high: 0 });
  expect(of('first-word').map(({ role }) => role)).not.toContain('best_member');
});

test('a router that reads answers is held against the best that does not', () => {
  const single = of('reader').filter(({ role }) => role === 'best_single_shot');
  expect(single.map(({ metric }) => metric)).toEqual(['aiq', 'apgr']);
  expect(['first-word', 'stacked', 'per-domain']).toContain(single[0]!.against);
  expect(of('stacked').map(({ role }) => role)).not.toContain('best_single_shot');
});

test('every router is held against the lookup by domain, on paired resamples', () => {
  const [aiq] = of('deaf').filter(({ metric }) => metric === 'aiq');
  expect(aiq).toMatchObject({ role: 'lookup', against: 'per-domain' });
  expect(aiq!.difference.high!).toBeLessThan(0);
  const quality = of('deaf').find(({ metric }) => metric === 'quality')!;
  expect(quality.against).toBe('per-domain@best');
  const mean = (policy: string) => tradeoffs.find((one) => one.policy === policy)!.quality.mean!;
  const chosen = tradeoffs.find(({ router, chosenOnTune }) => router === 'deaf' && chosenOnTune)!;
  expect(quality.difference.mean).toBeCloseTo(chosen.quality.mean! - mean('per-domain@best'), 12);
  expect(of('per-domain')).toEqual([]);
  for (const { prompts, groups } of metricDifferences!) {
    expect([prompts, groups]).toEqual([tradeoffs[0]!.prompts, tradeoffs[0]!.prompts]);
  }
});

test('the reference and the cheapest model are marked among the models', () => {
  const roles = tradeoffs.map(({ policy, role }) => [policy, role]).filter(([, role]) => role);
  expect(roles).toEqual([
    ['always@maker/small', 'cheapest'],
    ['always@maker/large', 'reference'],
  ]);
});
