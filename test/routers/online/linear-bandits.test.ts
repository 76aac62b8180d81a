import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../../src/features/index.js';
import { drive, type Policy } from '../../../src/policies/index.js';
import { policyFromDocument, routers } from '../../../src/routers/index.js';
import { probabilityOfLargest } from '../../../src/routers/online/best-of-normals.js';
import { paced } from '../../../src/routers/online/budget-pacer.js';
import { CONTEXT_SIZE, contextOf } from '../../../src/routers/online/context.js';
import { freshArm } from '../../../src/routers/online/linear-arm.js';
import { type Choosing, choose } from '../../../src/routers/online/linear-choice.js';
import { expectedOf } from '../../../src/routers/online/linear-expectations.js';
import { emptyState, type LinearState, learned } from '../../../src/routers/online/linear-state.js';
import { createRng, mean, normalCdf } from '../../../src/statistics/index.js';
import { sampleOutcomes } from '../sample-outcomes.js';

const BANDITS = ['thompson', 'linucb'] as const;
const MODELS = ['lab/cheap', 'lab/dear'];

const asked = (content: string): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain: null });

const cold = (id: string, settings = {}, costWeight = 0.2, models = MODELS): Policy =>
  routers.get(id)!.cold!(models, { seed: 1, settings, costScale: 10, costWeight });

const modelOf = (policy: Policy, learned: unknown, features: Features, rng = createRng(1)) => {
  const { step } = policy.decide({ calls: [], learned }, features, rng);
  if (step.kind !== 'call') throw new Error('expected a call');
  return step.model;
};

/** Serves prompts one after another, telling the policy of the call made and of no other. */
function serve(
  policy: Policy,
  prompts: readonly Features[],
  outcome: (at: number, model: number) => { readonly score: number; readonly cost: number },
) {
  const rng = createRng('serve');
  let state = policy.initialState!();
  return prompts.map((features, at) => {
    const model = modelOf(policy, state, features, rng);
    const { score, cost } = outcome(at, model);
    state = policy.learn!(state, { features, model, score, cost });
    return { model, score, cost, state: state as LinearState };
  });
}

/** A few words or many lines of numbers, by turns at random. */
function prompts(count: number): { features: Features; hard: boolean }[] {
  const rng = createRng('prompts', count);
  return Array.from({ length: count }, () => {
    const hard = rng.next() < 0.5;
    const n = rng.below(1000);
    const text = hard
      ? `Prove:\n- ${n} = ${n + 1} - 1\n- (${n} + 3) * 4 > ${n}\nfor all of {x, y, z}, then explain each step of it`
      : `Name river ${n}`;
    return { features: asked(text), hard };
  });
}

describe('the context', () => {
  it('is short, finite and the same for the same text, whatever was asked before', () => {
    for (const text of ['', 'Name a river.', '1 2 3\n'.repeat(500), '水'.repeat(50)]) {
      const context = contextOf(asked(text));
      expect(context).toHaveLength(CONTEXT_SIZE);
      expect(context[0]).toBe(1);
      expect(context.every(Number.isFinite)).toBe(true);
      expect(contextOf(asked(text))).toEqual(context);
      expect(context.reduce((sum, value) => sum + value * value, 0)).toBeLessThan(12);
    }
  });

  it('takes no notice of the declared domain', () => {
    const messages = [{ role: 'user' as const, content: 'Name a river.' }];
    const [one, other] = ['rivers', 'law'].map((domain) => extractFeatures({ messages, domain }));
    expect(contextOf(one!)).toEqual(contextOf(other!));
  });
});

