import { type CacheCalibration, GUARDS_VERSION } from '../../src/caches/index.js';

/** As `cache calibrate` writes it, without its figures; what it measures is tested with the verb. */
export function aCalibration(threshold: number): CacheCalibration {
  const curve = { threshold, calibration: [], test: null };
  return {
    ...curve,
    format: 'switchyard-cache-calibration',
    format_version: 1,
    created_at: '2026-11-23T00:00:00.000Z',
    code_version: '1.2.3',
    embeddings: 'embedding:local:1',
    guards: GUARDS_VERSION,
    pairs: { path: 'pairs.jsonl', sha256: '0'.repeat(64) },
    max_false_hits: 0.01,
    without_guards: curve,
    kinds: [],
  };
}
