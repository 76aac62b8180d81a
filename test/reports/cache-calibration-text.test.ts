import { expect, test } from 'vitest';
import { calibrate } from '../../src/caches/index.js';
import { cacheCalibrationText } from '../../src/reports/index.js';

const pairs = (split: 'calibration' | 'test', different: number, falseHits: number) =>
  Array.from({ length: different }, (_, at) => ({
    same: false,
    kind: 'order',
    split,
    similarity: 0.7,
    refused: at >= falseHits,
  }));

const textOf = (falseHits: number): string => {
  const measured = [...pairs('calibration', 400, 0), ...pairs('test', 400, falseHits)];
  const calibration = calibrate(measured, { maxFalseHits: 0.01, confidence: 0.95 });
  return cacheCalibrationText(
    {
      ...calibration,
      format: 'switchyard-cache-calibration',
      format_version: 1,
      created_at: '2026-01-01T00:00:00.000Z',
      code_version: '0',
      embeddings: 'embedding:lab',
      guards: '1',
      pairs: { path: 'pairs.jsonl', sha256: '0'.repeat(64) },
      max_false_hits: 0.01,
    },
    { color: false },
  );
};

test('a bound that does not hold on the test part is said to be broken, and no other', () => {
  expect(textOf(0)).not.toContain('above the bound');
  expect(textOf(2)).toContain('On the test part they may be 1.57 %: above the bound');
});
