import { z } from 'zod';

const packed = z.base64().max(2 ** 28);
const holdsWhole = (size: number) => (text: string) =>
  Buffer.from(text, 'base64').byteLength % size === 0;

/** Numbers in a document as base64 of little-endian bytes: a tenth of the digits, and exact. NaN is a missing one. */
export const packedFloatsOrMissing = packed.refine(
  holdsWhole(4),
  'Expected packed 4-byte numbers, and some bytes are missing',
);
export const packedFloats = packedFloatsOrMissing.refine(
  (text) => !holdsWhole(4)(text) || unpackFloats(text).every(Number.isFinite),
  'Expected packed finite numbers',
);
export const packedIndices = packed.refine(
  holdsWhole(2),
  'Expected packed 2-byte numbers, and some bytes are missing',
);
export const packedBytes = packed;

const bytesOf = (values: Float32Array | Uint16Array | Int8Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** Rounds to single precision: compute with what `unpackFloats` gives back. */
export const packFloats = (values: ArrayLike<number>): string => bytesOf(Float32Array.from(values));

/** @throws RangeError where the bytes are no whole number of values */
export function unpackFloats(packed: string): Float32Array {
  return new Float32Array(alignedBytes(packed, 4));
}

/** Whole numbers from 0 to 65,535. */
export const packIndices = (values: ArrayLike<number>): string => bytesOf(Uint16Array.from(values));

export function unpackIndices(packed: string): Uint16Array {
  return new Uint16Array(alignedBytes(packed, 2));
}

/** Whole numbers from −128 to 127. */
export const packBytes = (values: ArrayLike<number>): string => bytesOf(Int8Array.from(values));

export function unpackBytes(packed: string): Int8Array {
  return new Int8Array(alignedBytes(packed, 1));
}

function alignedBytes(packed: string, size: number): ArrayBuffer {
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.length % size !== 0) {
    throw new RangeError(`Expected a multiple of ${size} bytes, got ${bytes.length}`);
  }
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
