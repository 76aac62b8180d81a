import { describe, expect, it } from 'vitest';
import type { RouterData } from '../../../src/routers/index.js';
import { knn, knnMethod } from '../../../src/routers/learned/knn.js';
import { chooseGuard } from '../../../src/routers/learned/neighbours/choose-guard.js';
import {
  deviationsFrom,
  GuardedForecast,
} from '../../../src/routers/learned/neighbours/guarded-forecast.js';
import { UserError } from '../../../src/user-error.js';
import { sampleOutcomes, shuffleFeatures } from '../sample-outcomes.js';
import { asks, dataOf, type Row, TOPICS, textOf } from './domains-sample.js';

const learn = (data: RouterData, settings: Record<string, unknown> = {}) => {
  const document = knnMethod.learn(data, { seed: 1, settings });
  if ('leftOut' in document) throw new Error(document.leftOut);
  return document;
};
const readBack = (document: ReturnType<typeof learn>) =>
  knnMethod.document.parse(JSON.parse(JSON.stringify(document)));

/** Model a is right on cooking alone, b everywhere else; `copies` prompts a topic, each a group. */
const topical = (copies: number): RouterData =>
  dataOf(
    TOPICS.flatMap((topic) =>
      Array.from({ length: copies }, (_, n): Row => {
        const cooks = topic === 'cooking';
        return [asks(textOf(topic, n)), [cooks ? 1 : 0, cooks ? 0 : 1], [1, cooks ? 8 : 2]];
      }),
    ),
  );

describe('the guarded forecast', () => {
  /** Neighbours of similarity 0.6, 0.3 and 0.1; b beats a on the first two. */
  const neighbours = {
    rows: Int32Array.of(0, 1, 2),
    similarity: Float64Array.of(0.6, 0.3, 0.1),
  };
  const score = [0, 1, 0, 1, 1, 0, 0, 0];
  const means = [0.25, 0.5];
  const forecast = (guard: number, shrinkage: number, count = 3) => {
    const out = new Float64Array(2);
    const deviations = deviationsFrom(means, score);
    new GuardedForecast(means, deviations, { neighbours: count, shrinkage, guard }).into(
      out,
      neighbours,
    );
    return out;
  };

  it('is the weighted mean of neighbours without guard and shrinkage', () => {
    expect(forecast(0, 0)[0]).toBeCloseTo(0.1, 12);
    expect(forecast(0, 0)[1]).toBeCloseTo(0.9, 12);
    expect([...forecast(0, 0, 1)]).toEqual([0, 1]);
  });

  it('is half way to the means where these weigh as much as the neighbours', () => {
    expect(forecast(0, 1)[0]).toBeCloseTo((0.1 + 0.25) / 2, 12);
    expect(forecast(0, 1)[1]).toBeCloseTo((0.9 + 0.5) / 2, 12);
  });

  it('takes from a paired deviation what its standard error casts in doubt', () => {
    // Of a: −3/8 twice and 5/8 once, around their common part; all prompts: those and 1/8.
    const mean = (0.9 * -3) / 8 + (0.1 * 5) / 8;
    const variance = (0.9 * 9) / 64 + (0.1 * 25) / 64 - mean ** 2;
    const effective = 1 / (0.36 + 0.09 + 0.01);
    const spread = (2 * (9 / 64) + 25 / 64 + 1 / 64) / 4;
    const error = (variance * effective + spread * 10) / (effective + 10) / effective;
    const kept = 1 - (0.25 * error) / mean ** 2;
    expect(kept).toBeGreaterThan(0.1);
    expect(kept).toBeLessThan(0.9);
    // b deviates by as much the other way; the common part, 0.125 of both, is not guarded.
    const [a, b] = forecast(0.5, 0);
    expect(a).toBeCloseTo(0.25 + kept * mean + 0.125, 12);
    expect(b).toBeCloseTo(0.5 - kept * mean + 0.125, 12);
  });

  it('keeps the difference of the means where the neighbours do not stand out', () => {
    const [a, b] = forecast(3, 0);
    expect(b! - a!).toBeCloseTo(0.25, 12);
  });

  it('stays in [0, 1] and keeps differences that fit', () => {
    const out = new Float64Array(2);
    const deviations = deviationsFrom([0.5, 0.9], [1, 1]);
    new GuardedForecast([0.5, 0.9], deviations, { neighbours: 1, shrinkage: 0, guard: 3 }).into(
      out,
      { rows: Int32Array.of(0), similarity: Float64Array.of(1) },
    );
    expect(out[0]).toBeCloseTo(0.6, 12);
    expect(out[1]).toBeCloseTo(1, 12);
  });
});

describe('the choice of how far to heed neighbours', () => {
  /** Row 0 says a, row 1 says b; each held-out prompt has one of them as its neighbour. */
  const heldOut = (likeness: (n: number) => number) =>
    Array.from({ length: 200 }, (_, n) => ({
      row: 2 + n,
      neighbours: { rows: Int32Array.of(n % 2), similarity: Float64Array.of(likeness(n)) },
    }));
  const score = (agrees: (n: number) => boolean) => [
    ...[1, 0, 0, 1],
    ...Array.from({ length: 200 }, (_, n) =>
      (n % 2 === 0) === agrees(n) ? [1, 0] : [0, 1],
    ).flat(),
  ];
  const groups = Int32Array.from({ length: 202 }, (_, row) => row);
  const near = (n: number): boolean => n % 4 < 2;

  it('finds from which similarity on neighbours help', () => {
    const deviations = deviationsFrom([0.5, 0.5], score(near));
    const likeness = (n: number): number => (near(n) ? 0.8 : 0.2) + n / 10_000;
    const chosen = chooseGuard(heldOut(likeness), deviations, groups, {});
    expect(chosen!.least_similarity).toBeCloseTo(0.8, 12);
  });

  it('asks none below which to stop where all help, and heeds none where none does', () => {
    const likeness = (): number => 0.5;
    const all = deviationsFrom(
      [0.5, 0.5],
      score(() => true),
    );
    expect(chooseGuard(heldOut(likeness), all, groups, {})!.least_similarity).toBe(0);
    const half = deviationsFrom([0.5, 0.5], score(near));
    expect(chooseGuard(heldOut(likeness), half, groups, {})).toBeNull();
  });
});

