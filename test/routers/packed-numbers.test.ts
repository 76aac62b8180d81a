import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  packBytes,
  packedBytes,
  packedFloats,
  packedIndices,
  packFloats,
  packIndices,
  unpackBytes,
  unpackFloats,
  unpackIndices,
} from '../../src/routers/packed-numbers.js';

it('gives back what was packed', () => {
  const floats = fc.float32Array({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(floats, fc.uint16Array(), fc.int8Array(), (numbers, indices, bytes) => {
      expect(unpackFloats(packedFloats.parse(packFloats(numbers)))).toEqual(numbers);
      expect(unpackIndices(packedIndices.parse(packIndices(indices)))).toEqual(indices);
      expect(unpackBytes(packedBytes.parse(packBytes(bytes)))).toEqual(bytes);
    }),
  );
});

it.each([
  ['floats', packedFloats, 'AAAA', 'some bytes are missing'],
  ['indices', packedIndices, 'AAAA', 'some bytes are missing'],
  ['floats', packedFloats, packFloats([Number.NaN]), 'finite'],
  ['floats', packedFloats, '!!AAAAAA', 'base64'],
  ['bytes', packedBytes, 'not base64!', 'base64'],
] as const)('refuses damaged %s', (_, schema, text, message) => {
  expect(schema.safeParse(text).error?.issues[0]?.message).toContain(message);
});
