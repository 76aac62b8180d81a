import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Features } from '../../../src/features/index.js';
import type { RouterData } from '../../../src/routers/index.js';
import { CellMeans } from '../../../src/routers/learned/clusters/cell-means.js';
import { shrinkageMethod } from '../../../src/routers/learned/shrinkage.js';
import { UserError } from '../../../src/user-error.js';
import { asks, dataOf, type Row, type Topic, textOf } from './domains-sample.js';

const predictorOf = (data: RouterData, settings: Record<string, unknown>) => {
  const document = shrinkageMethod.learn(data, { seed: 1, settings });
  if ('leftOut' in document) throw new Error(document.leftOut);
  const read = shrinkageMethod.document.parse(JSON.parse(JSON.stringify(document)));
  return { document, predictor: shrinkageMethod.load(read, data.models.length) };
};

/** One model right in `right` of `count` prompts on a topic; the other always. */
const rowsOf = (topic: Topic, domain: string | null, count: number, right: number): Row[] =>
  Array.from({ length: count }, (_, n) => [
    // The same words each time: one cluster at either level.
    asks(textOf(topic, 0), domain),
    [n < right ? 1 : 0, 1],
    [1, 3],
  ]);

/** (n · m + strength · above) / (n + strength), n · m being the sum. */
const pulled = (sum: number, count: number, above: number, strength: number): number =>
  (sum + strength * above) / (count + strength);

describe('shrinkage', () => {
  const rows = [
    ...rowsOf('cooking', 'home', 10, 2),
    ...rowsOf('sailing', 'home', 6, 3),
    ...rowsOf('sailing', 'sport', 4, 4),
  ];
  const of = (features: Features) =>
    predictorOf(dataOf(rows), { strength: 24 }).predictor.forecast(features);

  it('goes from all prompts to domain to cluster in it, each pulled to the last', () => {
    // 9 of 20 overall, 5 of 16 at home, 3 of 6 on sailing at home: at both levels of clusters.
    const home = pulled(5, 16, 9 / 20, 24);
    const wide = pulled(3, 6, home, 24);
    const narrow = pulled(3, 6, wide, 24);
    expect(of(asks(textOf('sailing', 0), 'home')).quality[0]).toBeCloseTo(narrow, 6);
    expect(narrow).toBeCloseTo(0.4328, 10);
    expect(of(asks(textOf('sailing', 0), 'home')).quality[1]).toBeCloseTo(1, 6);
  });

  it('stays at the domain where the text is like nothing in it', () => {
    const sport = pulled(4, 4, 9 / 20, 24);
    expect(of(asks(textOf('cooking', 0), 'sport')).quality[0]).toBeCloseTo(sport, 6);
    expect(of(asks('', 'sport')).quality[0]).toBeCloseTo(sport, 6);
  });

  it('goes from all prompts to clusters in a domain never seen, and where none is declared', () => {
    // HierShrink as published: 7 of 10 on sailing, of 9 of 20 overall.
    const expected = pulled(7, 10, pulled(7, 10, 9 / 20, 24), 24);
    expect(expected).toBeCloseTo(0.5754325, 7);
    expect(of(asks(textOf('sailing', 0), 'elsewhere')).quality[0]).toBeCloseTo(expected, 6);
    const undeclared = dataOf(rows.map(([{ text }, ...rest]) => [asks(text), ...rest]));
    const { predictor } = predictorOf(undeclared, { strength: 24 });
    expect(predictor.needsDomain).toBe(false);
    expect(predictor.forecast(asks(textOf('sailing', 0))).quality[0]).toBeCloseTo(expected, 6);
  });

  it('reads the domain where it learned from domains', () => {
    const { predictor } = predictorOf(dataOf(rows), {});
    expect(predictor.needsDomain).toBe(true);
    expect(predictor.explain(asks(textOf('sailing', 0), 'home'))).toContain(
      '16 prompts of domain "home", of which 6 are in its wide cluster of text and 6 in its narrow',
    );
  });

  it('counts cells never measured for nothing', () => {
    const gaps = rows.map(
      ([features, [a, b], cost], n) => [features, [n % 2 ? Number.NaN : a!, b!], cost] as Row,
    );
    const quality = predictorOf(dataOf(gaps), { strength: 24 }).predictor.forecast(
      asks(textOf('cooking', 0), 'home'),
    ).quality;
    const kept = gaps.filter((_, n) => n % 2 === 0).map(([{ domain }, [a]]) => ({ domain, a: a! }));
    const mean = kept.reduce((sum, { a }) => sum + a, 0) / kept.length;
    const home = kept.filter(({ domain }) => domain === 'home');
    const atHome = pulled(
      home.reduce((sum, { a }) => sum + a, 0),
      home.length,
      mean,
      24,
    );
    const wide = pulled(1, 5, atHome, 24);
    expect(quality[0]).toBeCloseTo(pulled(1, 5, wide, 24), 6);
  });

  it('chooses how strongly to pull by inner folds: little where domains differ, much where they do not', () => {
    const strengthOf = (differ: boolean): number => {
      const many = Array.from({ length: 400 }, (_, n): Row => {
        const topic = n % 2 ? 'cooking' : 'sailing';
        const right = differ ? n % 2 : Number((n * 7919) % 16 < 8);
        return [asks(textOf(topic, n), `d${n % 8}`), [right, 1 - right], [1, 3]];
      });
      return predictorOf(dataOf(many), {}).document.strength;
    };
    expect(strengthOf(true)).toBe(12);
    expect(strengthOf(false)).toBeGreaterThan(48);
  });

  it('refuses a document whose parts do not fit together', () => {
    const { document } = predictorOf(dataOf(rows), {});
    expect(() => shrinkageMethod.load(document, 3)).toThrow(UserError);
    const levels = { ...document.levels, fine: { ...document.levels.fine, means: '' } };
    expect(() => shrinkageMethod.load({ ...document, levels }, 2)).toThrow('`levels`');
  });
});

describe('CellMeans', () => {
  const score = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN));

  it('pulls an estimate to somewhere between it and the mean, the nearer the more was measured', () => {
    fc.assert(
      fc.property(
        fc.array(score, { maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        (scores, before, strength) => {
          const values = Float64Array.from(scores);
          const table = new CellMeans(1, 1).add(values, new Int32Array(scores.length));
          const estimate = Float64Array.of(before);
          table.pull(estimate, 0, strength);
          const measured = scores.filter((value) => !Number.isNaN(value));
          expect(table.count(0, 0)).toBe(measured.length);
          if (measured.length === 0) {
            expect(estimate[0]).toBe(before);
            return;
          }
          const share = measured.length / (measured.length + strength);
          expect(estimate[0]).toBeCloseTo(before + share * (table.mean(0, 0) - before), 9);
        },
      ),
    );
  });
});
