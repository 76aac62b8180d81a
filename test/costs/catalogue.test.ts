import { findProvider } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { createCatalogue, type ModelPricing } from '../../src/costs/index.js';

const catalogue = await createCatalogue({ asOf: '2026-11-23' });

const rates = (
  input: number,
  output: number,
  cachedInput: number | null,
  cacheWrite: number | null,
) => ({
  input: Math.round(input * 1e9),
  output: Math.round(output * 1e9),
  cachedInput: cachedInput === null ? null : Math.round(cachedInput * 1e9),
  cacheWrite: cacheWrite === null ? null : Math.round(cacheWrite * 1e9),
});

describe('the catalogue finds', () => {
  it.each([
    ['openai/gpt-4o', rates(2.5, 10, 1.25, null)],
    ['openai/gpt-4o-mini', rates(0.15, 0.6, 0.075, null)],
    ['openai/gpt-4-turbo', rates(10, 30, null, null)],
    ['openai/gpt-3.5-turbo', rates(0.5, 1.5, null, null)],
    ['openai/o1', rates(15, 60, 7.5, null)],
    ['openai/o1-mini', rates(1.1, 4.4, 0.55, null)],
    ['openai/o3-mini', rates(1.1, 4.4, 0.55, null)],
    ['anthropic/claude-3-opus-20240229', rates(15, 75, 1.5, 18.75)],
    ['anthropic/claude-3-5-sonnet-20241022', rates(3, 15, 0.3, 3.75)],
    ['anthropic/claude-3-5-haiku-20241022', rates(0.8, 4, 0.08, 1)],
    ['anthropic/claude-3-haiku-20240307', rates(0.25, 1.25, 0.03, 0.3)],
    ['anthropic/claude-sonnet-4', rates(3, 15, 0.3, 3.75)],
    ['google/gemini-1.5-pro', rates(1.25, 5, null, null)],
    ['google/gemini-1.5-flash', rates(0.075, 0.3, 0.01875, null)],
    ['google/gemini-1.5-flash-8b', rates(0.0375, 0.15, 0.01, null)],
    ['anthropic/claude-instant-1.2', rates(0.8, 2.4, null, null)],
  ])('%s, with and without its provider', (model, expected) => {
    const found = catalogue.find(model);
    expect(found).toMatchObject({ model, source: 'catalogue', asOf: '2026-11-23' });
    expect(found!.rates).toEqual(expected);
    expect(found!.batchMultiplier).toBe(0.5);
    expect(found!.reference).toBeTruthy();
    expect(catalogue.find(model.slice(model.indexOf('/') + 1))!.rates).toEqual(expected);
  });

  it('long-context tiers', () => {
    expect(catalogue.find('google/gemini-1.5-pro')!.longContext).toEqual([
      { above: 128_000, rates: rates(2.5, 10, null, null) },
    ]);
    expect(catalogue.find('anthropic/claude-sonnet-4-5')!.longContext).toEqual([
      { above: 200_000, rates: rates(6, 22.5, 0.6, 7.5) },
    ]);
    expect(catalogue.find('google/gemini-1.5-flash-8b')!.longContext).toEqual([
      { above: 128_000, rates: rates(0.075, 0.3, 0.02, null) },
    ]);
  });

  it('the price that held at the date', async () => {
    const before = await createCatalogue({ asOf: '2025-06-09' });
    const after = await createCatalogue({ asOf: '2025-06-10' });
    expect(before.find('openai/o3')!.rates).toMatchObject({ input: 10e9, output: 40e9 });
    expect(after.find('openai/o3')!.rates).toMatchObject({ input: 2e9, output: 8e9 });
    const early = await createCatalogue({ asOf: '2023-01-01' });
    expect(early.find('anthropic/claude-instant-1.2')).toBeNull();
  });

  it('the dearest price of a day, as a cap must hold at any hour', () => {
    expect(catalogue.find('deepseek/deepseek-chat')!.rates).toEqual(rates(0.27, 1.1, 0.07, null));
    expect(catalogue.find('deepseek/deepseek-v4-pro')!.rates.output).toBe(3.96e9);
  });

  it('a charge per request, and an embedding that has no output', () => {
    expect(catalogue.find('perplexity/sonar')!.perRequest).toBe(12_000_000);
    expect(catalogue.find('perplexity/sonar')!.batchMultiplier).toBeNull();
    expect(catalogue.find('openai/text-embedding-3-small')!.rates).toEqual(
      rates(0.02, 0, null, null),
    );
  });

  it('providers by the names people use, and those that serve others’ models', () => {
    expect(catalogue.find('gemini/gemini-1.5-pro')!.model).toBe('gemini/gemini-1.5-pro');
    expect(catalogue.find('openrouter/openai/gpt-4o')!.rates.input).toBe(2.5e9);
    expect(catalogue.find('azure/gpt-4o-mini')!.batchMultiplier).toBeNull();
  });
});

