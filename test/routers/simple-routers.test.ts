import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../src/features/index.js';
import type { Policy } from '../../src/policies/index.js';
import {
  hullModels,
  meansByModel,
  policyFromDocument,
  type RouterData,
  routers,
} from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { UserError } from '../../src/user-error.js';

const asks = (content: string, domain: string | null = null): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain });

/** Four models over four prompts: b is dominated by a, c and d cost more and are better. */
const data: RouterData = {
  models: ['lab/a', 'lab/b', 'lab/c', 'lab/d'],
  features: [asks('one', 'x'), asks('two', 'x'), asks('three', 'y'), asks('four', 'y')],
  score: Float64Array.of(1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1),
  cost: Float64Array.of(1, 2, 3, 9, 1, 2, 3, 9, 1, 2, 3, 9, 1, 2, 3, 9),
  text: Array(16).fill(null),
  failed: new Uint8Array(16),
  groups: Int32Array.of(0, 1, 2, 3),
};
const options = { seed: 1, dials: 5, settings: {} };

const fitted = (id: string): readonly Policy[] => {
  const result = routers.get(id)!.fit(data, data, options);
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};

const chosen = (policy: Policy, features: Features, seed = 1): string => {
  const { step } = policy.decide({ calls: [], learned: null }, features, createRng(seed));
  return step.kind === 'call' ? policy.models[step.model]! : step.kind;
};

describe('hullModels', () => {
  it('keeps the models worth their price, cheapest first', () => {
    const summaries = meansByModel(data);
    expect(summaries.map(({ quality, cost }) => [quality, cost])).toEqual([
      [0.25, 1],
      [0.25, 2],
      [0.5, 3],
      [1, 9],
    ]);
    expect(hullModels(summaries).map(({ model }) => model)).toEqual(['lab/a', 'lab/c', 'lab/d']);
  });
});

describe('mixture', () => {
  it('weighs neighbours of the hull so that the mean cost is where the dial says', () => {
    const documents = fitted('mixture').map((policy) => policy.toDocument());
    expect(documents.map(({ dial, parameters }) => [dial, parameters.weights])).toEqual([
      ['0', [1, 0, 0]],
      ['0.25', [0, 1, 0]],
      ['0.5', [0, 0.6666667, 0.3333333]],
      ['0.75', [0, 0.3333333, 0.6666667]],
      ['1', [0, 0, 1]],
    ]);
  });

  it('draws by weight and records the propensity', () => {
    const half = fitted('mixture')[2]!;
    const rng = createRng(3);
    const draws = Array.from({ length: 3000 }, () =>
      half.decide({ calls: [], learned: null }, asks('p'), rng),
    );
    const dear = draws.filter(({ step }) => step.kind === 'call' && step.model === 2);
    expect(dear.length / draws.length).toBeCloseTo(1 / 3, 1);
    for (const { propensity } of dear) expect(propensity).toBeCloseTo(1 / 3, 6);
  });

  it('refuses weights that do not fit the models', () => {
    const document = { router: 'mixture', dial: '0', models: ['lab/a'], parameters: {} };
    expect(() => policyFromDocument({ ...document, parameters: { weights: [1, 0] } })).toThrow(
      '`parameters.weights`: expected one weight for each of 1 models',
    );
    expect(() => policyFromDocument({ ...document, parameters: { weights: [0] } })).toThrow(
      UserError,
    );
  });
});

describe('per-domain', () => {
  it('looks up the best model of a domain, the cheaper of equals, and the best overall otherwise', () => {
    const policy = fitted('per-domain').at(-1);
    expect(policy!.id).toBe('per-domain@best');
    expect(policy!.needs.domain).toBe(true);
    expect(chosen(policy!, asks('p', 'x'))).toBe('lab/c');
    expect(chosen(policy!, asks('p', 'y'))).toBe('lab/d');
    expect(chosen(policy!, asks('p', 'elsewhere'))).toBe('lab/d');
  });
});

describe('always and random', () => {
  it('offers one policy a model, and one draw among all', () => {
    expect(fitted('always').map(({ id }) => id)).toEqual([
      'always@lab/a',
      'always@lab/b',
      'always@lab/c',
      'always@lab/d',
    ]);
    expect(chosen(fitted('always')[2]!, asks('p'))).toBe('lab/c');
    const [random] = fitted('random');
    const drawn = new Set(
      Array.from({ length: 60 }, (_, seed) => chosen(random!, asks('p'), seed)),
    );
    expect(drawn.size).toBe(4);
    const { propensity } = random!.decide({ calls: [], learned: null }, asks('p'), createRng(1));
    expect(propensity).toBe(0.25);
  });
});

describe('policyFromDocument', () => {
  const good = { router: 'always', dial: 'lab/a', models: ['lab/a'], parameters: {} };
  it.each<[string, unknown, string]>([
    ['a router that does not exist', { ...good, router: 'magic' }, 'there is no router "magic"'],
    ['no models', { ...good, models: [] }, '`models`'],
    ['parameters that do not belong', { ...good, parameters: { x: 1 } }, 'Unrecognized key: "x"'],
    [
      'weights beyond the models',
      { ...good, router: 'mixture', parameters: { weights: [0.5, 0.5] } },
      'Policy "mixture@lab/a": `parameters.weights`',
    ],
    [
      'thresholds in the wrong order',
      {
        ...good,
        router: 'complexity',
        models: ['a', 'b', 'c'],
        parameters: {
          thresholds: [0.5, 0.1],
          classifier: fitted('complexity')[0]!.toDocument().parameters.classifier,
        },
      },
      'expected 2 numbers in ascending order, got [0.5,0.1]',
    ],
  ])('refuses %s in one line', (_, document, message) => {
    const rebuild = () => policyFromDocument(document as typeof good);
    expect(rebuild).toThrow(UserError);
    expect(rebuild).toThrow(message);
    expect(rebuild).not.toThrow('\n');
  });
});
