import { describe, expect, it } from 'vitest';
import {
  blendedPrice,
  createCatalogue,
  type ExperimentPrice,
  fromUsd,
  type ModelPricing,
  pricingFromExperiment,
  tierOf,
  tiersOf,
} from '../../src/costs/index.js';
import { UserError } from '../../src/user-error.js';

describe('a price from an experiment file', () => {
  it('is dollars per million tokens', () => {
    expect(
      pricingFromExperiment(
        'local/llama',
        {
          input: 0.15,
          output: 0.6,
          cached_input: 0.075,
          cache_write: 0.2,
          per_request: 0.001,
          batch_multiplier: 0.5,
        },
        '2026-11-23',
      ),
    ).toEqual({
      model: 'local/llama',
      source: 'experiment',
      asOf: '2026-11-23',
      rates: {
        input: 150_000_000,
        cachedInput: 75_000_000,
        cacheWrite: 200_000_000,
        output: 600_000_000,
      },
      longContext: [],
      perRequest: 1_000_000,
      batchMultiplier: 0.5,
    });
  });

  it('may be zero if it says so; what is left out is null, or no charge', () => {
    expect(
      pricingFromExperiment('local/llama', { input: 0, output: 0 }, '2026-11-23'),
    ).toMatchObject({
      rates: { input: 0, cachedInput: null, cacheWrite: null, output: 0 },
      perRequest: 0,
      batchMultiplier: null,
    });
  });

  it.each<[string, RegExp]>([
    ['{"input": 1}', /price\.output of model "local\/llama" is missing.*0 if it is free/],
    ['{"output": 1}', /price\.input of model "local\/llama" is missing/],
    ['{"input": null, "output": 1}', /price\.input .* is missing/],
    ['{"input": -1, "output": 1}', /price\.input of model "local\/llama" is -1/],
    ['{"input": "1", "output": 1}', /price\.input of model "local\/llama" is "1"/],
    ['{"input": 1e12, "output": 1}', /price\.input .* is 1000000000000/],
    ['{"input": 1, "output": 1, "cached_input": -2}', /price\.cached_input .* is -2/],
    ['{"input": 1, "output": 1, "batch_multiplier": 50}', /price\.batch_multiplier .* is 50/],
    ['{"input": 1, "output": 1, "cached": 1}', /price\.cached .* is not known/],
  ])('refuses %s in one line', (text, message) => {
    const price: ExperimentPrice = JSON.parse(text);
    const read = (): ModelPricing => pricingFromExperiment('local/llama', price, '2026-11-23');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});

describe('model tiers', () => {
  const priced = (input: number, output: number): ModelPricing =>
    pricingFromExperiment('a/b', { input, output }, '2026-11-23');

  it('blend three input tokens with one output token', () => {
    expect(blendedPrice(priced(0.15, 0.6))).toBe(fromUsd(0.2625));
  });

  it('divide at $2 and $10', () => {
    expect([priced(1.999, 2), priced(2, 2), priced(9.999, 10), priced(10, 10)].map(tierOf)).toEqual(
      ['economy', 'standard', 'standard', 'premium'],
    );
  });

  it('put the known models where one expects them', async () => {
    const catalogue = await createCatalogue({ asOf: '2026-11-23' });
    const tier = (model: string) => tierOf(catalogue.find(model)!);
    expect(
      ['gpt-4o-mini', 'gpt-3.5-turbo', 'gemini-1.5-flash', 'claude-3-5-haiku'].map(tier),
    ).toEqual(['economy', 'economy', 'economy', 'economy']);
    expect(['gpt-4o', 'claude-3-5-sonnet', 'gemini-1.5-pro'].map(tier)).toEqual([
      'standard',
      'standard',
      'standard',
    ]);
    expect(['gpt-4-turbo', 'claude-3-opus', 'o1'].map(tier)).toEqual([
      'premium',
      'premium',
      'premium',
    ]);
  });

  it('rank models against each other', () => {
    const [low, mid, high] = [priced(0.1, 0.1), priced(0.2, 0.2), priced(0.3, 0.3)];
    expect(tiersOf([high, low, mid])).toEqual(['premium', 'economy', 'standard']);
    expect(tiersOf([low, high])).toEqual(['economy', 'premium']);
    expect(tiersOf([low, low, high])).toEqual(['economy', 'economy', 'premium']);
    expect(tiersOf([low, low])).toEqual(['economy', 'economy']);
    expect(tiersOf([])).toEqual([]);
  });
});
