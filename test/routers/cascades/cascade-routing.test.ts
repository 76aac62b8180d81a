import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drive, type Policy, replay } from '../../../src/policies/index.js';
import { cascadeRouting } from '../../../src/routers/cascades/cascade-routing.js';
import { routers } from '../../../src/routers/index.js';
import { predictingRouter } from '../../../src/routers/learned/predicting-router.js';
import type { PredictorMethod } from '../../../src/routers/learned/predictor.js';
import type { RouterData } from '../../../src/routers/router.js';
import { createRng } from '../../../src/statistics/index.js';
import { allRows, sampleOutcomes } from '../sample-outcomes.js';

const MEANS = z.array(z.array(z.object({ quality: z.number(), cost: z.number() })));

/** Knows the means of short and of long prompts: what a predictor could know of the sample. */
const byLength: PredictorMethod<z.output<typeof MEANS>> = {
  id: 'by-length',
  summary: 'test',
  source: 'test',
  settings: z.strictObject({}),
  document: MEANS,
  learn(data) {
    return [false, true].map((long) =>
      data.models.map((_, model) => {
        let [quality, cost, count] = [0, 0, 0];
        data.features.forEach(({ text }, row) => {
          if (text.length > 100 !== long) return;
          quality += data.score[row * data.models.length + model]!;
          cost += data.cost[row * data.models.length + model]!;
          count++;
        });
        return { quality: quality / count, cost: cost / count };
      }),
    );
  },
  load: (means) => ({
    forecast: ({ text }) => {
      const of = means[text.length > 100 ? 1 : 0]!;
      return {
        quality: Float64Array.from(of, ({ quality }) => quality),
        cost: Float64Array.from(of, ({ cost }) => cost),
      };
    },
    explain: () => 'by length',
  }),
};

const fit = sampleOutcomes(500, 31);
const tune = sampleOutcomes(200, 32);
const test = sampleOutcomes(400, 33);
const router = cascadeRouting(byLength);

function fitted(data: RouterData, tuned: RouterData, dials = 17): readonly Policy[] {
  const result = router.fit(data, tuned, { seed: 1, dials, settings: {} });
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
}

function land(policy: Policy, sample = test) {
  const rows = allRows(sample.features.length);
  const { quality, cost } = replay(policy, { ...sample, rows }, createRng(1));
  const mean = (of: Float64Array) => of.reduce((sum, one) => sum + one, 0) / of.length;
  return { quality: mean(quality), cost: mean(cost) };
}

/** Best quality within a cost, of some policies. */
const bestWithin = (policies: readonly Policy[], cost: number, sample = test): number =>
  Math.max(
    ...policies
      .map((policy) => land(policy, sample))
      .map((at) => (at.cost <= cost ? at.quality : 0)),
  );

/** Says the same whether right or wrong. */
const mute = (sample: ReturnType<typeof sampleOutcomes>) => {
  const text = sample.data.text.map(
    () => 'So it is, and nobody could ever tell it from another one',
  );
  return { ...sample, data: { ...sample.data, text }, matrix: { ...sample.matrix, text } };
};

/** Says which it is. */
const telling = (sample: ReturnType<typeof sampleOutcomes>) => {
  const text = Array.from(sample.data.score, (score) =>
    score === 1 ? 'It follows clearly that this one holds.' : 'Perhaps; hard to tell, maybe not.',
  );
  return { ...sample, data: { ...sample.data, text }, matrix: { ...sample.matrix, text } };
};

