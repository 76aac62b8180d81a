import { describe, expect, it } from 'vitest';
import { policyFromDocument, routers } from '../../src/routers/index.js';
import { sampleOutcomes } from './sample-outcomes.js';

const fitted = sampleOutcomes(100, 1);
const tuned = sampleOutcomes(60, 2);
const DIALS = 5;

const able = [...routers.values()].filter(({ redial }) => redial !== undefined);

it('is there for everything that predicts, and for what has one number to turn', () => {
  const ids = able.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(['ridge', 'knn', 'stack', 'carrot', 'adaptive', 'complexity']),
  );
  expect(ids).not.toContain('cascade');
  expect(ids).not.toContain('always');
});

// One of each mechanism: the others are made of the same.
describe.each(['ridge', 'cluster', 'shrinkage-predicted', 'adaptive', 'complexity'])('%s', (id) => {
  const router = routers.get(id)!;

  it('turns to the settings that fitting spreads over the same requests, from any of them', () => {
    const policies = router.fit(fitted.data, tuned.data, { seed: 1, dials: DIALS, settings: {} });
    if ('leftOut' in policies) throw new Error(policies.leftOut);
    const turned = router.redial!(policies[2]!.toDocument(), tuned.data.features, DIALS);
    expect(turned.map(({ dial }) => dial)).toEqual(
      ['0', '0.25', '0.5', '0.75', '1'].map((dial) => `served-${dial}`),
    );
    turned.forEach((policy, at) => {
      const rebuilt = policyFromDocument(policy.toDocument());
      for (const features of fitted.features.slice(0, 40)) {
        const model = policies[at]!.choose!(features);
        expect(policy.choose!(features)).toBe(model);
        expect(rebuilt.choose!(features)).toBe(model);
      }
    });
  });
});
