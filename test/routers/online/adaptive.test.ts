import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../src/features/index.js';
import { drive, type Policy } from '../../../src/policies/index.js';
import { type AdaptiveState, policyFromDocument } from '../../../src/routers/index.js';
import { createRng } from '../../../src/statistics/index.js';

const features = extractFeatures({
  messages: [{ role: 'user', content: 'Name a river.' }],
  domain: null,
});
const seen = (scores: number, quality: number, cost: number) => ({
  scores,
  quality,
  costs: scores,
  cost,
});

/** Two models: the dear one is right 0.9 of the time at cost 10, the cheap one 0.6 at cost 2. */
const state: AdaptiveState = {
  version: 1,
  overall: [seen(1000, 0.6, 2), seen(1000, 0.9, 10)],
  kinds: [],
};

const policy = (parameters: Record<string, unknown> = {}): Policy =>
  policyFromDocument({
    router: 'adaptive',
    dial: '1',
    models: ['lab/cheap', 'lab/dear'],
    parameters: { quality_weight: 0.5, cost_weight: 0.5, exploration: 0, state, ...parameters },
  });

const decide = (of: Policy, learned: unknown = null, seed = 1) =>
  of.decide({ calls: [], learned }, features, createRng(seed));

describe('an adaptive policy', () => {
  it('weighs quality against cost: 0.3 more quality against 0.8 more of the dearest cost', () => {
    const at = (cost_weight: number) =>
      decide(policy({ cost_weight, quality_weight: 1 - cost_weight })).step;
    expect(at(0)).toEqual({ kind: 'call', model: 1 });
    expect(at(0.25)).toEqual({ kind: 'call', model: 1 });
    expect(at(0.29)).toEqual({ kind: 'call', model: 0 });
    expect(at(1)).toEqual({ kind: 'call', model: 0 });
  });

  it('expects of a kind its own cost once it has been seen often', () => {
    const even = policy({ quality_weight: 0.5, cost_weight: 0.5 });
    let learned = even.initialState!();
    for (let count = 0; count < 90; count++) {
      learned = even.learn!(learned, { features, model: 0, score: 0.6, cost: 20 });
      learned = even.learn!(learned, { features, model: 1, score: 0.9, cost: 1 });
    }
    expect(decide(even).step).toEqual({ kind: 'call', model: 0 });
    const { step, reasons } = decide(even, learned);
    expect(step).toEqual({ kind: 'call', model: 1 });
    const dearest = (1000 * 10 + 90) / 1090;
    const share = (90 * 1 + 10 * dearest) / 100 / dearest;
    expect(reasons[1]).toContain(`${(100 * share).toFixed(1)} % of the dearest model's cost`);
  });

  it('takes the cheaper of equals', () => {
    const tied = { ...state, overall: [seen(5, 0.7, 3), seen(5, 0.7, 2)] };
    expect(decide(policy({ quality_weight: 1, cost_weight: 0, state: tied })).step).toEqual({
      kind: 'call',
      model: 1,
    });
  });

  it('learns from feedback by kind of prompt, and leaves the state before as it was', () => {
    const one = policy({ quality_weight: 1, cost_weight: 0 });
    const before = JSON.stringify(one.initialState!());
    let learned = one.initialState!();
    for (let count = 0; count < 60; count++) {
      learned = one.learn!(learned, { features, model: 1, score: 0, cost: 10 });
      learned = one.learn!(learned, { features, model: 0, score: 1, cost: 2 });
    }
    expect(decide(one, learned).step).toEqual({ kind: 'call', model: 0 });
    expect(JSON.stringify(one.initialState!())).toBe(before);
    const elsewhere = extractFeatures({
      messages: [{ role: 'user', content: 'Translate "river" into French.' }],
      domain: null,
    });
    const { step } = one.decide({ calls: [], learned }, elsewhere, createRng(1));
    expect(step).toEqual({ kind: 'call', model: 1 });
    const { overall, kinds } = learned as AdaptiveState;
    expect(overall[0]!.quality).toBeCloseTo((600 + 60) / 1060);
    expect(kinds).toHaveLength(1);
    expect(kinds[0]!.models[0]).toEqual({ scores: 60, quality: 1, costs: 60, cost: 2 });
  });

  it('takes no notice of an unknown score or cost', () => {
    const one = policy();
    const learned = one.learn!(state, { features, model: 0, score: Number.NaN, cost: Number.NaN });
    expect((learned as AdaptiveState).overall).toEqual(state.overall);
  });

  it('explores as often as told, with the propensity that this gives', () => {
    const exploring = policy({ exploration: 0.4, quality_weight: 1, cost_weight: 0 });
    const draws = Array.from({ length: 2000 }, (_, seed) => decide(exploring, null, seed));
    const other = draws.filter(({ step }) => step.kind === 'call' && step.model === 0);
    expect(other.length / draws.length).toBeCloseTo(0.2, 1);
    expect(new Set(other.map(({ propensity }) => propensity))).toEqual(new Set([0.2]));
  });

  it('goes on live from the state it is handed', async () => {
    const one = policy({ quality_weight: 1, cost_weight: 0 });
    const learned = { ...state, overall: [seen(9, 1, 1), seen(9, 0, 9)] };
    const ask = async (model: string) => ({ text: model, failed: false });
    const fresh = await drive(one, features, { ask }, { rng: createRng(1) });
    const later = await drive(one, features, { ask }, { rng: createRng(1), learned });
    expect([fresh.answer.model, later.answer.model]).toEqual(['lab/dear', 'lab/cheap']);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ state: { ...state, overall: [] } }, 'expected 2 estimates for "overall", got 0'],
    [{ quality_weight: 0, cost_weight: 0 }, '`parameters.quality_weight`'],
    [{ state: { ...state, version: 2 } }, '`parameters.state.version`'],
  ])('refuses %j', (parameters, message) => {
    expect(() => policy(parameters)).toThrow(message);
  });
});
