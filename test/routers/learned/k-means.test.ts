import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SparseVector } from '../../../src/features/index.js';
import { Centroids } from '../../../src/routers/learned/clusters/centroids.js';
import { assign, kMeans } from '../../../src/routers/learned/clusters/k-means.js';
import { textClusters } from '../../../src/routers/learned/clusters/text-clusters.js';
import { heaviest } from '../../../src/routers/learned/requests/heaviest-entries.js';
import { UserError } from '../../../src/user-error.js';
import { asks, dataOf, TOPICS, textOf } from './domains-sample.js';

const vector = (entries: Record<number, number>): SparseVector => {
  const length = Math.hypot(...Object.values(entries));
  return {
    indices: Int32Array.from(Object.keys(entries), Number),
    values: Float64Array.from(Object.values(entries), (value) => value / length),
  };
};

const nothing = vector({});

describe('kMeans', () => {
  it('finds groups that share no n-gram', () => {
    const rows = Array.from({ length: 60 }, (_, n) => {
      const from = 100 * (n % 3);
      return vector({ [from]: 3, [from + 1 + (n % 5)]: 1 });
    });
    const labels = assign(rows, kMeans(rows, { clusters: 3, seed: 4 }));
    expect(new Set(labels).size).toBe(3);
    expect(labels).toEqual(labels.map((_, n) => labels[n % 3]!));
  });

  it('tells topics apart by their texts, the same way each time', () => {
    const rows = TOPICS.flatMap((topic) =>
      Array.from({ length: 20 }, (_, n) => [asks(textOf(topic, n)), [0, 1], [1, 2]] as const),
    );
    const { centroids, labels } = textClusters(dataOf(rows), 3, 1);
    expect(centroids.count).toBe(3);
    const ofTopic = TOPICS.map((_, at) => new Set(labels.slice(20 * at, 20 * at + 20)));
    expect(ofTopic.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(new Set(ofTopic.flatMap((set) => [...set])).size).toBe(3);
    expect(textClusters(dataOf(rows), 3, 1).labels).toEqual(labels);
  });

  it('finds no more clusters than there are different vectors, and none among empty ones', () => {
    const alike = Array.from({ length: 9 }, (_, n) => vector({ [n % 2]: 1 }));
    expect(kMeans(alike, { clusters: 5, seed: 1 }).count).toBe(2);
    expect(kMeans([nothing, nothing], { clusters: 5, seed: 1 }).count).toBe(0);
    expect([...assign([nothing, alike[0]!], kMeans(alike, { clusters: 2, seed: 1 }))][0]).toBe(-1);
  });
});

describe('Centroids', () => {
  const rows = [vector({ 1: 3, 7: 4 }), vector({ 7: 1 }), vector({ 2: 1 })];

  it('are directions of sums, held against a vector by cosine', () => {
    const centroids = Centroids.of(rows, [0, 0, 1], 2, 10);
    const similarities = new Float64Array(2);
    centroids.similarities(vector({ 7: 1 }), similarities);
    // (0.6, 1.8) scaled to length 1
    expect(similarities[0]).toBeCloseTo(1.8 / Math.hypot(0.6, 1.8), 6);
    expect(similarities[1]).toBe(0);
    expect(centroids.nearest(vector({ 2: 1, 7: 9 }), similarities)).toBe(0);
    expect(centroids.nearest(vector({ 99: 1 }), similarities)).toBe(-1);
  });

  it('come back from their document', () => {
    const centroids = Centroids.of(rows, [0, 0, 1], 2, 10);
    const copy = new Centroids(JSON.parse(JSON.stringify(centroids.toDocument())));
    const [mine, theirs] = [new Float64Array(2), new Float64Array(2)];
    for (const row of rows) {
      centroids.similarities(row, mine);
      copy.similarities(row, theirs);
      expect(theirs).toEqual(mine);
    }
  });

  it('refuse a document of parts that do not fit together', () => {
    const document = Centroids.of(rows, [0, 0, 1], 2, 10).toDocument();
    expect(() => new Centroids({ ...document, weights: '' })).toThrow(UserError);
    expect(() => new Centroids({ ...document, buckets: 'AQD//wIA' })).toThrow('below 32768');
  });
});

describe('heaviest', () => {
  it('keeps the entries of the largest magnitude, scaled to length 1', () => {
    const { indices, values } = heaviest(vector({ 1: 1, 4: -8, 6: 2, 9: 6 }), 2);
    expect([...indices]).toEqual([4, 9]);
    expect(values[0]).toBeCloseTo(-0.8, 12);
    expect(values[1]).toBeCloseTo(0.6, 12);
  });

  it('never keeps more than asked, nor a lighter entry in place of a heavier', () => {
    const entry = fc.double({ min: -9, max: 9, noNaN: true }).filter((value) => value !== 0);
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 80 }), fc.nat(90), (all, keep) => {
        const values = Float64Array.from(all);
        const kept = heaviest({ indices: Int32Array.from(all.keys()), values }, keep);
        expect(kept.indices.length).toBeLessThanOrEqual(keep);
        const within = new Set(kept.indices);
        const inside = all.filter((_, at) => within.has(at)).map(Math.abs);
        const outside = all.filter((_, at) => !within.has(at)).map(Math.abs);
        expect(Math.min(...inside)).toBeGreaterThanOrEqual(Math.max(0, ...outside));
        if (all.length <= keep) expect(outside).toEqual([]);
      }),
    );
  });
});
