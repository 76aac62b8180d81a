import { describe, expect, it } from 'vitest';
import { findCommonPrompts } from '../../src/evaluation/common-prompts.js';
import { prequentialRegret } from '../../src/evaluation/prequential.js';
import { extractFeatures } from '../../src/features/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import type { Policy } from '../../src/policies/index.js';
import { type Router, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { prompt } from './example-run.js';

type Asked = Parameters<NonNullable<Router['cold']>>[1];

/** Scores by prompt and model, and a cost by model. */
function matrixOf(scores: readonly (readonly number[])[], costs: readonly number[]): OutcomeMatrix {
  const score = Float64Array.from(scores.flat());
  return {
    prompts: scores.map((_, i) => prompt(`p${i}`, `Name river ${i}`)),
    models: costs.map((_, m) => `lab/${'abc'[m]}`),
    trials: 1,
    state: new Uint8Array(score.length).fill(CELL.scored),
    score,
    cost: Float64Array.from(scores.flatMap(() => costs)),
    latency: new Float64Array(score.length).fill(1),
    text: Array(score.length).fill(null),
    costBasis: 'usd',
  };
}

/** Hard prompts need the dear model, easy ones the cheap one; a third is as dear and never right. */
function matrixWithContext(count: number): OutcomeMatrix {
  const rng = createRng('context', count);
  const hard = Array.from({ length: count }, () => rng.next() < 0.5);
  const scores = hard.map((one) => [
    rng.next() < (one ? 0.1 : 0.9) ? 1 : 0,
    rng.next() < (one ? 0.95 : 0.5) ? 1 : 0,
    0,
  ]);
  const prompts = hard.map((one, i) =>
    prompt(
      `p${i}`,
      one
        ? `Prove:\n- ${i} = ${i + 1} - 1\n- {x, y} > (${i} + 3) * 4\nstep by step`
        : `River ${i}?`,
    ),
  );
  return { ...matrixOf(scores, [1, 4, 4]), prompts };
}

const regretOf = (
  matrix: OutcomeMatrix,
  of: readonly Router[],
  { orders = 4, seed = 1, settings = {} } = {},
) =>
  prequentialRegret(
    {
      common: findCommonPrompts(matrix),
      features: matrix.prompts.map(extractFeatures),
      routers: of.map((router) => ({ router, settings })),
      seed,
    },
    orders,
  );

/** A router that starts from nothing and decides as told. */
function online(
  id: string,
  choose: (asked: Asked) => Pick<Policy, 'decide'> & Partial<Policy>,
): Router {
  return {
    id,
    summary: id,
    source: 'test',
    fit: () => ({ leftOut: 'only ever starts from nothing' }),
    fromDocument: () => {
      throw new Error('not written down');
    },
    cold: (models, asked) => ({
      id: `${id}@cold`,
      router: id,
      dial: 'cold',
      models,
      needs: { domain: false, answers: false },
      toDocument: () => ({ router: id, dial: 'cold', models, parameters: {} }),
      ...choose(asked),
    }),
  };
}

const calling = (pick: (models: number, next: () => number) => number, models = 3) => ({
  decide: (_: unknown, __: unknown, rng: { next: () => number }) => ({
    step: { kind: 'call' as const, model: pick(models, rng.next) },
    propensity: 1,
    reasons: [],
  }),
});
const always = (model: number) => online(`always-${model}`, () => calling(() => model));
const atRandom = online('at-random', () => calling((models, next) => Math.floor(next() * models)));
const registered = ['adaptive', 'thompson', 'linucb'].map((id) => routers.get(id)!);

describe('prequential regret', () => {
  it('weighs cost by the slope between the ends of the models’ hull', () => {
    let told: Asked | undefined;
    const spy = online('spy', (asked) => {
      told = asked;
      return calling(() => 0);
    });
    const scores = [
      [0, 0, 1],
      [1, 0, 1],
      [0, 1, 1],
      [0, 0, 0],
    ];
    const [result] = regretOf(matrixOf(scores, [1, 2, 5]), [spy], { seed: 7 });
    expect(told).toEqual({ seed: 7, settings: {}, costScale: 5, costWeight: (0.5 / 4) * 5 });
    expect(result!.against).toBe('lab/a');
    expect(result!.value.mean).toBeCloseTo(0.25 - 0.125);
    expect(result!.regret).toEqual({ mean: 0, smallest: 0, largest: 0 });
  });

  it('is the value of the best single model less one’s own, summed up along the curve', () => {
    const scores = Array.from({ length: 40 }, (_, i) => [i % 4 === 0 ? 1 : 0, 1, 0]);
    const [dear, useless] = regretOf(matrixOf(scores, [1, 4, 4]), [always(1), always(2)]);
    expect([dear!.against, useless!.against]).toEqual(['lab/a', 'lab/a']);
    expect(dear!.regret.mean).toBeCloseTo(0);
    expect(useless!.quality).toEqual({ mean: 0, smallest: 0, largest: 0 });
    expect(useless!.cost.mean).toBe(4);
    expect(useless!.regret.mean).toBeCloseTo(1);
    expect(useless!.curve).toHaveLength(20);
    expect(useless!.curve[9]).toEqual({ arrivals: 20, regret: expect.closeTo(20, -1) });
    expect(useless!.curve.at(-1)).toEqual({ arrivals: 40, regret: expect.closeTo(40) });
  });

  it('counts cost for nothing where the best model is the cheapest', () => {
    const scores = Array.from({ length: 10 }, () => [1, 0, 0]);
    const [dear] = regretOf(matrixOf(scores, [1, 4, 4]), [always(1)]);
    expect(dear!.value.mean).toBe(0);
    expect(dear!.regret.mean).toBe(1);
  });

  it('tells of the call made alone, after the decision, each prompt once an order', () => {
    const heard: { model: number; score: number; cost: number; text: string }[] = [];
    let decisions = 0;
    const spy = online('spy', () => ({
      ...calling((models) => decisions++ % models),
      initialState: () => 0,
      learn: (state, { model, score, cost, features }) => {
        heard.push({ model, score, cost, text: features.text });
        expect(heard).toHaveLength(decisions);
        return (state as number) + 1;
      },
    }));
    const scores = Array.from({ length: 30 }, (_, i) => [0, 0.1, i / 100]);
    regretOf(matrixOf(scores, [1, 2, 4]), [spy], { orders: 2 });
    expect(heard).toHaveLength(60);
    heard.forEach(({ model, score, cost, text }, at) => {
      expect([model, cost]).toEqual([at % 3, [1, 2, 4][at % 3]]);
      expect(score).toBe(scores[Number(text.split(' ').at(-1))]![model]);
    });
    const orders = [heard.slice(0, 30), heard.slice(30)].map((one) => one.map(({ text }) => text));
    expect(new Set(orders[0]).size).toBe(30);
    expect(orders[1]).not.toEqual(orders[0]);
    expect([...orders[1]!].sort()).toEqual([...orders[0]!].sort());
  });

  it('gives every online router less regret than chance where context matters, and less with time', () => {
    const results = regretOf(matrixWithContext(2000), [atRandom, ...registered]);
    const [chance, ...learners] = results;
    expect(learners.map(({ router }) => router)).toEqual(['adaptive', 'thompson', 'linucb']);
    for (const { regret, curve, orders, prompts } of learners) {
      expect([orders, prompts]).toEqual([4, 2000]);
      expect(regret.mean).toBeLessThan(chance!.regret.mean - 0.2);
      expect(regret.smallest).toBeLessThanOrEqual(regret.mean);
      expect(regret.largest).toBeGreaterThanOrEqual(regret.mean);
      const early = curve[0]!.regret / 100;
      const late = (curve.at(-1)!.regret - curve[15]!.regret) / 400;
      expect(late).toBeLessThan(early - 0.02);
      expect(late).toBeLessThan(0);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const matrix = matrixWithContext(150);
    const of = (seed: number) => regretOf(matrix, registered, { seed });
    expect(of(1)).toEqual(of(1));
    expect(of(2)).not.toEqual(of(1));
  });

  it('lets a sample arrive where there is too much, and says how many', () => {
    const scores = Array.from({ length: 400 }, (_, i) => [i % 2, 1, 0]);
    const matrix = matrixOf(scores, [1, 4, 4]);
    const [result] = regretOf(matrix, [always(1)], { orders: 1000 });
    expect(result).toMatchObject({ orders: 1000, prompts: Math.floor(700_000 / 3000) });
    expect(result!.curve.at(-1)!.arrivals).toBe(result!.prompts);
  });

  it('says nothing of routers that do not learn online, nor where no cost is known', () => {
    const matrix = matrixWithContext(20);
    expect(regretOf(matrix, [routers.get('rules')!])).toEqual([]);
    const free = { ...matrix, costBasis: 'none' as const };
    expect(regretOf(free, registered)).toEqual([]);
    expect(regretOf(matrixOf([[1], [0]], [1]), registered)).toEqual([]);
  });

  it('copes with few prompts, free models and all ties', () => {
    for (const costs of [
      [0, 0, 0],
      [1, 1, 1],
      [1, 2, 3],
    ]) {
      for (const { regret, curve } of regretOf(matrixOf([[1, 1, 1]], costs), registered)) {
        expect(Number.isFinite(regret.mean)).toBe(true);
        expect(curve).toEqual([{ arrivals: 1, regret: regret.mean }]);
      }
    }
  });
});