describe('choosing', () => {
  const context = Float64Array.of(1, 2);
  const state: LinearState = {
    version: 1,
    arrivals: 10,
    arms: [
      {
        ...freshArm(2, 1),
        weights: [0.4, 0.1],
        inverse: [0.04, 0, 0.01],
        at: 10,
        costs: 5,
        cost: 2,
      },
      { ...freshArm(2, 1), weights: [0.5, 0], inverse: [0.16, 0, 0.02], at: 8, costs: 5, cost: 10 },
    ],
  };
  const how: Choosing = {
    exploring: 'bound',
    exploration: 0.5,
    costWeight: 0.1,
    costScale: 10,
    discount: 0.9,
  };
  const chosen = (more: Partial<Choosing>, of = state, rng = createRng(1)) =>
    choose(of, expectedOf(of, context), context, { ...how, ...more }, rng);

  it('adds 0.5 · √(xᵀA⁻¹x / 0.9^Δt) to θᵀx and takes 0.1 of cost over its scale away', () => {
    const { deviation, model } = chosen({});
    expect(deviation[0]).toBeCloseTo(0.5 * Math.sqrt(0.08));
    expect(deviation[1]).toBeCloseTo(0.5 * Math.sqrt(0.24 / 0.81));
    const first = 0.6 - 0.02 + 0.5 * Math.sqrt(0.08);
    const second = 0.5 - 0.1 + 0.5 * Math.sqrt(0.24 / 0.81);
    expect(model).toBe(first > second ? 0 : 1);
    const even = (second - first) / 0.8 + 0.1;
    expect(chosen({ costWeight: even + 1e-6 }).model).toBe(0);
    expect(chosen({ costWeight: even - 1e-6 }).model).toBe(1);
    expect(chosen({ exploration: 0 }).model).toBe(0);
  });

  it('discounts no more than twentyfold, however long a model was not called', () => {
    const { deviation } = chosen({}, { ...state, arrivals: 100_000 });
    expect(deviation[1]).toBeCloseTo(0.5 * Math.sqrt(0.24 * 20));
  });

  it('draws by Thompson as often as the propensity says', () => {
    const draws = Array.from({ length: 4000 }, (_, seed) =>
      chosen({ exploring: 'draw' }, state, createRng(seed)),
    );
    const second = draws.filter(({ model }) => model === 1);
    const gap = 0.5 - 0.1 - (0.6 - 0.02);
    const exact = normalCdf(gap / (0.5 * Math.sqrt(0.08 + 0.24 / 0.81)));
    expect(second[0]!.probabilities()[1]).toBeCloseTo(exact, 8);
    expect(second.length / draws.length).toBeCloseTo(exact, 1);
    expect(Math.abs(second.length / draws.length - exact)).toBeLessThan(0.03);
    expect(chosen({ exploring: 'draw', exploration: 0 }).probabilities()).toEqual([1, 0]);
    expect(chosen({}).probabilities()).toEqual([1, 0]);
  });

  it('passes over what is above the ceiling, but never over the cheapest', () => {
    const over = (penalty: number) => ({ ...state, pacer: { average: 6.5, penalty } });
    const told = { exploration: 3, costWeight: 0, budget: 5 };
    expect(chosen(told, { ...state, pacer: { average: 6, penalty: 0.5 } }).model).toBe(1);
    expect(chosen(told, over(0.5)).model).toBe(0);
    expect(chosen({ ...told, exploring: 'draw' }, over(5)).probabilities()).toEqual([1, 0]);
  });

  it('knows the chances of several normals to be the largest', () => {
    const [means, deviations] = [
      [0, 0.1, -3],
      [1, 1, 1],
    ];
    const chances = means!.map((_, at) => probabilityOfLargest(means!, deviations!, at));
    expect(chances.reduce((sum, chance) => sum + chance)).toBeCloseTo(1, 6);
    expect(probabilityOfLargest([0.3, 0], [0.2, 0.1], 0)).toBeCloseTo(
      normalCdf(0.3 / Math.sqrt(0.05)),
      8,
    );
    for (const which of [0, 1]) {
      expect(probabilityOfLargest([0.1, 0], [0.01, 0.3], which)).toBeCloseTo(
        normalCdf((which === 0 ? 0.1 : -0.1) / Math.hypot(0.01, 0.3)),
        8,
      );
    }
    expect(probabilityOfLargest([0, 0, 0, 0], [2, 2, 2, 2], 3)).toBeCloseTo(0.25, 6);
  });
});

