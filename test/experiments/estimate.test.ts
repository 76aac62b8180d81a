import { describe, expect, test } from 'vitest';
import type { ModelPricing } from '../../src/costs/index.js';
import { estimate, type ForeseenCall } from '../../src/experiments/index.js';

const pricing: ModelPricing = {
  model: 'maker/one',
  source: 'experiment',
  asOf: '2026-01-01',
  rates: { input: 1_000_000_000, cachedInput: null, cacheWrite: null, output: 4_000_000_000 },
  longContext: [],
  perRequest: 0,
  batchMultiplier: 0.25,
};

const call = (changes: Partial<ForeseenCall> = {}): ForeseenCall => ({
  model: 'maker/one',
  purpose: 'candidate',
  pricing,
  supportsBatch: true,
  inputTokens: 100,
  worstInputTokens: 120,
  maxTokens: 50,
  expectedOutput: 20,
  ...changes,
});

describe('estimate in batches', () => {
  test('prices answers at the price of a batch and verdicts live', () => {
    const live = { low: 104_000, expected: 180_000, worst: 320_000 };
    const answers = estimate([call(), call()]);
    expect(answers).toMatchObject({ low: 208_000, expected: 360_000, worst: 640_000 });
    expect(answers.batch).toEqual({ low: 52_000, expected: 90_000, worst: 160_000 });
    const judged = estimate([call(), call({ purpose: 'judge', supportsBatch: false })]);
    expect(judged.byPurpose.get('judge')).toMatchObject(live);
    expect(judged.batch).toEqual({
      low: 26_000 + live.low,
      expected: 45_000 + live.expected,
      worst: 80_000 + live.worst,
    });
  });

  test.each([
    ['a model has no batch API', [call(), call({ supportsBatch: false })]],
    ['a model has no batch price', [call({ pricing: { ...pricing, batchMultiplier: null } })]],
    ['a model is recorded', [call({ pricing: null })]],
    ['nothing is asked', []],
    ['only verdicts are', [call({ purpose: 'judge' })]],
  ])('is unknown where %s', (_, calls) => {
    expect(estimate(calls).batch).toBeNull();
  });
});
