import type { SparseVector } from '../../../features/index.js';

/** Indices have to stay below. */
const MOST_INDICES = 2 ** 16;

/**
 * A sparse vector that holds few different numbers, as hashed counts do, in a third of the room:
 * nothing is lost. Entries are in the order of the vector.
 */
export interface PackedVector {
  /** The index in the lower 16 bits, the place in `values` in the upper. */
  readonly entries: Uint32Array;
  /** All different. */
  readonly values: readonly number[];
}

export const indexIn = (entry: number): number => entry & (MOST_INDICES - 1);
export const placeIn = (entry: number): number => entry >>> 16;

/** @throws RangeError where an index is 65,536 or more, or as many values differ */
export function packVector({ indices, values }: SparseVector): PackedVector {
  const different: number[] = [];
  const entries = new Uint32Array(indices.length);
  for (let at = 0; at < indices.length; at++) {
    let place = different.indexOf(values[at]!);
    if (place < 0) place = different.push(values[at]!) - 1;
    if (indices[at]! >= MOST_INDICES || place >= MOST_INDICES) {
      throw new RangeError(
        `Expected indices below ${MOST_INDICES} and as many different values, got index ${indices[at]} and value ${place + 1}`,
      );
    }
    entries[at] = ((place << 16) | indices[at]!) >>> 0;
  }
  return { entries, values: different };
}

export function unpackVector({ entries, values }: PackedVector): SparseVector {
  const indices = new Int32Array(entries.length);
  const numbers = new Float64Array(entries.length);
  for (let at = 0; at < entries.length; at++) {
    indices[at] = indexIn(entries[at]!);
    numbers[at] = values[placeIn(entries[at]!)]!;
  }
  return { indices, values: numbers };
}
