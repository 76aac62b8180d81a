import type { NanoUsd } from './money.js';

/** Money set aside for one attempt until its true cost is known. */
export interface Reservation {
  /** Books the true cost and frees the rest. Call it exactly once; 0 for an attempt not billed. */
  settle(actual: NanoUsd): void;
}

/** What a caller asks before it spends. `Budget` is the real one. */
export interface SpendGate {
  /** @throws BudgetReached if the worst case does not fit under the cap any more. */
  reserve(worst: NanoUsd): Reservation;
}