describe('cascade routing', () => {
  let policies: readonly Policy[];
  beforeAll(() => {
    policies = fitted(fit.data, tune.data);
  });

  it('goes from the cheapest model alone to the dearest expectations', () => {
    const landings = policies.map((policy) => land(policy));
    expect(landings[0]!.cost).toBeLessThan(0.0012);
    expect(landings.at(-1)!.cost).toBeGreaterThan(landings[0]!.cost * 5);
    expect(landings.at(-1)!.quality).toBeGreaterThan(0.9);
  });

  it('foretells what its predictor does', () => {
    const forecast = policies[3]!.forecast!(test.features[0]!);
    expect(forecast.quality).toHaveLength(3);
    expect(policies[3]!.models).toEqual(['lab/small', 'lab/medium', 'lab/large']);
    expect(forecast.cost[0]!).toBeLessThan(forecast.cost[2]!);
  });

  it('decides as the single-shot router where answers tell nothing', () => {
    const [blindFit, blindTune, blindTest] = [mute(fit), mute(tune), mute(test)];
    const blind = fitted(blindFit.data, blindTune.data);
    const options = { seed: 1, dials: 17, settings: {} };
    const single = predictingRouter(byLength).fit(blindFit.data, blindTune.data, options);
    if ('leftOut' in single) throw new Error(single.leftOut);
    for (const policy of blind) {
      const { cost, quality } = land(policy, blindTest);
      expect(quality).toBeGreaterThan(bestWithin(single, cost, blindTest) - 0.03);
    }
    for (const policy of blind) {
      const rows = allRows(50);
      const replayed = replay(policy, { ...blindTest, rows }, createRng(1));
      rows.forEach((row) => {
        const dearest = Math.max(...blindTest.data.cost.subarray(row * 3, row * 3 + 3));
        expect(replayed.cost[row]!).toBeLessThanOrEqual(dearest);
      });
    }
  });

  it('does at least as well as the threshold cascade where answers tell everything', () => {
    const [clearFit, clearTune, clearTest] = [telling(fit), telling(tune), telling(test)];
    const clear = fitted(clearFit.data, clearTune.data);
    const options = { seed: 1, dials: 17, settings: {} };
    const cascade = routers.get('cascade')!.fit(clearFit.data, clearTune.data, options);
    if ('leftOut' in cascade) throw new Error(cascade.leftOut);
    for (const cost of [0.004, 0.008, 0.012]) {
      const best = bestWithin(clear, cost, clearTest);
      expect(best).toBeGreaterThanOrEqual(bestWithin(cascade, cost, clearTest) - 0.01);
    }
  });

  it('passes over models that failed, and fails where all do', async () => {
    const policy = policies.at(-1)!;
    const run = (failing: readonly string[]) =>
      drive(
        policy,
        test.features[1]!,
        {
          ask: async (model) =>
            failing.includes(model)
              ? { text: null, failed: true }
              : { text: 'The answer is 12. It follows for rivers.', failed: false },
        },
        { rng: createRng(1), explain: true },
      );
    const without = await run(['lab/large']);
    expect(without.answer.reply.failed).toBe(false);
    const none = await run(policy.models);
    expect(none.answer.reply.failed).toBe(true);
    expect(none.calls).toHaveLength(3);
    expect(new Set(none.calls.map(({ model }) => model)).size).toBe(3);
  });

  it('keeps an answer whose text was not stored where there is no other', async () => {
    const ask = async () => ({ text: null, failed: false });
    const driven = await drive(policies[0]!, test.features[1]!, { ask }, { rng: createRng(1) });
    expect(driven.calls.map(({ model }) => model)).toEqual(['lab/small']);
  });

  it('is left out, with the reason, where answers are not stored', () => {
    const untold = { ...fit.data, text: fit.data.text.map(() => null) };
    expect(router.fit(untold, tune.data, { seed: 1, dials: 5, settings: {} })).toEqual({
      leftOut: 'a verifier reads answers, and the texts of 0 % are stored',
    });
  });

  it('decides the same once written down and read back, and refuses what does not fit', () => {
    const rows = allRows(100);
    for (const policy of [policies[4]!, policies[12]!]) {
      const document = JSON.parse(JSON.stringify(policy.toDocument()));
      const copy = router.fromDocument(document);
      const data = { ...test, rows };
      expect(replay(copy, data, createRng(1))).toEqual(replay(policy, data, createRng(1)));
    }
    const document = policies[4]!.toDocument();
    const broken = (change: Record<string, unknown>) => () =>
      router.fromDocument({ ...document, parameters: { ...document.parameters, ...change } });
    expect(broken({ estimates: { carry: [], moves: [] } })).toThrow(
      '`parameters.estimates.carry`: expected an entry for each set of models, 6 more, got 0',
    );
    expect(broken({ cost_scale: 0 })).toThrow('`parameters.cost_scale`');
    expect(broken({ predictor: { models: 2, positions: [0, 1, 2], learned: [] } })).toThrow(
      '`parameters.predictor.positions`: expected numbers below 2, got 2',
    );
  });

  it('learns the same from the same, whatever the order of asking', () => {
    const again = fitted({ ...fit.data }, { ...tune.data });
    expect(JSON.stringify(again[5]!.toDocument())).toBe(JSON.stringify(policies[5]!.toDocument()));
  });
});
