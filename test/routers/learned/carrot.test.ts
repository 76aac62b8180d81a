import { describe, expect, it } from 'vitest';
import type { RouterData } from '../../../src/routers/index.js';
import { carrotMethod } from '../../../src/routers/learned/carrot.js';
import {
  indexPrompts,
  loadNeighbourIndex,
} from '../../../src/routers/learned/neighbours/neighbour-index.js';
import { UserError } from '../../../src/user-error.js';
import { asks, dataOf, type Row, TOPICS, textOf } from './domains-sample.js';

const learn = (data: RouterData, settings: Record<string, unknown> = {}) => {
  const document = carrotMethod.learn(data, { seed: 1, settings });
  if ('leftOut' in document) throw new Error(document.leftOut);
  return document;
};

const data = dataOf(
  TOPICS.flatMap((topic) =>
    Array.from({ length: 24 }, (_, n): Row => {
      const cooks = topic === 'cooking';
      const score = [cooks || n % 4 === 0 ? 1 : 0, n % 3 === 0 ? 0.5 : 1];
      return [asks(textOf(topic, n)), score, [0, (cooks ? 8 : 2) * (n % 2 === 0 ? 1 : 4)]];
    }),
  ),
);

describe('carrot', () => {
  it('forecasts quality by the plain mean of the k nearest', () => {
    const document = learn(data, { neighbours: 5, cost_neighbours: 3 });
    const asked = asks(textOf('sailing', 50));
    const { rows } = loadNeighbourIndex(indexPrompts(data)).nearest(asked);
    const { quality, cost } = carrotMethod.load(document, 2).forecast(asked);
    const near = [...rows].slice(0, 5);
    for (const model of [0, 1]) {
      const mean = near.reduce((sum, row) => sum + data.score[row * 2 + model]!, 0) / 5;
      expect(quality[model]).toBeCloseTo(mean, 12);
    }
    const logs = [...rows].slice(0, 3).map((row) => Math.log(data.cost[row * 2 + 1]!));
    const geometric = Math.exp(logs.reduce((sum, log) => sum + log, 0) / 3);
    expect(cost[1]).toBeCloseTo(geometric * document.cost_smearing[1]!, 5);
    expect(document.cost_smearing[1]).toBeGreaterThan(1);
  });

  it('expects nothing of the cost of a free model', () => {
    const { cost } = carrotMethod.load(learn(data), 2).forecast(asks(textOf('sailing', 1)));
    expect(cost[0]).toBe(0);
  });

  it('chooses k for quality and for cost apart', () => {
    // Quality turns with the topic alone and cost is noise: few neighbours tell the one, all the other.
    const rows = TOPICS.flatMap((topic) =>
      Array.from({ length: 40 }, (_, n): Row => {
        const score = topic === 'cooking' ? [1, 0] : [0, 1];
        return [asks(textOf(topic, n)), score, [1 + ((n * 13) % 8), 2 ** ((n * 5) % 7)]];
      }),
    );
    const { quality, cost } = learn(dataOf(rows));
    expect(quality.neighbours).toBeLessThan(cost.neighbours);
  });

  it('falls back on the means without neighbours, and passes over missing cells', () => {
    const document = learn(data);
    const far = carrotMethod.load(document, 2).forecast(asks('zzzz'));
    expect([...far.quality]).toEqual(document.overall.quality);
    expect([...far.cost]).toEqual(document.overall.cost);
    const cooking = data.features.map((features) => features.text.includes('butter'));
    const score = data.score.map((value, cell) =>
      cell % 2 === 0 && cooking[Math.floor(cell / 2)] ? Number.NaN : value,
    );
    const predictor = carrotMethod.load(learn({ ...data, score }), 2);
    for (const features of data.features) {
      const { quality, cost } = predictor.forecast(features);
      for (const value of [...quality, ...cost]) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('reads back forecasting the same', () => {
    const document = learn(data);
    const text = JSON.stringify(document);
    const copy = carrotMethod.load(carrotMethod.document.parse(JSON.parse(text)), 2);
    const predictor = carrotMethod.load(document, 2);
    for (const features of [...data.features, asks('onions and tide'), asks('')]) {
      expect(copy.forecast(features)).toEqual(predictor.forecast(features));
      expect(copy.explain(features)).toBe(predictor.explain(features));
    }
  });

  it('refuses a document that does not fit together', () => {
    const document = learn(data);
    expect(() => carrotMethod.load(document, 3)).toThrow(UserError);
    const values = document.quality.values.slice(0, 16);
    const broken = { ...document, quality: { ...document.quality, values } };
    expect(() => carrotMethod.load(broken, 2)).toThrow(/3 scores/);
  });
});
