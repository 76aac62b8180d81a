import { beforeAll, describe, expect, it } from 'vitest';
import { drive, type Policy, type PolicyDocument } from '../../src/policies/index.js';
import { policyFromDocument, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { sampleOutcomes } from './sample-outcomes.js';

const fit = sampleOutcomes(300, 21);
const tune = sampleOutcomes(100, 22);
const test = sampleOutcomes(200, 23);
const models = ['lab/small', 'lab/medium', 'lab/large'];

let fitted: readonly Policy[];
let document: PolicyDocument;
beforeAll(() => {
  const settings = { models };
  const result = routers.get('cascade')!.fit(fit.data, tune.data, { seed: 1, dials: 5, settings });
  if ('leftOut' in result) throw new Error(result.leftOut);
  fitted = result;
  document = result[2]!.toDocument();
});

/** The cascade with a threshold of our own. */
const at = (threshold: number): Policy =>
  policyFromDocument({ ...document, parameters: { ...document.parameters, threshold } });

describe('the verifier', () => {
  it('gives probabilities that come true on prompts it has not seen', () => {
    const policy = fitted[0]!;
    const cells = test.features.flatMap((features, row) =>
      models.map((_, model) => ({
        confidence: policy.verify!(features, model, test.data.text[row * 3 + model]!),
        score: test.data.score[row * 3 + model]!,
      })),
    );
    for (const [low, high] of [
      [0, 0.5],
      [0.5, 1],
    ] as const) {
      const some = cells.filter(({ confidence }) => confidence >= low && confidence < high);
      const mean = (of: 'confidence' | 'score') =>
        some.reduce((sum, cell) => sum + cell[of], 0) / some.length;
      expect(some.length).toBeGreaterThan(50);
      expect(Math.abs(mean('confidence') - mean('score'))).toBeLessThan(0.1);
    }
  });

  it('stays linear on a megabyte of one letter', () => {
    const confidence = fitted[0]!.verify!(test.features[0]!, 0, 'a'.repeat(1_000_000));
    expect(confidence).toBeGreaterThanOrEqual(0);
  });
});

describe('the dial', () => {
  it('goes from the first model alone to all of them, by quantiles of tune confidences', () => {
    const thresholds = fitted.map((policy) => policy.toDocument().parameters.threshold as number);
    expect(thresholds[0]).toBe(0);
    expect(thresholds.at(-1)).toBe(2);
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
    const confidences = tune.features.flatMap((features, row) =>
      [0, 1].map((model) => fitted[0]!.verify!(features, model, tune.data.text[row * 3 + model]!)),
    );
    const kept = confidences.filter((confidence) => confidence >= thresholds[2]!).length;
    expect(kept / confidences.length).toBeCloseTo(0.5, 1);
  });

  it('chains at least two models worth their price, cheap before dear, where it may choose', () => {
    const result = routers
      .get('cascade')!
      .fit(fit.data, tune.data, { seed: 1, dials: 9, settings: { max_models: 2 } });
    if ('leftOut' in result) throw new Error(result.leftOut);
    for (const policy of result) {
      expect(policy.models).toHaveLength(2);
      expect([...policy.models]).toEqual(models.filter((model) => policy.models.includes(model)));
    }
  });
});

describe('a cascade on one request', () => {
  const answers =
    (failing: readonly string[] = []) =>
    async (model: string) =>
      failing.includes(model)
        ? { text: null, failed: true }
        : { text: `The answer is 4, says ${model}.`, failed: false };
  const run = (policy: Policy, failing: readonly string[] = []) =>
    drive(
      policy,
      test.features[0]!,
      { ask: answers(failing) },
      { rng: createRng(1), explain: true },
    );

  it('keeps the first answer that is trusted enough', async () => {
    const driven = await run(at(0));
    expect(driven.calls.map(({ model }) => model)).toEqual(['lab/small']);
    expect(driven.decisions.map(({ step }) => step.kind)).toEqual(['call', 'consult', 'stop']);
    expect(driven.decisions[0]!.reasons[1]).toBe(
      "may call on to lab/medium, then lab/large if the verifier's confidence in the answer is below 0",
    );
    expect(driven.answer.confidence).toBeGreaterThan(0);
  });

  it('keeps an answer whose confidence is the threshold itself, and none just below', async () => {
    const { confidence } = (await run(at(0))).answer;
    expect((await run(at(confidence!))).calls).toHaveLength(1);
    expect((await run(at(confidence! + 1e-6))).calls.length).toBeGreaterThan(1);
  });

  it('calls on to the last model where none is, and keeps that answer unverified', async () => {
    const driven = await run(at(2));
    expect(driven.calls.map(({ model }) => model)).toEqual(models);
    expect(driven.answer).toMatchObject({ model: 'lab/large', confidence: null });
  });

  it('calls on after a failure without asking the verifier', async () => {
    const driven = await run(at(0), ['lab/small']);
    expect(driven.decisions.map(({ step }) => step.kind)).toEqual([
      'call',
      'call',
      'consult',
      'stop',
    ]);
    expect(driven.answer.model).toBe('lab/medium');
  });

  it('falls back to an answer it has where the last model fails, and fails where all do', async () => {
    const kept = await run(at(2), ['lab/large']);
    expect(['lab/small', 'lab/medium']).toContain(kept.answer.model);
    expect(kept.answer.reply.failed).toBe(false);
    const none = await run(at(2), models);
    expect(none.answer.reply.failed).toBe(true);
    expect(none.calls).toHaveLength(3);
  });
});

describe('its document', () => {
  it('is small, and refused where its parts do not fit together', () => {
    expect(JSON.stringify(document).length).toBeLessThan(1_000_000);
    const verifier = document.parameters.verifier as Record<string, unknown>;
    const broken = (change: Record<string, unknown>) => () =>
      policyFromDocument({
        ...document,
        parameters: { ...document.parameters, verifier: { ...verifier, ...change } },
      });
    expect(broken({ models: [1] })).toThrow('`parameters.verifier.models`: expected 3 numbers');
    expect(broken({ ngrams: { buckets: [1], weights: [] } })).toThrow(
      '`parameters.verifier.ngrams.weights`: expected 1 numbers, got 0',
    );
    expect(broken({ signals: [] })).toThrow('`parameters.verifier.signals`');
    expect(broken({ bias: '1' })).toThrow('`parameters.verifier.bias`');
  });
});
