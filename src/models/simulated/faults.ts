import { createRng } from '../../statistics/index.js';
import { UserError } from '../../user-error.js';

/** What the stand-in can do wrong: 429, 500, never answer, or break off in the middle of the body. */
export const FAULTS = ['rateLimit', 'serverError', 'hang', 'truncate'] as const;
export type Fault = (typeof FAULTS)[number];

/** Chance of each fault per request; together at most 1. */
export type FaultChances = Readonly<Partial<Record<Fault, number>>>;

/**
 * Draws whether the next request fails and how: the n-th call's result depends on the seed and n only.
 * @throws UserError for a chance outside 0 … 1 or chances that add up to more than 1
 */
export function createFaultDrawer(chances: FaultChances, seed: number): () => Fault | null {
  let upTo = 0;
  const bounds = FAULTS.map((fault) => {
    const chance = chances[fault] ?? 0;
    if (!(chance >= 0 && chance <= 1)) {
      throw new UserError(`Expected the chance of \`${fault}\` to be from 0 to 1, got ${chance}`);
    }
    upTo += chance;
    return { fault, upTo };
  });
  if (upTo > 1 + 1e-9) {
    throw new UserError(`Expected the chances of faults to add up to 1 at most, got ${upTo}`);
  }
  const rng = createRng(seed, 'faults');
  return () => {
    const drawn = rng.next();
    return bounds.find((bound) => drawn < bound.upTo)?.fault ?? null;
  };
}
