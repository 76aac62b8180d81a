import type { SparseVector } from '../../../features/index.js';

/** Magnitudes are told apart to this fraction of the largest. */
const LEVELS = 4096;

const held = new Int32Array(LEVELS + 1);

/**
 * The entries of the largest magnitude, scaled to length 1 together. At most `keep`, and a few less
 * where more are equal at the edge. Linear in the entries.
 */
export function heaviest({ indices, values }: SparseVector, keep: number): SparseVector {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  // Beyond this the quotient is infinite.
  const scale = most < 1e-300 ? 0 : LEVELS / most;
  let least = 0;
  if (values.length > keep) {
    held.fill(0);
    for (let at = 0; at < values.length; at++) held[Math.floor(Math.abs(values[at]!) * scale)]!++;
    let within = 0;
    for (least = LEVELS + 1; least > 0 && within + held[least - 1]! <= keep; least--) {
      within += held[least - 1]!;
    }
  }
  const buckets = new Int32Array(values.length);
  const weights = new Float64Array(values.length);
  let kept = 0;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value === 0 || Math.floor(Math.abs(value) * scale) < least) continue;
    buckets[kept] = indices[at]!;
    weights[kept++] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  for (let at = 0; at < kept; at++) weights[at]! /= length;
  return { indices: buckets.slice(0, kept), values: weights.slice(0, kept) };
}
