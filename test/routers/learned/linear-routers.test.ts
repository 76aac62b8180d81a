import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../src/features/index.js';
import { policyFromDocument, type RouterData, routers } from '../../../src/routers/index.js';
import { logisticMethod } from '../../../src/routers/learned/logistic.js';
import { ridgeMethod } from '../../../src/routers/learned/ridge.js';
import { createRng, mean } from '../../../src/statistics/index.js';
import { MODELS, sampleOutcomes, shuffleFeatures } from '../sample-outcomes.js';

const fit = sampleOutcomes(300, 11);
const seen = sampleOutcomes(200, 12);

const columnMean = ({ score }: RouterData, model: number): number =>
  mean([...score].filter((value, cell) => cell % MODELS.length === model && !Number.isNaN(value)));

describe.each([ridgeMethod, logisticMethod])('$id', (method) => {
  const learn = (data: RouterData, settings = {}) => {
    const learned = method.learn(data, { seed: 1, settings });
    if ('leftOut' in learned) throw new Error(learned.leftOut);
    return learned;
  };
  const predict = (data: RouterData, settings = {}) =>
    method.load(learn(data, settings), data.models.length);

  it('tells what is easy for a small model from what is hard', () => {
    const predictor = predict(fit.data);
    const small = seen.features.map((features) => predictor.forecast(features).quality[0]!);
    const hard = seen.features.map(({ text }) => text.startsWith('Suppose'));
    expect(mean(small.filter((_, at) => hard[at]))).toBeLessThan(0.3);
    expect(mean(small.filter((_, at) => !hard[at]))).toBeGreaterThan(0.8);
  });

  it('forecasts the means where features tell nothing', () => {
    const predictor = predict(shuffleFeatures(fit.data, 5));
    for (const features of seen.features.slice(0, 50)) {
      predictor.forecast(features).quality.forEach((quality, model) => {
        expect(Math.abs(quality - columnMean(fit.data, model))).toBeLessThan(0.15);
      });
    }
    const heavy = predict(fit.data, { penalty: 1e9 });
    expect(learn(fit.data, { penalty: 1e9 }).penalty).toBe(1e9);
    heavy.forecast(seen.features[0]!).quality.forEach((quality, model) => {
      expect(quality).toBeCloseTo(columnMean(fit.data, model), 2);
    });
  });

  it('takes cells never measured, a model that is never right and one that always is', () => {
    const score = fit.data.score.map((value, cell) =>
      cell % 3 === 0 ? (cell % 2 === 0 ? Number.NaN : value) : cell % 3 === 1 ? 0 : 1,
    );
    const predictor = predict({ ...fit.data, score });
    const none = extractFeatures({ messages: [], domain: null });
    for (const features of [none, ...seen.features]) {
      const [, never, always] = predictor.forecast(features).quality;
      expect(never).toBeLessThan(0.01);
      expect(always).toBeGreaterThan(0.99);
      for (const quality of predictor.forecast(features).quality) {
        expect(quality >= 0 && quality <= 1).toBe(true);
      }
    }
  });

  it('learns from a prompt or two', () => {
    for (const prompts of [1, 2]) {
      const { quality } = predict(sampleOutcomes(prompts, 1).data).forecast(seen.features[0]!);
      expect([...quality].every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('decides the same once written down and read back', () => {
    const options = { seed: 1, dials: 5, settings: {} };
    const policies = routers.get(method.id)!.fit(fit.data, seen.data, options);
    if ('leftOut' in policies) throw new Error(policies.leftOut);
    expect(policies.length).toBeGreaterThan(2);
    for (const policy of policies) {
      const copy = policyFromDocument(JSON.parse(JSON.stringify(policy.toDocument())));
      for (const features of seen.features) {
        const state = { calls: [], learned: null };
        const rng = createRng(1);
        expect(copy.forecast!(features)).toEqual(policy.forecast!(features));
        expect(copy.decide(state, features, rng).step).toEqual(
          policy.decide(state, features, rng).step,
        );
      }
    }
  });

  it('says in one line what is wrong with a document or a setting', () => {
    const document = learn(fit.data);
    expect(() => method.load(document, 2)).toThrow(/`weights`: expected \d+ numbers, .* got \d+$/);
    expect(() => method.load({ ...document, cost: [] }, 3)).toThrow(
      '`cost`: expected 3 entries, one a model, got 0',
    );
    const columns = { ...document.columns, idf: '' };
    expect(() => method.load({ ...document, columns }, 3)).toThrow('one a bucket, got 0');
    const nothing = Buffer.from(document.weights, 'base64').fill(0xff).toString('base64');
    expect(() => method.load({ ...document, weights: nothing }, 3)).toThrow(
      '`weights[0]`: expected a finite number, got NaN',
    );
    const options = { seed: 1, dials: 5, settings: { penalty: -1 } };
    expect(() => routers.get(method.id)!.fit(fit.data, seen.data, options)).toThrow('penalty');
  });
});
