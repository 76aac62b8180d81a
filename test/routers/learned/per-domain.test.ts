import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/policies/index.js';
import { policyFromDocument, type RouterData, routers } from '../../../src/routers/index.js';
import { perDomainMethod } from '../../../src/routers/learned/per-domain.js';
import { createRng } from '../../../src/statistics/index.js';
import { asks, dataOf } from './domains-sample.js';

const NONE = Number.NaN;
/** b is better in x and as good in y, at twice the cost; in z only a was measured. */
const data = dataOf([
  [asks('one', 'x'), [0, 1], [1, 2]],
  [asks('two', 'x'), [1, 1], [3, 4]],
  [asks('three', 'y'), [1, 1], [1, 2]],
  [asks('four', 'y'), [0, 0], [1, 2]],
  [asks('five', 'z'), [1, NONE], [5, NONE]],
]);

const fitted = (on: RouterData = data): readonly Policy[] => {
  const result = routers.get('per-domain')!.fit(on, data, { seed: 1, dials: 5, settings: {} });
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};

const chosen = (policy: Policy, domain: string): string => {
  const features = asks('p', domain);
  const { step } = policy.decide({ calls: [], learned: null }, features, createRng(1));
  return step.kind === 'call' ? policy.models[step.model]! : step.kind;
};

describe('per-domain', () => {
  it('forecasts plain means in the domain, and overall where a model was not measured', () => {
    const [policy] = fitted();
    const of = (domain: string) => {
      const { quality, cost } = policy!.forecast!(asks('p', domain));
      return [...quality, ...cost];
    };
    expect(of('x')).toEqual([0.5, 1, 2, 3]);
    expect(of('y')).toEqual([0.5, 0.5, 1, 2]);
    expect(of('z')).toEqual([1, 0.75, 5, 2.5]);
    expect(of('unheard of')).toEqual([0.6, 0.75, 2.2, 2.5]);
    expect(of('__proto__')).toEqual(of('unheard of'));
  });

  it('has a dial from the cheapest forecast to the lookup of the best model', () => {
    const policies = fitted();
    expect(policies.map(({ dial }) => dial)).toEqual(['0', '0.25', '0.5', '0.75', 'best']);
    const choices = (policy: Policy) => ['x', 'y', 'z', '?'].map((one) => chosen(policy, one));
    expect(choices(policies[0]!)).toEqual(['lab/a', 'lab/a', 'lab/b', 'lab/a']);
    expect(choices(policies.at(-1)!)).toEqual(['lab/b', 'lab/a', 'lab/a', 'lab/b']);
    for (const { needs } of policies) expect(needs.domain).toBe(true);
  });

  it('says on what it rests', () => {
    const reasons = (domain: string) =>
      fitted()[0]!.decide({ calls: [], learned: null }, asks('p', domain), createRng(1)).reasons;
    expect(reasons('x').join()).toContain('means of the prompts measured in domain "x"');
    expect(reasons('q').join()).toContain('domain "q" was not measured: means over all domains');
  });

  it('is left out where prompts declare no domain', () => {
    const undeclared = { ...data, features: [...data.features.slice(1), asks('one')] };
    expect(
      routers.get('per-domain')!.fit(undeclared, data, { seed: 1, dials: 5, settings: {} }),
    ).toEqual({ leftOut: '1 of 5 prompts declare no domain' });
  });

  it('refuses a table of another number of models', () => {
    const document = fitted()[0]!.toDocument();
    expect(() => policyFromDocument({ ...document, models: ['lab/a'] })).toThrow(
      'expected 1 numbers each for quality and cost, got 2 and 2',
    );
  });

  it('learns what a person can read', () => {
    expect(perDomainMethod.learn(data, { seed: 1, settings: {} })).toMatchObject({
      domains: [{ domain: 'x', quality: [0.5, 1], cost: [2, 3] }, { domain: 'y' }, { domain: 'z' }],
    });
  });
});
