import { expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import type { OutcomeMatrix } from '../../src/outcomes/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

/** The small model alone is right on two prompts of five, those of its own domain; the large one on the rest. */
function eachItsOwn(prompts: number, costs: readonly number[]): OutcomeMatrix {
  const matrix = exampleMatrix(prompts, 0.8, costs);
  return {
    ...matrix,
    prompts: matrix.prompts.map((one, p) => ({ ...one, domain: p % 5 < 2 ? 'own' : 'other' })),
    score: matrix.score.map((_, cell) => {
      const own = Math.floor(cell / 2) % 5 < 2;
      return own === (cell % 2 === 0) ? 1 : 0;
    }),
  };
}

test.each([
  ['the cheapest', [0.002, 0.001]],
  ['as cheap as the other', [0.001, 0.001]],
  ['as free as the other', [0, 0]],
])('a lookup by domain stands where the best model is %s', (_, costs) => {
  const comparison = compare({ ...exampleInput(eachItsOwn(200, costs)), routers: [] });
  const found = (policy: string) => comparison.tradeoffs.find((row) => row.policy === policy);
  expect(found('always@maker/large')!.quality.mean).toBeCloseTo(0.6, 9);
  expect(found('per-domain@best')!.quality.mean).toBe(1);
  expect(found('oracle@ex-post')!.quality.mean).toBe(1);
  expect(comparison.leftOut.map(({ router }) => router)).not.toContain('per-domain');
});

test('prompts of one domain and prompts of none have no lookup, each for its own reason', () => {
  const reasonFor = (domain: string | null) => {
    const matrix = exampleMatrix(60);
    const prompts = matrix.prompts.map((one) => ({ ...one, domain }));
    const { leftOut } = compare(exampleInput({ ...matrix, prompts }));
    return leftOut.find(({ router }) => router === 'per-domain')!.reason;
  };
  expect(reasonFor('one')).toBe('the prompts are of one domain');
  expect(reasonFor(null)).toBe('the prompts declare no domain');
});

test('a domain that only the test part has leaves the gain within domains known', () => {
  const matrix = exampleMatrix(300);
  const prompts = matrix.prompts.map((one, p) => ({
    ...one,
    domain: p === 7 ? 'rare' : one.domain,
    split: p % 3 === 1 ? 'test' : p % 3 === 0 ? 'train' : 'validation',
  }));
  const { withinDomains } = compare(exampleInput({ ...matrix, prompts }));
  const rare = withinDomains!.domains.find(({ domain }) => domain === 'rare')!;
  expect([rare.fit, rare.tune, rare.test]).toEqual([0, 0, 1]);
  expect(rare.gain!.mean).not.toBeNull();
  expect(withinDomains!.gain!.mean).not.toBeNull();
  expect(withinDomains!.gain!.low).not.toBeNull();
});
