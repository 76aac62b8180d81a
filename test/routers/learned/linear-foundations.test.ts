import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../../src/features/index.js';
import type { RouterData } from '../../../src/routers/index.js';
import {
  costDocumentSchema,
  forecastCosts,
  learnCostByLength,
} from '../../../src/routers/learned/cost-by-length.js';
import { innerFolds } from '../../../src/routers/learned/inner-folds.js';

describe('innerFolds', () => {
  const groupings = fc
    .array(fc.nat(30), { maxLength: 200 })
    .map((groups) => Int32Array.from(groups));

  it('keeps groups whole and folds as even as the largest group allows', () => {
    fc.assert(
      fc.property(groupings, fc.integer({ min: 2, max: 6 }), fc.nat(), (groups, count, seed) => {
        const folds = innerFolds(groups, count, seed);
        const foldOf = new Map<number, number>();
        const groupSizes = new Map<number, number>();
        const sizes = new Array<number>(count).fill(0);
        groups.forEach((group, row) => {
          expect(folds[row]).toBe(foldOf.get(group) ?? folds[row]);
          foldOf.set(group, folds[row]!);
          groupSizes.set(group, (groupSizes.get(group) ?? 0) + 1);
          sizes[folds[row]!]!++;
        });
        const largest = Math.max(0, ...groupSizes.values());
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  it('depends on the seed alone', () => {
    const groups = Int32Array.from({ length: 300 }, (_, row) => row >> 1);
    expect(innerFolds(groups, 4, 7)).toEqual(innerFolds(groups, 4, 7));
    expect(innerFolds(groups, 4, 8)).not.toEqual(innerFolds(groups, 4, 7));
  });
});

const ofTokens = (tokens: number): Features => ({
  ...extractFeatures({ messages: [], domain: null }),
  tokens,
});

const priced = (
  tokens: readonly number[],
  cost: readonly number[],
  models: number,
): RouterData => ({
  models: Array.from({ length: models }, (_, model) => `lab/${model}`),
  features: tokens.map(ofTokens),
  score: new Float64Array(cost.length),
  cost: Float64Array.from(cost),
  text: cost.map(() => null),
  failed: new Uint8Array(cost.length),
  groups: Int32Array.from(tokens, (_, row) => row),
});

function forecast(data: RouterData, tokens: number): Float64Array {
  const written = JSON.stringify(learnCostByLength(data));
  const out = new Float64Array(data.models.length);
  forecastCosts(costDocumentSchema.parse(JSON.parse(written)), ofTokens(tokens), out);
  return out;
}

describe('learnCostByLength', () => {
  it('finds the price of a token and never forecasts less than was ever paid', () => {
    const tokens = [10, 20, 50, 100];
    const data = priced(
      tokens,
      tokens.flatMap((n) => [0.5 + 0.01 * n, 2 - 0.01 * n]),
      2,
    );
    const [rising, falling] = forecast(data, 70);
    expect(rising).toBeCloseTo(1.2, 9);
    expect(falling).toBeCloseTo(1.3, 9);
    expect([...forecast(data, 0)].map((cost) => Math.round(1e6 * cost))).toEqual([600_000, 2e6]);
    expect([...forecast(data, 1e6)][1]).toBe(1);
  });

  it('gives constants back as they are', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e3, noNaN: true }), fc.nat(5000), (cost, tokens) => {
        const data = priced([3, 80, 7], [cost, 1, cost, 1, cost, 1], 2);
        expect([...forecast(data, tokens)]).toEqual([cost, 1]);
      }),
    );
  });

  it('passes over costs that are unknown, and knows that it knows nothing', () => {
    const data = priced([10, 20, 30], [1, NaN, NaN, NaN, 3, NaN], 2);
    const [known, unknown] = forecast(data, 20);
    expect(known).toBeCloseTo(2, 9);
    expect(unknown).toBeNaN();
    expect(forecast(priced([10, 10], [1, 3], 1), 99)[0]).toBe(2);
  });
});
