import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decided,
  drive,
  exploring,
  keepAnswer,
  type Policy,
  replay,
} from '../../src/policies/index.js';
import { createRng } from '../../src/statistics/index.js';
import { UserError } from '../../src/user-error.js';
import { featuresOf, matrixOf, scripted } from './scripted-policies.js';

const MODELS = ['lab/a', 'lab/b', 'lab/c', 'lab/d'];

/** Calls one model, drawn with these probabilities, and keeps its answer. */
function drawing(own: readonly number[], tells = true): Policy {
  return scripted([], {
    models: MODELS.slice(0, own.length),
    decide: ({ calls }, _features, rng) => {
      if (calls.length > 0) return keepAnswer;
      let rest = rng.next();
      const at = own.findIndex((probability) => {
        rest -= probability;
        return rest < 0;
      });
      const model = at === -1 ? own.length - 1 : at;
      const told = tells ? own : undefined;
      return decided({ kind: 'call', model }, own[model]!, () => ['its own choice'], told);
    },
  });
}

/** Each model, and those that come before it. */
const CHEAPER = MODELS.map((_, model) => Array.from({ length: model + 1 }, (_, other) => other));

const distribution = fc
  .array(fc.nat(20), { minLength: 2, maxLength: 4 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const START = { calls: [], learned: null };

describe('exploring', () => {
  it('tells probabilities that add up to 1, of the model drawn too, and draws none that is dearer', () => {
    fc.assert(
      fc.property(distribution, share, fc.nat(), (own, explore, seed) => {
        const eligible = CHEAPER.slice(0, own.length);
        const policy = exploring(drawing(own), { share: explore, eligible });
        const decision = policy.decide(START, featuresOf('hi'), createRng(seed));
        const { step, probabilities = [], propensity } = decision;
        expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
        expect(step.kind === 'call' && probabilities[step.model]).toBe(propensity);
        expect(propensity).toBeGreaterThan(0);
        // Nobody that the policy would not call gains but from dearer ones.
        const dearest = own.findLastIndex((probability) => probability > 0);
        probabilities.forEach((probability, model) => {
          if (model > dearest) expect(probability).toBe(0);
          else expect(probability).toBeGreaterThan(0);
        });
      }),
    );
  });

  it('calls each model as often as it says', () => {
    const own = [0.1, 0.2, 0.7];
    const policy = exploring(drawing(own), { share: 0.3, eligible: CHEAPER.slice(0, 3) });
    const rng = createRng(1, 'frequency');
    const counts = [0, 0, 0];
    const draws = 40_000;
    let told: readonly number[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const { step, probabilities } = policy.decide(START, featuresOf('hi'), rng);
      if (step.kind === 'call') counts[step.model]! += 1;
      told = probabilities ?? [];
    }
    // 0.7·own + 0.3·(all of the first; halves of the second; thirds of the third).
    expect(told.map((one) => Number(one.toFixed(12)))).toEqual([0.2, 0.24, 0.56]);
    counts.forEach((count, model) => {
      const expected = told[model]!;
      const deviation = Math.sqrt((expected * (1 - expected)) / draws);
      expect(Math.abs(count / draws - expected)).toBeLessThan(4 * deviation);
    });
  });

  it('mixes a sure choice, and leaves a draw of unknown probability alone', () => {
    const eligible = CHEAPER.slice(0, 2);
    const sure = exploring(drawing([0, 1], false), { share: 0.5, eligible });
    expect(sure.decide(START, featuresOf('hi'), createRng(1)).probabilities).toEqual([0.25, 0.75]);
    const secret = exploring(drawing([0.5, 0.5], false), { share: 0.5, eligible });
    const decision = secret.decide(START, featuresOf('hi'), createRng(1));
    expect(decision).toMatchObject({ propensity: 0.5, reasons: ['its own choice'] });
    expect(decision.probabilities).toBeUndefined();
  });

  it('decides alike in replay and behind live calls, and keeps the answer of the model it drew', async () => {
    const rows = 200;
    const cells = Array.from({ length: rows }, () =>
      [0, 1, 2].map((model) => [{ score: model / 2, cost: model }]),
    );
    const matrix = matrixOf(MODELS.slice(0, 3), cells);
    const features = Array.from({ length: rows }, (_, row) => featuresOf(`prompt ${row}`));
    const policy = exploring(drawing([0, 0.5, 0.5]), { share: 0.4, eligible: CHEAPER.slice(0, 3) });
    const replayed = replay(
      policy,
      { matrix, features, rows: Int32Array.from(features.keys()) },
      createRng(7),
    );
    const rng = createRng(7);
    const called: number[] = [];
    for (const one of features) {
      const ask = async (model: string) => ({ text: model, failed: false });
      const { answer, decisions } = await drive(policy, one, { ask }, { rng, log: true });
      called.push(MODELS.indexOf(answer.model));
      expect(decisions[0]?.probabilities).toHaveLength(3);
      expect(decisions[1]).toMatchObject({ step: { kind: 'stop', answer: 0 }, propensity: 1 });
    }
    expect(called).toEqual([...replayed.answeredBy]);
    expect(new Set(called)).toEqual(new Set([0, 1, 2]));
  });

  it('keeps what a policy learns and forecasts, and no promise of a sure choice', () => {
    class Learning {
      readonly id = 'own@1';
      readonly router = 'own';
      readonly dial = '1';
      readonly models = ['lab/a', 'lab/b'];
      readonly needs = { domain: false, answers: false };
      readonly #step = 2;
      decide() {
        return decided({ kind: 'call', model: 1 }, 1, () => []);
      }
      choose() {
        return 1;
      }
      initialState() {
        return 40;
      }
      learn(learned: unknown) {
        return Number(learned) + this.#step;
      }
      toDocument() {
        return { router: 'own', dial: '1', models: this.models, parameters: {} };
      }
    }
    const within: Policy = new Learning();
    expect(exploring(within, { share: 0, eligible: [] })).toBe(within);
    const policy = exploring(within, { share: 0.1, eligible: CHEAPER.slice(0, 2) });
    expect(policy.choose).toBeUndefined();
    const feedback = { features: featuresOf('hi'), model: 0, score: 1, cost: 1 };
    expect(policy.learn?.(policy.initialState?.(), feedback)).toBe(42);
    expect(policy.toDocument()).toEqual(within.toDocument());
  });

  it('says in one line that a policy which reads answers cannot explore', () => {
    const cascade = scripted([], { needs: { domain: false, answers: true } });
    const explore = () => exploring(cascade, { share: 0.1, eligible: CHEAPER });
    expect(explore).toThrow(UserError);
    expect(explore).toThrow(/^The policy "scripted@1" reads answers.*explore/);
  });
});
