import { createHash, hash } from 'node:crypto';

/** SHA-256 of a text (UTF-8) or of bytes, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/**
 * JSON with object keys sorted and `undefined` members left out, so that equal data has equal text.
 * @throws TypeError for a number that JSON cannot hold (NaN, Infinity), as two such would collide.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) {
      throw new TypeError(`Expected \`${key}\` to be a finite number, got ${member}`);
    }
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  });
}

/** SHA-256 of any JSON-like value, independent of the order of its keys. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** A number in [0, 1) that depends only on its parts: for splits and seeds, never for secrets. */
export function hashToUnit(...parts: readonly (string | number)[]): number {
  const digest = createHash('sha256').update(parts.join('\u0000')).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
