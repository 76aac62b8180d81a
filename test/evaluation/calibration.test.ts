import { expect, test } from 'vitest';
import { compare } from '../../src/evaluation/index.js';
import type { Policy } from '../../src/policies/index.js';
import type { Router } from '../../src/routers/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

/** Calls the large model where the text starts with `hard`; forecasts with an error of the test's choosing. */
function forecasting(error: number): Router {
  const policy = (models: readonly string[]): Policy => ({
    id: 'forecasting@1',
    router: 'forecasting',
    dial: '1',
    models,
    needs: { domain: false, answers: false },
    decide: ({ calls }, { text }) => ({
      step:
        calls.length > 0
          ? { kind: 'stop', answer: 0 }
          : { kind: 'call', model: text.startsWith('hard') ? 1 : 0 },
      propensity: 1,
      reasons: [],
    }),
    forecast: ({ text }) => ({
      quality: Float64Array.of(text.startsWith('hard') ? 0.15 : 0.95, 0.95).map((q) => q - error),
      cost: Float64Array.of(0.001, 0.01 * (1 + error)),
    }),
    toDocument: () => ({ router: 'forecasting', dial: '1', models, parameters: {} }),
  });
  return {
    id: 'forecasting',
    summary: 'Forecasts',
    source: 'test',
    fit: ({ models }) => [policy(models)],
    fromDocument: ({ models }) => policy(models),
  };
}

/** Keeps the cheap model's answer where it is trusted; trusts `yes` with 0.9. */
const cascade: Router = {
  ...forecasting(0),
  id: 'trusting',
  fit: ({ models }) => [
    {
      id: 'trusting@1',
      router: 'trusting',
      dial: '1',
      models,
      needs: { domain: false, answers: true },
      decide: ({ calls }) => ({
        step:
          calls.length === 0
            ? { kind: 'call', model: 0 }
            : calls.length === 2
              ? { kind: 'stop', answer: 1 }
              : calls[0]!.confidence === null
                ? { kind: 'consult' }
                : calls[0]!.confidence > 0.5
                  ? { kind: 'stop', answer: 0 }
                  : { kind: 'call', model: 1 },
        propensity: 1,
        reasons: [],
      }),
      verify: (_features, _model, text) => (text === 'yes' ? 0.9 : 0.2),
      toDocument: () => ({ router: 'trusting', dial: '1', models, parameters: {} }),
    },
  ],
};

const calibrationOf = (router: Router, matrix = exampleMatrix(2400)) =>
  compare({ ...exampleInput(matrix), routers: [{ router, settings: {} }] }).calibration!.filter(
    (one) => one.router === router.id,
  );

test('a router that forecasts the truth is calibrated, one that is off by 0.2 is off by 0.2', () => {
  const [honest] = calibrationOf(forecasting(0));
  expect(honest).toMatchObject({ policy: 'forecasting@1', of: 'quality' });
  expect(honest!.bins).toHaveLength(1);
  expect(honest!.bins[0]!.realised.low!).toBeLessThan(0.95);
  expect(honest!.bins[0]!.realised.high!).toBeGreaterThan(0.95);
  expect(honest!.ece.mean!).toBeLessThan(0.03);
  expect(honest!.brier.mean!).toBeCloseTo(0.95 * 0.05, 1);
  expect(honest!.cost!.forecast).toBeCloseTo(honest!.cost!.realised.mean!, 9);

  const [wrong] = calibrationOf(forecasting(0.2));
  expect(wrong!.ece.mean! - 0.2).toBeCloseTo(0, 1);
  expect(wrong!.ece.low!).toBeGreaterThan(0.15);
  expect(wrong!.ece.low!).toBeLessThanOrEqual(wrong!.ece.mean!);
  expect(wrong!.ece.high!).toBeGreaterThanOrEqual(wrong!.ece.mean!);
  expect(wrong!.cost!.forecast).toBeGreaterThan(wrong!.cost!.realised.high!);
  expect(wrong!.groups).toBe(wrong!.prompts);
});

test('what signals cost belongs to the forecast as it does to what came out', () => {
  const reading = forecasting(0);
  const policyOf = (policy: Policy): Policy => ({
    ...policy,
    needs: { ...policy.needs, signals: ['reading'] },
  });
  const router: Router = {
    ...reading,
    fit: ({ models }) => [
      policyOf(reading.fromDocument({ router: '', dial: '', models, parameters: {} })),
    ],
  };
  const matrix = exampleMatrix(300);
  const signals = matrix.prompts.map((_, p) => ({
    reading: { values: new Float32Array(), cost: p % 2 === 0 ? 0.004 : 0.002, latency: 1 },
  }));
  const { calibration } = compare({
    ...exampleInput(matrix),
    routers: [{ router, settings: {} }],
    signals,
  });
  const { cost } = calibration!.find((one) => one.router === 'forecasting')!;
  expect(cost!.forecast).toBeGreaterThan(0.004);
  expect(cost!.forecast).toBeCloseTo(cost!.realised.mean!, 12);
});

test('of a cascade, the confidence in the answers that were kept is checked', () => {
  const matrix = exampleMatrix(2400);
  const text = [...matrix.score].map((score) => (score === 1 ? 'yes' : 'no'));
  const [trusted, ...more] = calibrationOf(cascade, { ...matrix, text });
  expect(more).toEqual([]);
  expect(trusted).toMatchObject({ of: 'answer', cost: null });
  // Only the cheap model's trusted answers carry an opinion; all of them are right.
  expect(trusted!.bins).toHaveLength(1);
  expect(trusted!.bins[0]!.forecast).toBeCloseTo(0.9, 12);
  expect(trusted!.bins[0]!.realised.mean).toBe(1);
  expect(trusted!.ece.mean).toBeCloseTo(0.1, 12);
  expect(trusted!.brier.mean).toBeCloseTo(0.01, 12);
  expect(trusted!.bins[0]!.count).toBe(trusted!.prompts);
});
