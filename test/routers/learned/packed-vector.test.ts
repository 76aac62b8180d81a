import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packVector, unpackVector } from '../../../src/routers/learned/requests/packed-vector.js';

describe('a packed vector', () => {
  it('holds every index and every number as it was', () => {
    const index = fc.integer({ min: 0, max: 65_535 });
    const value = fc.oneof(fc.constantFrom(-0.25, 0.25, 0.5), fc.double({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(index, value), { maxLength: 300 }), (entries) => {
        const indices = Int32Array.from(entries, ([at]) => at);
        const values = Float64Array.from(entries, ([, number]) => number + 0);
        expect(unpackVector(packVector({ indices, values }))).toEqual({ indices, values });
      }),
    );
  });

  it('refuses an index that has no room', () => {
    const vector = { indices: Int32Array.of(65_536), values: Float64Array.of(1) };
    expect(() => packVector(vector)).toThrow('index 65536');
  });
});