describe('knn', () => {
  it('learns from prompts of a kind, and reads back forecasting the same', () => {
    const document = learn(topical(30));
    expect(document.quality).not.toBeNull();
    expect(document.cost_beyond_length).not.toBeNull();
    const predictor = knnMethod.load(document, 2);
    const copy = knnMethod.load(readBack(document), 2);
    for (const topic of TOPICS) {
      const { quality, cost } = predictor.forecast(asks(textOf(topic, 77)));
      expect(quality[topic === 'cooking' ? 0 : 1]).toBeGreaterThan(0.85);
      expect(quality[topic === 'cooking' ? 1 : 0]).toBeLessThan(0.15);
      expect(Math.abs(cost[1]! - (topic === 'cooking' ? 8 : 2))).toBeLessThan(1.5);
      for (const features of [asks(textOf(topic, 5)), asks(`${topic} onions tide`), asks('')]) {
        expect(copy.forecast(features)).toEqual(predictor.forecast(features));
        expect(copy.explain(features)).toBe(predictor.explain(features));
      }
    }
  });

  it('gives the means where nothing measured is like the request', () => {
    const document = learn(topical(30));
    const { quality } = knnMethod.load(document, 2).forecast(asks('zzzz'));
    expect([...quality]).toEqual(document.means);
  });

  it('gives the means where the nearest is less like the request than helped', () => {
    const document = learn(topical(30));
    const quality = { ...document.quality!, least_similarity: 1.5 };
    const predictor = knnMethod.load({ ...document, quality }, 2);
    const asked = asks(textOf('cooking', 5));
    expect([...predictor.forecast(asked).quality]).toEqual(document.means);
    expect(predictor.explain(asked)).toMatch(/overall means.*helped from 1.50/);
  });

  it('does not take near-duplicates vouching for each other as evidence', () => {
    // Each text stands there ten times with the same winner, and the winner is drawn text by text.
    const rows = Array.from({ length: 300 }, (_, n): Row => {
      const text = Math.floor(n / 10);
      const first = (text * 7 + 3) % 5 < 2;
      const words = `alpha${text} beta${text} gamma${(text * 11) % 30} delta${(text * 17) % 30}`;
      return [asks(words), [first ? 1 : 0, first ? 0 : 1], [1, 2]];
    });
    const apart = dataOf(rows);
    const grouped = { ...apart, groups: Int32Array.from(rows, (_, n) => Math.floor(n / 10)) };
    expect(learn(apart).quality).not.toBeNull();
    expect(learn(grouped).quality).toBeNull();
  });

  it('tells useless features by their uselessness, and forecasts the means', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const data = shuffleFeatures(sampleOutcomes(300, seed).data, seed);
      const document = learn(data);
      expect(document.quality).toBeNull();
      const { quality } = knnMethod.load(document, 3).forecast(data.features[0]!);
      expect([...quality]).toEqual(document.means);
    }
  });

  it('passes over missing cells', () => {
    const data = topical(30);
    const score = data.score.map((value, cell) => (cell % 5 === 0 ? Number.NaN : value));
    const cost = data.cost.map((value, cell) => (cell % 7 === 0 ? Number.NaN : value));
    const document = learn({ ...data, score, cost });
    const { quality } = knnMethod.load(readBack(document), 2).forecast(asks(textOf('cooking', 77)));
    expect(quality[0]).toBeGreaterThan(0.8);
    expect(quality[1]).toBeLessThan(0.2);
  });

  it('leaves out what has no scores at all', () => {
    const data = topical(5);
    const score = data.score.map((value, cell) => (cell % 2 === 0 ? Number.NaN : value));
    expect(knnMethod.learn({ ...data, score }, { seed: 1, settings: {} })).toMatchObject({
      leftOut: expect.stringContaining('lab/a'),
    });
  });

  it('never expects a model to be right that never is, and knows no difference in ties', () => {
    const data = topical(20);
    const never = learn({ ...data, score: data.score.map((s, cell) => (cell % 2 === 0 ? 0 : s)) });
    const forecast = knnMethod.load(never, 2).forecast(asks(textOf('algebra', 3))).quality;
    expect(forecast[0]).toBeLessThan(0.1);
    expect(forecast[1]).toBeGreaterThan(0.9);
    const ties = learn({ ...data, score: data.score.map((_, cell) => Math.floor(cell / 2) % 2) });
    for (const topic of TOPICS) {
      const { quality } = knnMethod.load(ties, 2).forecast(asks(textOf(topic, 3)));
      expect(quality[0]).toBe(quality[1]);
    }
  });

  it('takes what is set, and refuses what cannot be', () => {
    expect(learn(topical(30), { neighbours: 7, guard: 2 }).quality).toMatchObject({
      neighbours: 7,
      guard: 2,
    });
    const data = sampleOutcomes(60, 1).data;
    const options = { seed: 1, dials: 3, settings: { neighbours: 0 } };
    expect(() => knn.fit(data, data, options)).toThrow(/`settings.neighbours`.*got 0/);
    const document = learn(topical(30));
    expect(() => knnMethod.load({ ...document, means: [1] }, 2)).toThrow(UserError);
    expect(() => knnMethod.load(document, 3)).toThrow(UserError);
  });
});
