import { randomFillSync } from 'node:crypto';

/** 18 bytes are 24 characters of base64url. */
const BYTES = 18;
/** Drawn at once, as one system call costs more than all the rest of an id. */
const IDS_AT_ONCE = 256;

const pool = Buffer.alloc(BYTES * IDS_AT_ONCE);
let next = pool.length;

/** An id that nobody can guess: `op_` and 24 characters that are safe in URLs. */
export function operationId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const start = next;
  next += BYTES;
  return `op_${pool.toString('base64url', start, next)}`;
}
