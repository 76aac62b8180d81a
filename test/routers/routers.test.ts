import { describe, expect, it } from 'vitest';
import { extractFeatures } from '../../src/features/index.js';
import { type Policy, replay } from '../../src/policies/index.js';
import { type RouterData, routerIds, routers } from '../../src/routers/index.js';
import { createRng, mean } from '../../src/statistics/index.js';
import { allRows, type Sample, sampleOutcomes, shuffleFeatures } from './sample-outcomes.js';

const fit = sampleOutcomes(300, 11);
const tune = sampleOutcomes(150, 12);
const test = sampleOutcomes(300, 13);

const fitRouter = (
  id: string,
  on: RouterData,
  chooseOn: RouterData,
  settings: Record<string, unknown> = {},
) => routers.get(id)!.fit(on, chooseOn, { seed: 5, dials: 9, settings });

const policies = (...args: Parameters<typeof fitRouter>): readonly Policy[] => {
  const result = fitRouter(...args);
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};

const land = (policy: Policy, { matrix, features }: Pick<Sample, 'matrix' | 'features'>) => {
  const data = { matrix, features, rows: allRows(features.length) };
  const { quality, cost } = replay(policy, data, createRng(1));
  return { quality: mean(quality), cost: mean(cost) };
};

/** Mean quality a router reaches above the mixture of always-policies at the same cost. */
function gainOverMixture(landings: readonly { quality: number; cost: number }[]): number {
  const ends = policies('mixture', fit.data, tune.data)
    .map((policy) => land(policy, test))
    .sort((a, b) => a.cost - b.cost);
  const at = (cost: number): number => {
    const right = ends.findIndex((end) => end.cost >= cost);
    if (right <= 0) return ends.at(right)!.quality;
    const [a, b] = [ends[right - 1]!, ends[right]!];
    return a.quality + ((cost - a.cost) / (b.cost - a.cost)) * (b.quality - a.quality);
  };
  return mean(landings.map(({ quality, cost }) => quality - at(cost)));
}

/** Every router that looks at the prompt; the domains of the sample say nothing of the outcomes. */
const FROZEN = routerIds.filter((id) => !['always', 'random', 'mixture'].includes(id));
const LEARNERS = FROZEN.filter((id) => !id.startsWith('per-domain'));

describe('on data where routing pays', () => {
  it.each(LEARNERS)('%s beats the random mixture, from the cheapest model upwards', (id) => {
    const landings = policies(id, fit.data, tune.data).map((policy) => land(policy, test));
    expect(gainOverMixture(landings)).toBeGreaterThan(0.02);
    expect(landings[0]!.cost).toBeLessThan(landings.at(-1)!.cost);
    // Cascade routing may save by going straight to a dear model that it would else have come to.
    const slack = id === 'cascade-routing' ? 0.002 : 0.001;
    for (const [at, { cost }] of landings.slice(1).entries()) {
      expect(cost).toBeGreaterThan(landings[at]!.cost - slack);
    }
  });
});

describe('null control', () => {
  it.each(FROZEN)('%s gains nothing from features that belong to other prompts', (id) => {
    const features = shuffleFeatures(test.data, 3).features;
    const shuffled = { features, matrix: withoutHints(test) };
    const landings = policies(
      id,
      { ...shuffleFeatures(fit.data, 1), text: withoutHints(fit).text },
      { ...shuffleFeatures(tune.data, 2), text: withoutHints(tune).text },
    ).map((policy) => land(policy, shuffled));
    expect(gainOverMixture(landings)).toBeLessThan(0.02);
  });

  const withoutHints = ({ matrix }: Sample) => ({ ...matrix, text: matrix.text.map(() => 'So.') });
});

describe('swap test', () => {
  it.each(routerIds)('%s decides the same whatever the scores of the prompts it serves', (id) => {
    const swapped = { ...test.matrix, score: test.matrix.score.map((score) => 1 - score) };
    for (const policy of policies(id, fit.data, tune.data)) {
      const data = { features: test.features, rows: allRows(test.features.length) };
      const before = replay(policy, { ...data, matrix: test.matrix }, createRng(1));
      const after = replay(policy, { ...data, matrix: swapped }, createRng(1));
      expect(after.answeredBy).toEqual(before.answeredBy);
      expect(after.cost).toEqual(before.cost);
    }
  });
});

