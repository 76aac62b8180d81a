import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Features } from '../../../src/features/index.js';
import type { RouterData } from '../../../src/routers/index.js';
import {
  NormalEquations,
  nonNegativeLeastSquares,
} from '../../../src/routers/learned/non-negative-least-squares.js';
import { predictingRouter } from '../../../src/routers/learned/predicting-router.js';
import type { PredictorMethod } from '../../../src/routers/learned/predictor.js';
import { stackOf } from '../../../src/routers/learned/stack.js';
import { selectRows } from '../../../src/routers/router-data.js';
import { createRng } from '../../../src/statistics/index.js';
import { sampleOutcomes } from '../sample-outcomes.js';

const equationsOf = (rows: readonly (readonly number[])[], targets: readonly number[]) => {
  const equations = new NormalEquations(rows[0]!.length);
  rows.forEach((row, at) => {
    equations.add(Float64Array.from(row), targets[at]!);
  });
  return equations;
};

describe('non-negative least squares', () => {
  it('solves by hand: a column that would need a negative weight gets none', () => {
    const rows = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    expect([...nonNegativeLeastSquares(equationsOf(rows, [2, -1, 1]))]).toEqual([1.5, 0]);
  });

  it('leaves no slope to follow (the conditions of Karush, Kuhn and Tucker)', () => {
    const cell = fc.double({ min: -3, max: 3, noNaN: true });
    const problem = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 5, maxLength: 12 });
    fc.assert(
      fc.property(problem, (rows) => {
        const columns = rows.map(([a, b, c]) => [a, b, c]);
        const equations = equationsOf(
          columns,
          rows.map(([, , , target]) => target),
        );
        const weights = nonNegativeLeastSquares(equations);
        weights.forEach((weight, a) => {
          const own = equations.gram[a * 3 + a]!;
          let slope = equations.moments[a]!;
          weights.forEach((other, b) => {
            slope -= equations.gram[a * 3 + b]! * other;
          });
          expect(weight).toBeGreaterThanOrEqual(0);
          const tolerance = 1e-4 * Math.max(1, own);
          if (weight > 0) expect(Math.abs(slope)).toBeLessThan(tolerance);
          else expect(slope).toBeLessThan(tolerance);
        });
      }),
      { numRuns: 100 },
    );
  });
});

type Forecaster = (features: Features) => readonly number[];

/** A method that learns something of the data by hand. */
function methodOf(id: string, learn: (data: RouterData) => Forecaster): PredictorMethod {
  const learned: Forecaster[] = [];
  return {
    id,
    summary: id,
    source: 'test',
    settings: z.strictObject({}),
    document: z.number(),
    learn: (data) => learned.push(learn(data)) - 1,
    load: (at) => ({
      forecast: (features) => ({
        quality: Float64Array.from(learned[at as number]!(features)),
        cost: Float64Array.of(0.001, 0.004, 0.02),
      }),
      explain: () => `says ${id}`,
    }),
  };
}

const sample = sampleOutcomes(300, 5);
const informed = methodOf(
  'informed',
  () =>
    ({ text }) =>
      text.startsWith('Suppose') ? [0.15, 0.5, 0.92] : [0.95, 0.96, 0.97],
);
const noisy = methodOf('noisy', () => {
  const rng = createRng(3, 'noisy');
  return () => [rng.next(), rng.next(), rng.next()];
});
const parrot = methodOf('parrot', (data) => {
  const width = data.models.length;
  const known = new Map(
    data.features.map(({ text }, row) => [text, data.score.slice(row * width, (row + 1) * width)]),
  );
  return ({ text }) => [...(known.get(text) ?? [0.5, 0.7, 0.9])];
});

const learn = (methods: readonly PredictorMethod[], data = sample.data) => {
  const stack = stackOf(methods);
  const document = stack.learn(data, { seed: 1, settings: {} });
  if ('leftOut' in document) throw new Error(document.leftOut);
  return { stack, document, predictor: stack.load(document, data.models.length) };
};

const weightOf = (id: string, document: ReturnType<typeof learn>['document']): number => {
  const at = document.members.findIndex(({ method }) => method === id);
  return at === -1 ? 0 : document.model_weights[at]!;
};

describe('stack', () => {
  it('follows the member that knows, and passes over the one that guesses', () => {
    const { document, predictor } = learn([noisy, informed]);
    expect(weightOf('noisy', document)).toBeLessThan(0.1);
    expect(weightOf('informed', document)).toBeGreaterThan(0.8);
    const [easy, hard] = [false, true].map((demanding) =>
      predictor.forecast(
        sample.features.find(({ text }) => text.startsWith('Suppose') === demanding)!,
      ),
    );
    expect(easy!.quality[0]! - hard!.quality[0]!).toBeGreaterThan(0.6);
    expect(Math.abs(easy!.quality[2]! - hard!.quality[2]!)).toBeLessThan(0.2);
  });

  it('is not taken in by a member that only repeats what it learned from', () => {
    expect(weightOf('parrot', learn([parrot, informed]).document)).toBeLessThan(0.1);
    const rows = Int32Array.from({ length: 300 }, (_, row) => row % 60);
    const repeated = selectRows(sample.data, rows);
    expect(weightOf('parrot', learn([parrot, informed], repeated).document)).toBeLessThan(0.1);
  });

  it('weighs costs so that forecasts add up to what is paid', () => {
    const { predictor } = learn([informed, noisy]);
    const { cost } = predictor.forecast(sample.features[0]!);
    expect(cost[2]! / 0.02).toBeCloseTo(1, 1);
  });

  it('leaves out members that cannot learn, and itself where none can', () => {
    const none: PredictorMethod = { ...noisy, id: 'none', learn: () => ({ leftOut: 'no' }) };
    expect(learn([none, informed]).document.members.map(({ method }) => method)).toEqual([
      'informed',
    ]);
    expect(stackOf([none]).learn(sample.data, { seed: 1, settings: {} })).toHaveProperty('leftOut');
  });

  it('refuses a document that names an unknown member, quoting the path', () => {
    const router = predictingRouter(stackOf([informed]));
    const fitted = router.fit(sample.data, sample.data, { seed: 1, dials: 3, settings: {} });
    if ('leftOut' in fitted) throw new Error(fitted.leftOut);
    const document = JSON.parse(JSON.stringify(fitted[1]!.toDocument()));
    document.parameters.predictor.members[0].method = 'oracle';
    expect(() => router.fromDocument(document)).toThrow('members[0].method');
  });
});
