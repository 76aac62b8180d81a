import { Budget, BudgetReached, type NanoUsd, type Reservation, toUsd } from '../../costs/index.js';

/** The stretch of time over which a cap holds; both are UTC. */
export type Period = 'day' | 'month';

/** The first moment of the period around a time, ISO 8601. */
export function startOf(period: Period, now: number): string {
  const iso = new Date(now).toISOString();
  return period === 'day'
    ? `${iso.slice(0, 10)}T00:00:00.000Z`
    : `${iso.slice(0, 7)}-01T00:00:00.000Z`;
}

/** The first moment after it, in milliseconds since the epoch. */
function endOf(period: Period, now: number): number {
  const date = new Date(startOf(period, now));
  return period === 'day'
    ? date.setUTCDate(date.getUTCDate() + 1)
    : date.setUTCMonth(date.getUTCMonth() + 1);
}

/** A tenant's cap that does not admit a request any more, until the period ends. */
export class TenantBudgetReached extends BudgetReached {
  readonly period: Period;
  /** When there is room again, ISO 8601. */
  readonly until: string;

  constructor(reached: BudgetReached, period: Period, until: string) {
    super(reached);
    this.period = period;
    this.until = until;
    const { cap, spent, reserved, asked } = reached;
    this.message = `The ${word(period)} budget of $${toUsd(cap)} leaves no room for this request, which may cost up to $${toUsd(asked)}: $${toUsd(spent)} is spent and $${toUsd(reserved)} reserved. It begins anew at ${until}; a smaller max_tokens reserves less.`;
  }
}

const word = (period: Period): string => (period === 'day' ? 'daily' : 'monthly');

/**
 * A cap on spending that begins anew with every day or month. What was reserved in one period settles
 * there, however late that is.
 */
export class PeriodBudget {
  readonly #period: Period;
  readonly #cap: NanoUsd | null;
  readonly #softShare: number;
  #end: number;
  #budget: Budget;

  /**
   * @param cap nano-dollars; null for none
   * @param softShare of the cap, from which `warning` warns
   * @param spent in the period that `now` (milliseconds since the epoch) lies in
   */
  constructor(period: Period, cap: NanoUsd | null, softShare: number, now: number, spent: NanoUsd) {
    this.#period = period;
    this.#cap = cap;
    this.#softShare = softShare;
    this.#end = endOf(period, now);
    this.#budget = new Budget(cap, spent);
  }

  /** @throws TenantBudgetReached; nothing is reserved then */
  reserve(worst: NanoUsd, now: number): Reservation {
    const budget = this.#at(now);
    try {
      return budget.reserve(worst);
    } catch (error) {
      if (!(error instanceof BudgetReached)) throw error;
      throw new TenantBudgetReached(error, this.#period, new Date(this.#end).toISOString());
    }
  }

  /** A sentence once the soft share is spent; null before, or without a cap. */
  warning(now: number): string | null {
    const { cap, spent } = this.#at(now);
    if (cap === null || spent === 0 || spent < cap * this.#softShare) return null;
    const percent = Math.floor((100 * spent) / cap);
    return `$${toUsd(spent)} of the ${word(this.#period)} budget of $${toUsd(cap)} is spent (${percent} %)`;
  }

  #at(now: number): Budget {
    // A clock that is put back stays in the period, or a budget would be given out a second time.
    if (now >= this.#end) {
      this.#end = endOf(this.#period, now);
      this.#budget = new Budget(this.#cap);
    }
    return this.#budget;
  }
}