describe('fitting', () => {
  it.each(routerIds)('%s gives the same policies for the same seed', (id) => {
    const documents = () => policies(id, fit.data, tune.data).map((policy) => policy.toDocument());
    expect(documents()).toEqual(documents());
  });

  const few = (scores: readonly number[][], costs: readonly number[]): RouterData => ({
    models: costs.map((_, model) => `lab/${'abc'[model]}`),
    features: scores.map((_, row) =>
      extractFeatures({ messages: [{ role: 'user', content: `p ${row}` }], domain: 'd' }),
    ),
    score: Float64Array.from(scores.flat()),
    cost: Float64Array.from(scores.flatMap(() => costs)),
    text: scores.flatMap((row) => row.map(String)),
    failed: new Uint8Array(scores.flat().length),
    groups: Int32Array.from(scores, (_, row) => row),
  });

  const odd: Record<string, RouterData> = {
    'all tied': few(Array(9).fill([1, 1, 1]), [1, 1, 1]),
    'one dominant model': few(Array(9).fill([1, 0.5, 0.2]), [1, 2, 3]),
    'a model never right': few(Array(9).fill([0, 0.5, 1]), [1, 2, 3]),
    'no costs': few(Array(9).fill([0, 1, 1]), [Number.NaN, Number.NaN, Number.NaN]),
    'free models': few(Array(9).fill([0, 0.5, 1]), [0, 0, 0]),
    'one model': few(Array(9).fill([1]), [1]),
    'one prompt': few([[0, 0, 1]], [1, 2, 3]),
    'no prompts': few([], [1, 2, 3]),
    'scores missing': few(Array(9).fill([Number.NaN, Number.NaN, Number.NaN]), [1, 2, 3]),
    'no texts': { ...few(Array(9).fill([0, 0.5, 1]), [1, 2, 3]), text: Array(27).fill(null) },
  };

  it.each(Object.keys(odd).flatMap((name) => routerIds.map((id) => [id, name] as const)))(
    '%s copes with: %s',
    (id, name) => {
      const data = odd[name]!;
      const result = fitRouter(id, data, data);
      if ('leftOut' in result) {
        expect(result.leftOut).toMatch(/^[^.\n]{10,120}$/);
        return;
      }
      for (const policy of result) {
        const document = policy.toDocument();
        expect(JSON.parse(JSON.stringify(document))).toEqual(document);
        const features = extractFeatures({ messages: [], domain: 'd' });
        const learned = policy.initialState?.() ?? null;
        const { step } = policy.decide({ calls: [], learned }, features, createRng(1));
        expect(step.kind).toBe('call');
      }
    },
  );

  it('names why a cascade is left out', () => {
    const leftOut = (name: string) => fitRouter('cascade', odd[name]!, odd[name]!);
    expect(leftOut('no texts')).toEqual({
      leftOut: 'a verifier reads answers, and the texts of 0 % are stored',
    });
    expect(leftOut('one dominant model')).toEqual({
      leftOut: 'one model, lab/a, is at least as good and as cheap as any other',
    });
  });

  it.each([
    ['cascade', { max_models: 1 }, 'Router "cascade": `settings.max_models`'],
    ['cascade', { models: ['lab/small', 'lab/nope'] }, 'there is no model "lab/nope"'],
    ['adaptive', { explore: 1 }, 'Router "adaptive": `settings`: Unrecognized key'],
    ['rules', { rules: [] }, '`settings.rules`'],
    ['rules', { rules: [{ name: 'r', use: { model: 'x' } }] }, 'there is no model "x"'],
    [
      'rules',
      { rules: [{ name: 'r', when: { regex: '(a+)+' }, use: { tier: 'premium' } }] },
      '`settings.rules[0].when.regex`',
    ],
  ])('%s refuses settings %j', (id, settings, message) => {
    expect(() => fitRouter(id, fit.data, tune.data, settings)).toThrow(message);
  });
});