describe('the catalogue does not guess', () => {
  it.each([
    'openai/gpt-nonsense',
    'nonsense',
    '',
    '/',
    'openai/',
    'simulated/small',
    'local/gpt-4o',
    'my-openai-proxy/gpt-4o',
    'constructor/gpt-4o',
    'openai/whisper-1',
    'openrouter/qwen3-8b:free',
  ])('%j has no price', (model) => {
    expect(catalogue.find(model)).toBeNull();
  });

  it('a model behind another address has no price of its provider', async () => {
    const local = 'http://127.0.0.1:8000/v1';
    expect(catalogue.find('openai/gpt-4o', local)).toBeNull();
    expect(catalogue.find('google/gemini-1.5-flash-8b', local)).toBeNull();
    expect(catalogue.find('openai/gpt-4o', null)).not.toBeNull();
    const given = await createCatalogue({
      asOf: '2026-11-23',
      overlay: { 'openai/gpt-4o': { input: 0, output: 0 } },
    });
    expect(given.find('openai/gpt-4o', local)).toMatchObject({
      source: 'experiment',
      rates: { input: 0, output: 0 },
    });
    expect(given.find('openai/gpt-4o')).toMatchObject({ source: 'experiment' });
    expect(given.find('openai/gpt-4o-mini', local)).toBeNull();
  });

  it.each(['2026', '2026-13-01', 'today', '23.11.2026'])('refuses the date %j', async (asOf) => {
    await expect(createCatalogue({ asOf })).rejects.toThrow(`got ${asOf}`);
  });
});

describe('suggestions', () => {
  it.each([
    ['openai/gpt4o-mini', 'openai/gpt-4o-mini'],
    ['opnai/gpt-4o', 'openai/gpt-4o'],
    ['gpt-4o-mni', 'openai/gpt-4o-mini'],
    ['anthropic/claude-3-5-haiku-lastest', 'anthropic/claude-3-5-haiku-latest'],
  ])('for %j begin with %j', (wrong, right) => {
    const suggestions = catalogue.suggest(wrong);
    expect(suggestions[0]).toBe(right);
    expect(suggestions.length).toBeLessThanOrEqual(3);
    for (const suggestion of suggestions) expect(catalogue.find(suggestion)).not.toBeNull();
  });

  it('are empty where nothing is near', () => {
    expect(catalogue.suggest('simulated/small')).toEqual([]);
  });
});

describe('every entry of genai-prices', () => {
  const providers = ['openai', 'anthropic', 'google', 'mistral', 'openrouter', 'aws', 'deepseek'];
  it.each(providers)('of %s is a sound price or none', (provider) => {
    const sound = (amount: number | null): boolean =>
      amount === null || (Number.isSafeInteger(amount) && amount >= 0);
    const found = findProvider({ providerId: provider })!
      .models.map((model) => catalogue.find(`${provider}/${model.id}`))
      .filter((pricing): pricing is ModelPricing => pricing !== null);
    expect(found.length).toBeGreaterThan(4);
    for (const pricing of found) {
      const all = [pricing.rates, ...pricing.longContext.map((tier) => tier.rates)];
      expect(all.flatMap((each) => Object.values(each)).every(sound)).toBe(true);
      const thresholds = pricing.longContext.map((tier) => tier.above);
      expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
    }
  });
});