describe('learning', () => {
  const how = { discount: 0.5, ridge: 1 };
  const features = asked('Name a river.');
  const frozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null)
      Object.values(Object.freeze(value)).forEach(frozen);
    return value;
  };

  it('discounts by γ^Δt since the model was last called', () => {
    let state = emptyState(2, how);
    state = learned(state, { features, model: 0, score: 1, cost: 8 }, how);
    state = learned(state, { features, model: 1, score: 1, cost: 1 }, how);
    state = learned(state, { features, model: 0, score: 0, cost: 2 }, how);
    expect(state.arrivals).toBe(3);
    expect(state.arms.map(({ at, scores }) => [at, scores])).toEqual([
      [3, 2],
      [2, 1],
    ]);
    expect(state.arms[0]!.costs).toBeCloseTo(0.5 ** 2 * 1 + 1);
    expect(state.arms[0]!.cost).toBeCloseTo((0.5 ** 2 * 8 + 2) / (0.5 ** 2 + 1));
  });

  it.each(BANDITS)('%s leaves the state before as it was', (id) => {
    const policy = cold(id, { budget: 3, discount: 0.9 });
    const before = frozen(policy.initialState!());
    const text = JSON.stringify(before);
    const after = frozen(policy.learn!(before, { features, model: 1, score: 1, cost: 4 }));
    const later = policy.learn!(after, { features, model: 1, score: 0, cost: 4 });
    expect(JSON.stringify(before)).toBe(text);
    expect(later).not.toEqual(after);
    expect((later as LinearState).arms[0]).toBe((before as LinearState).arms[0]);
  });

  it('takes no notice of an unknown score or cost', () => {
    const outcome = { features, model: 0, score: Number.NaN, cost: Number.NaN };
    const paced = { ...how, budget: 3 };
    const before = emptyState(2, paced);
    expect(learned(before, outcome, paced)).toEqual({ ...before, arrivals: 1 });
  });

  it.each(BANDITS)('%s decides the same from a state that was written down', (id) => {
    const stream = prompts(60);
    const policy = cold(id);
    const { state } = serve(
      policy,
      stream.map((one) => one.features),
      (at, model) => ({ score: stream[at]!.hard ? model : 1 - model, cost: 1 + 9 * model }),
    ).at(-1)!;
    const copy = JSON.parse(JSON.stringify(state)) as unknown;
    for (const [seed, one] of stream.entries()) {
      const rngs = [createRng(seed), createRng(seed)];
      expect(modelOf(policy, copy, one.features, rngs[0])).toBe(
        modelOf(policy, state, one.features, rngs[1]),
      );
    }
  });

  it.each(BANDITS)('%s goes on live from the state it is handed', async (id) => {
    const policy = cold(id, { exploration: 0 }, 0);
    let state = policy.initialState!();
    for (let call = 0; call < 30; call++) {
      state = policy.learn!(state, { features, model: call % 2, score: call % 2, cost: 5 });
    }
    const ask = async (model: string) => ({ text: model, failed: false });
    const driven = await drive(policy, features, { ask }, { rng: createRng(1), learned: state });
    expect(driven.answer.model).toBe('lab/dear');
  });
});

describe('on a stream where prompts differ', () => {
  const stream = prompts(3000);
  const features = stream.map((one) => one.features);
  const noise = createRng('noise');
  const luck = stream.map(() => noise.next());
  /** The dear model is needed for hard prompts and no use for easy ones; from `swappedFrom` on the other way round. */
  const outcome = (swappedFrom: number) => (at: number, model: number) => {
    const needed = stream[at]!.hard !== at >= swappedFrom ? 1 : 0;
    return {
      score: luck[at]! < (model === needed ? 0.9 : 0.2) ? 1 : 0,
      cost: model === 1 ? 10 : 1,
    };
  };
  const scoreBetween = (served: readonly { score: number }[], from: number, to: number) =>
    mean(served.slice(from, to).map(({ score }) => score));

  /** The dear model is better at all, at hard prompts by far. */
  const better = (at: number, model: number) => ({
    score: luck[at]! < (model === 1 ? 0.9 : stream[at]!.hard ? 0.2 : 0.7) ? 1 : 0,
    cost: model === 1 ? 10 : 1,
  });

  it.each(BANDITS)('%s comes near the best choice', (id) => {
    const served = serve(cold(id, {}, 0), features, outcome(Number.POSITIVE_INFINITY));
    expect(scoreBetween(served, 500, 3000)).toBeGreaterThan(0.82);
    expect(scoreBetween(served, 1500, 3000)).toBeGreaterThan(scoreBetween(served, 0, 200));
  });

  it.each(BANDITS)('%s recovers from a change, the sooner the more it forgets', (id) => {
    const scores = (discount: number) => {
      const served = serve(cold(id, { discount }, 0), features, outcome(1500));
      return [scoreBetween(served, 1000, 1500), scoreBetween(served, 2000, 3000)] as const;
    };
    const [before, recovered] = scores(0.99);
    expect(before).toBeGreaterThan(0.75);
    expect(recovered).toBeGreaterThan(0.75);
    expect(scores(1)[1]).toBeLessThan(recovered - 0.15);
  });

  it.each(BANDITS.flatMap((id) => [2, 4, 7].map((budget) => [id, budget] as const)))(
    '%s holds a budget of %d where the better model costs more',
    (id, budget) => {
      const served = serve(cold(id, { budget }, 0), features, better);
      const spent = mean(served.slice(300).map(({ cost }) => cost));
      expect(spent).toBeGreaterThan(0.95 * budget);
      expect(spent).toBeLessThan(1.05 * budget);
      const free = serve(cold(id, {}, 0), features, better);
      expect(mean(free.slice(300).map(({ cost }) => cost))).toBeGreaterThan(8);
    },
  );

  it.each(BANDITS)('%s spends its budget where that gains most, not by the clock', (id) => {
    const served = serve(cold(id, { budget: 5.5 }, 0), features, better);
    const byTheClock = 0.5 * 0.9 + 0.5 * 0.45;
    expect(scoreBetween(served, 300, 3000)).toBeGreaterThan(byTheClock + 0.07);
  });

  it('paces as its recipe says', () => {
    const once = paced({ average: 4, penalty: 1 }, 4, 24);
    expect(once.average).toBeCloseTo(0.95 * 4 + 0.05 * 24);
    expect(once.penalty).toBeCloseTo(1 + 0.05 * (5 / 4 - 1));
    expect(paced({ average: 4, penalty: 0 }, 4, 0).penalty).toBe(0);
    expect(paced({ average: 400, penalty: 4.9 }, 4, 400).penalty).toBe(5);
  });
});

