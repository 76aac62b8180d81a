import { describe, expect, it } from 'vitest';
import {
  type CacheCalibration,
  calibrate,
  GUARDS_VERSION,
  type MeasuredPair,
  parseCacheCalibration,
} from '../../src/caches/index.js';

const pairs = (count: number, pair: Partial<MeasuredPair>): MeasuredPair[] =>
  Array.from({ length: count }, () => ({
    same: false,
    kind: 'unrelated',
    split: 'calibration',
    similarity: 0.2,
    refused: false,
    ...pair,
  }));
const paraphrases = (count: number, similarity: number, more: Partial<MeasuredPair> = {}) =>
  pairs(count, { same: true, kind: 'paraphrase', similarity, ...more });

describe('calibrate', () => {
  it('takes the lowest threshold that keeps the bound, and reports it on the other part', () => {
    const { threshold, calibration, test } = calibrate(
      [
        ...paraphrases(10, 0.9),
        ...pairs(300, { similarity: 0.3 }),
        ...pairs(1, { kind: 'number', similarity: 0.853 }),
        ...paraphrases(4, 0.88, { split: 'test' }),
        ...paraphrases(1, 0.4, { split: 'test' }),
        ...pairs(9, { split: 'test', similarity: 0.95 }),
        ...pairs(11, { split: 'test' }),
      ],
      { maxFalseHits: 0.01 },
    );
    // None of 301: 0.0099; one of them: 0.0157.
    expect(threshold).toBe(0.86);
    expect(calibration.find((one) => one.threshold === 0.85)?.falseHits).toBe(1);
    expect(calibration.map((one) => one.threshold)).toEqual(
      calibration.map((one) => one.threshold).toSorted((a, b) => a - b),
    );
    expect(test).toMatchObject({ threshold: 0.86, same: 5, hits: 4, different: 20, falseHits: 9 });
    expect(test!.falseHitUpper).toBeCloseTo(0.6531, 3);
  });

  it('counts what guards let pass, and similarity alone beside it', () => {
    const { threshold, without_guards, kinds } = calibrate(
      [
        ...paraphrases(6, 0.9),
        ...paraphrases(2, 0.9, { refused: true }),
        ...pairs(400, { kind: 'negation', similarity: 0.9995, refused: true }),
      ],
      { maxFalseHits: 0.01 },
    );
    expect(threshold).toBe(0.5);
    expect(without_guards.threshold).toBeNull();
    expect(without_guards.test).toBeNull();
    expect(kinds).toEqual([
      {
        kind: 'paraphrase',
        split: 'calibration',
        same: true,
        pairs: 8,
        hits: 6,
        hitsWithoutGuards: null,
      },
      {
        kind: 'negation',
        split: 'calibration',
        same: false,
        pairs: 400,
        hits: 0,
        hitsWithoutGuards: null,
      },
    ]);
  });

  it('finds none on too few pairs, however good they look', () => {
    const few = calibrate([...paraphrases(10, 0.9), ...pairs(298, {})], { maxFalseHits: 0.01 });
    expect(few.threshold).toBeNull();
    expect(few.test).toBeNull();
    const enough = calibrate([...paraphrases(10, 0.9), ...pairs(299, {})], { maxFalseHits: 0.01 });
    expect(enough.threshold).toBe(0.5);
    expect(enough.test).toBeNull();
  });
});

describe('a calibration that is read back', () => {
  const calibration: CacheCalibration = {
    format: 'switchyard-cache-calibration',
    format_version: 1,
    created_at: '2026-01-01T00:00:00.000Z',
    code_version: '0.1.0',
    embeddings: 'embedding:local:1',
    guards: GUARDS_VERSION,
    pairs: { path: 'pairs.jsonl', sha256: 'a'.repeat(64) },
    max_false_hits: 0.01,
    ...calibrate([...paraphrases(5, 0.9), ...pairs(400, {})], { maxFalseHits: 0.01 }),
  };
  const read = (changes: object, embeddings = 'embedding:local:1') =>
    parseCacheCalibration(JSON.stringify({ ...calibration, ...changes }), 'c.json', embeddings);

  it('is what was written', () => {
    expect(read({})).toEqual(calibration);
  });

  it.each([
    [
      { guards: '0' },
      `c.json: calibrated with guards of version "0"; these are "${GUARDS_VERSION}"`,
    ],
    [
      { embeddings: 'embedding:other:1' },
      'c.json: calibrated with the embeddings "embedding:other:1", not "embedding:local:1"',
    ],
    [{ threshold: 1.5 }, 'c.json: threshold: found 1.5, expected a cosine; name a file that'],
    [{ threshold: undefined }, 'c.json: threshold: is missing'],
    [{ format: 'other' }, 'c.json: format: found "other", expected "switchyard-cache-calibration"'],
  ])('is refused in one line with %j', (changes, message) => {
    expect(() => read(changes)).toThrow(message);
    expect(() => read(changes)).toThrow(/^[^\n]*$/);
  });

  it('is refused where it is no JSON', () => {
    expect(() => parseCacheCalibration('{', 'c.json', 'e')).toThrow(/^c\.json: not JSON/);
  });
});
