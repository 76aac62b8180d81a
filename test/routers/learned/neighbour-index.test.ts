import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFeatures, type Features } from '../../../src/features/index.js';
import type { RouterData } from '../../../src/routers/index.js';
import { heldOutNeighbours } from '../../../src/routers/learned/neighbours/held-out-neighbours.js';
import { mostSimilar } from '../../../src/routers/learned/neighbours/most-similar.js';
import {
  indexPrompts,
  loadNeighbourIndex,
  NeighbourIndex,
  type NeighbourIndexDocument,
  neighbourIndexSchema,
} from '../../../src/routers/learned/neighbours/neighbour-index.js';
import { MOST_NEIGHBOURS } from '../../../src/routers/learned/neighbours/neighbour-search.js';
import {
  TEXT_BUCKETS,
  TextSpace,
  textSpaceOf,
} from '../../../src/routers/learned/requests/text-space.js';
import { packBytes, unpackBytes, unpackIndices } from '../../../src/routers/packed-numbers.js';
import { UserError } from '../../../src/user-error.js';

const asks = (content: string): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain: null });

function dataOf(texts: readonly string[], groups?: readonly number[]): RouterData {
  return {
    models: ['a'],
    features: texts.map(asks),
    score: new Float64Array(texts.length),
    cost: new Float64Array(texts.length),
    text: [],
    failed: new Uint8Array(texts.length),
    groups: Int32Array.from(texts, (_, row) => groups?.[row] ?? row),
  };
}

/** Every stored row as a dense vector. */
function storedRows(document: NeighbourIndexDocument): Float64Array[] {
  const buckets = unpackIndices(document.buckets);
  const weights = unpackBytes(document.weights);
  let at = 0;
  return Array.from(unpackIndices(document.sizes), (size) => {
    const row = new Float64Array(TEXT_BUCKETS);
    for (const end = at + size; at < end; at++) row[buckets[at]!] = weights[at]!;
    return row;
  });
}

const product = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** All rows above 0 by sorting: the most similar first, then the earlier. */
function bruteForce(values: ArrayLike<number>, limit: number) {
  return Array.from(values, (value, row) => ({ row, value }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.row - b.row)
    .slice(0, limit);
}

const words = ['river', 'bridge', 'sum', 'prove', 'integral', 'paint', 'oil', 'code', 'loop', 'x'];
const text = fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((list) => list.join(' '));

describe('most similar', () => {
  it('finds what sorting everything finds, ties by row', () => {
    const value = fc.oneof(
      fc.integer({ min: -16_129, max: 16_300 }),
      fc.integer({ min: -3, max: 5 }),
    );
    const values = fc.array(value, { maxLength: 400 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 220 }), (list, limit) => {
        const { rows, similarity } = mostSimilar(Int32Array.from(list), limit, 16_129);
        const expected = bruteForce(list, limit);
        expect([...rows]).toEqual(expected.map(({ row }) => row));
        expect([...similarity]).toEqual(expected.map(({ value: of }) => of / 16_129));
      }),
    );
  });
});

describe('neighbour index', () => {
  it('finds what comparing with every stored prompt finds', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 40 }), fc.nat(), (texts, pick) => {
        const data = dataOf(texts);
        const document = indexPrompts(data);
        const stored = storedRows(document);
        const asked = pick % texts.length;
        const products = stored.map((row) => product(row, stored[asked]!));
        const found = loadNeighbourIndex(document).nearest(data.features[asked]!);
        const expected = bruteForce(products, MOST_NEIGHBOURS);
        expect([...found.rows]).toEqual(expected.map(({ row }) => row));
        expect([...found.similarity]).toEqual(expected.map(({ value }) => value / 127 ** 2));
      }),
      { numRuns: 40 },
    );
  });

  it('measures the cosine of tf-idf vectors, within what rounding takes', () => {
    const texts = ['prove the sum of angles', 'prove the integral', 'oil paint of a bridge', 'sum'];
    const data = dataOf([...texts, ...texts.map((one) => `${one} again`)]);
    const space = textSpaceOf(data);
    const dense = data.features.map((features) => {
      const { indices, values } = space.vectorOf(features);
      const vector = new Float64Array(TEXT_BUCKETS);
      indices.forEach((bucket, at) => {
        vector[bucket] = values[at]!;
      });
      return vector;
    });
    const { rows, similarity } = loadNeighbourIndex(indexPrompts(data)).nearest(data.features[0]!);
    expect(rows[0]).toBe(0);
    rows.forEach((row, at) => {
      expect(Math.abs(similarity[at]! - product(dense[0]!, dense[row]!))).toBeLessThan(0.03);
    });
  });

  it('keeps the heaviest hundred n-grams of a long prompt', () => {
    const long = (seed: number) =>
      Array.from({ length: 200 }, (_, at) => `w${(at * 7919 + seed * 31) % 1000}`).join(' ');
    const document = indexPrompts(dataOf(Array.from({ length: 6 }, (_, seed) => long(seed % 3))));
    for (const size of unpackIndices(document.sizes)) {
      expect(size).toBe(100);
    }
  });

  it('has no neighbours for a text of which nothing is known', () => {
    const index = loadNeighbourIndex(indexPrompts(dataOf(['oil paint', 'oil bridge', 'loop'])));
    for (const content of ['', '…', 'zzzz qqqq']) {
      expect(index.nearest(asks(content)).rows).toHaveLength(0);
    }
  });

  it('finds the same once written down and read back', () => {
    const data = dataOf(words.flatMap((one) => [`${one} river`, `${one} bridge code`]));
    const document = indexPrompts(data);
    const parsed = neighbourIndexSchema.parse(JSON.parse(JSON.stringify(document)));
    expect(loadNeighbourIndex(parsed)).toBe(loadNeighbourIndex(document));
    const copy = new NeighbourIndex(parsed, TextSpace.fromDocument(parsed.idf));
    for (const features of [...data.features, asks('a bridge over the river')]) {
      expect(copy.nearest(features)).toEqual(loadNeighbourIndex(document).nearest(features));
    }
  });

  it('says what does not fit together', () => {
    const document = indexPrompts(dataOf(['oil paint', 'oil bridge']));
    const broken = { ...document, weights: packBytes([1, 2]) };
    expect(() => loadNeighbourIndex(broken)).toThrow(UserError);
    expect(() => loadNeighbourIndex(broken)).toThrow(/`weights` 2/);
  });
});

describe('held-out neighbours', () => {
  it('leave out the own group, and nothing else', () => {
    const texts = ['river bridge', 'river bridge', 'river bridge', 'river oil', 'oil bridge'];
    const data = dataOf(texts, [7, 7, 3, 3, 5]);
    const heldOut = heldOutNeighbours(data);
    expect(heldOut.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
    for (const { row, neighbours } of heldOut) {
      const others = [...neighbours.rows].sort();
      expect(others).toEqual(
        [0, 1, 2, 3, 4].filter((other) => data.groups[other] !== data.groups[row]),
      );
    }
    expect(heldOut[0]!.neighbours.rows[0]).toBe(2);
  });
});
