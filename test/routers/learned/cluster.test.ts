import { describe, expect, it } from 'vitest';
import type { RouterData } from '../../../src/routers/index.js';
import { clusterMethod } from '../../../src/routers/learned/cluster.js';
import { Centroids } from '../../../src/routers/learned/clusters/centroids.js';
import { TextSpace } from '../../../src/routers/learned/requests/text-space.js';
import { UserError } from '../../../src/user-error.js';
import { asks, dataOf, type Row, TOPICS, textOf } from './domains-sample.js';

const learn = (data: RouterData, settings: Record<string, unknown>) => {
  const document = clusterMethod.learn(data, { seed: 1, settings });
  if ('leftOut' in document) throw new Error(document.leftOut);
  return clusterMethod.document.parse(JSON.parse(JSON.stringify(document)));
};

/** Model a is right on cooking alone, b everywhere else; 20 prompts a topic. */
const rows = TOPICS.flatMap((topic) =>
  Array.from({ length: 20 }, (_, n): Row => {
    const cooks = topic === 'cooking';
    return [asks(textOf(topic, n)), [cooks ? 1 : 0, cooks ? 0 : 1], [1, cooks ? 8 : 2]];
  }),
);
const data = dataOf(rows);

describe('cluster', () => {
  it('forecasts means of the nearest cluster, pulled by five prompts to those of all', () => {
    const document = learn(data, { clusters: 3, top_k: 1 });
    const { quality, cost } = clusterMethod.load(document, 2).forecast(asks(textOf('cooking', 3)));
    expect(quality[0]).toBeCloseTo((20 + 5 / 3) / 25, 6);
    expect(quality[1]).toBeCloseTo((0 + (5 * 2) / 3) / 25, 6);
    expect(cost[0]).toBeCloseTo(1, 6);
    expect(cost[1]).toBeCloseTo((20 * 8 + 5 * 4) / 25, 6);
  });

  it('weighs several clusters by exp(−9 · cosine distance)', () => {
    const document = learn(data, { clusters: 3, top_k: 3 });
    const features = asks('simmer onions butter anchor mast windward');
    const cosines = new Float64Array(3);
    const vector = TextSpace.fromDocument(document.idf).vectorOf(features);
    new Centroids(document.centroids).similarities(vector, cosines);
    const near = [...cosines].filter((cosine) => cosine > 0);
    expect(near.length).toBeGreaterThan(1);
    const weights = near.map((cosine) => Math.exp(-9 * (1 - cosine)));
    const alone = clusterMethod.load(learn(data, { clusters: 3, top_k: 1 }), 2);
    const qualityOf = TOPICS.map((topic) => alone.forecast(asks(textOf(topic, 3))).quality[0]!);
    const byCluster = [...cosines].map((_, cluster) => {
      const probe = TOPICS.findIndex((topic) => {
        const scratch = new Float64Array(3);
        const at = TextSpace.fromDocument(document.idf).vectorOf(asks(textOf(topic, 3)));
        return new Centroids(document.centroids).nearest(at, scratch) === cluster;
      });
      return qualityOf[probe]!;
    });
    const expected =
      byCluster
        .filter((_, cluster) => cosines[cluster]! > 0)
        .reduce((sum, quality, at) => sum + weights[at]! * quality, 0) /
      weights.reduce((sum, weight) => sum + weight, 0);
    expect(clusterMethod.load(document, 2).forecast(features).quality[0]).toBeCloseTo(expected, 6);
  });

  it('falls back to means over all on a text like nothing measured', () => {
    const predictor = clusterMethod.load(learn(data, {}), 2);
    expect([...predictor.forecast(asks('')).quality]).toEqual([0.3333333, 0.6666667]);
    expect(predictor.explain(asks(''))).toContain('like no cluster');
  });

  it('leaves costs never measured out of the means', () => {
    const gaps = rows.map(
      ([features, score, [a, b]], n) => [features, score, [a!, n % 2 ? Number.NaN : b!]] as Row,
    );
    const document = learn(dataOf(gaps), { clusters: 3, top_k: 1 });
    const { cost } = clusterMethod.load(document, 2).forecast(asks(textOf('cooking', 3)));
    expect(cost[1]).toBeCloseTo((10 * 8 + 5 * 4) / 15, 6);
  });

  it('chooses its shape by inner folds where none is set', () => {
    const document = learn(data, {});
    const { quality } = clusterMethod.load(document, 2).forecast(asks(textOf('sailing', 2)));
    expect(quality[1]! - quality[0]!).toBeGreaterThan(0.3);
    expect([1, 3, 10]).toContain(document.top_k);
  });

  it('refuses a document whose parts do not fit together', () => {
    const document = learn(data, {});
    expect(() => clusterMethod.load(document, 3)).toThrow(UserError);
    expect(() => clusterMethod.load({ ...document, cost: '' }, 2)).toThrow('got');
  });
});
