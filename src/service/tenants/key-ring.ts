import { createHash, timingSafeEqual } from 'node:crypto';

/** Whose key is this? Holds hashes only. */
export interface KeyRing<Owner> {
  /** Null for a key that is nobody's. Every hash is compared, so all wrong keys take the same time. */
  ownerOf(key: string): Owner | null;
}

/** @param keys SHA-256 of each key as 64 hex digits, and who holds it */
export function createKeyRing<Owner>(
  keys: readonly { readonly hash: string; readonly owner: Owner }[],
): KeyRing<Owner> {
  const known = keys.map(({ hash, owner }) => ({ digest: Buffer.from(hash, 'hex'), owner }));
  return {
    ownerOf(key) {
      const digest = createHash('sha256').update(key, 'utf8').digest();
      let found: Owner | null = null;
      for (const candidate of known) {
        if (timingSafeEqual(candidate.digest, digest)) found = candidate.owner;
      }
      // Nobody's key is empty, whatever hash the configuration holds.
      return key === '' ? null : found;
    },
  };
}