describe('a fitted policy', () => {
  const fit = sampleOutcomes(400, 21).data;
  const tune = sampleOutcomes(200, 22).data;
  const seen = sampleOutcomes(100, 23).features;
  const fitted = (id: string, settings = {}) => {
    const found = routers.get(id)!.fit(fit, tune, { seed: 3, dials: 9, settings });
    if ('leftOut' in found) throw new Error(found.leftOut);
    return found;
  };

  it.each(BANDITS)('%s explores no more unless told to', (id) => {
    for (const policy of fitted(id)) {
      for (const features of seen.slice(0, 20)) {
        const models = [1, 2, 3].map((seed) => modelOf(policy, null, features, createRng(seed)));
        expect(new Set(models).size).toBe(1);
        const { propensity } = policy.decide({ calls: [], learned: null }, features, createRng(1));
        expect(propensity).toBe(1);
      }
    }
    const told = fitted('thompson', { serving_exploration: 3 })[4]!;
    const models = Array.from({ length: 40 }, (_, seed) =>
      modelOf(told, null, seen[0]!, createRng(seed)),
    );
    expect(new Set(models).size).toBeGreaterThan(1);
  });

  it.each(BANDITS)(
    '%s moves from the cheapest model to the dearest it needs along its dial',
    (id) => {
      const policies = fitted(id);
      const share = (policy: Policy, model: number) =>
        mean(seen.map((features) => (modelOf(policy, null, features) === model ? 1 : 0)));
      expect(share(policies[0]!, 0)).toBe(1);
      expect(share(policies.at(-1)!, 2)).toBeGreaterThan(0.3);
    },
  );

  it.each(BANDITS)('%s forecasts quality and cost near what comes out', (id) => {
    const [policy] = fitted(id);
    const { data } = sampleOutcomes(300, 24);
    for (const model of [0, 1, 2]) {
      const forecasts = data.features.map((features) => policy!.forecast!(features));
      const column = (values: Float64Array) => mean(values.filter((_, cell) => cell % 3 === model));
      const expected = mean(forecasts.map(({ quality }) => quality[model]!));
      expect(Math.abs(expected - column(data.score))).toBeLessThan(0.15);
      expect(forecasts[0]!.cost[model]! / column(data.cost)).toBeCloseTo(1, 0);
      for (const { quality } of forecasts) {
        expect(quality[model]! >= 0 && quality[model]! <= 1).toBe(true);
      }
    }
  });

  it.each(BANDITS)('%s learns only of the call made: others may be unknown', (id) => {
    const told: number[] = [];
    const spied = {
      ...fit,
      score: new Proxy(fit.score, {
        get: (of, key) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) told.push(Number(key));
          return Reflect.get(of, key);
        },
      }),
    };
    routers.get(id)!.fit(spied, tune, { seed: 3, dials: 3, settings: {} });
    const rows = told.map((cell) => Math.floor(cell / 3));
    expect(rows).toHaveLength(400);
    expect(new Set(rows).size).toBe(400);
  });

  it.each<[string, (parameters: Record<string, unknown>) => Record<string, unknown>, string]>([
    ['thompson', (p) => ({ ...p, discount: 0 }), '`parameters.discount`'],
    ['linucb', (p) => ({ ...p, cost_scale: 0 }), '`parameters.cost_scale`'],
    [
      'linucb',
      (p) => ({ ...p, state: { ...(p.state as object), arms: [] } }),
      '`parameters.state.arms`: expected one for each of 3 models, got 0',
    ],
    [
      'thompson',
      (p) => {
        const state = p.state as { arms: object[] };
        return {
          ...p,
          state: { ...state, arms: state.arms.map((arm) => ({ ...arm, weights: 'AAAAAA==' })) },
        };
      },
      '`parameters.state.arms[0].weights`: expected 32 packed numbers, got 1',
    ],
  ])('%s refuses a document that does not fit together', (id, broken, message) => {
    const document = fitted(id)[1]!.toDocument();
    expect(() =>
      policyFromDocument({ ...document, parameters: broken(document.parameters) }),
    ).toThrow(message);
  });
});
