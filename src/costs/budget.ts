import { checkAmount, type NanoUsd, toUsd } from './money.js';

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

/** A reservation that did not fit. All amounts are nano-dollars, as they stood when it was asked. */
export class BudgetReached extends Error {
  override readonly name = 'BudgetReached';
  readonly cap: NanoUsd;
  readonly spent: NanoUsd;
  readonly reserved: NanoUsd;
  readonly asked: NanoUsd;

  constructor(amounts: {
    readonly cap: NanoUsd;
    readonly spent: NanoUsd;
    readonly reserved: NanoUsd;
    readonly asked: NanoUsd;
  }) {
    super(
      `Budget of $${toUsd(amounts.cap)} reached: $${toUsd(amounts.spent)} spent and $${toUsd(amounts.reserved)} reserved leave no room for $${toUsd(amounts.asked)}`,
    );
    this.cap = amounts.cap;
    this.spent = amounts.spent;
    this.reserved = amounts.reserved;
    this.asked = amounts.asked;
  }
}

/**
 * A cap on spending that many calls in flight share: the worst case is reserved before a call and
 * settled to the true cost after it. While no attempt costs more than it reserved, `spent +
 * reserved` never passes the cap; with a cap of at least the sum of all worst cases every
 * reservation is admitted.
 *
 * An attempt that costs more than it reserved is booked in full all the same, as the money is gone
 * and its answer is paid for. The excess shows in `overrun`, and nothing further is admitted
 * that does not fit under what is left.
 */
export class Budget implements SpendGate {
  readonly cap: NanoUsd | null;
  #spent: NanoUsd;
  #reserved: NanoUsd = 0;
  #overrun: NanoUsd = 0;

  /**
   * @param cap null for no cap
   * @param alreadySpent by earlier executions of the same run
   * @throws RangeError quoting the value, if an amount is not an integer of nano-dollars from 0 up
   */
  constructor(cap: NanoUsd | null, alreadySpent: NanoUsd = 0) {
    this.cap = cap === null ? null : checkAmount('cap', cap);
    this.#spent = checkAmount('alreadySpent', alreadySpent);
  }

  get spent(): NanoUsd {
    return this.#spent;
  }

  /** Set aside for attempts in flight. */
  get reserved(): NanoUsd {
    return this.#reserved;
  }

  /** What can still be reserved; null without a cap. */
  get remaining(): NanoUsd | null {
    return this.cap === null ? null : Math.max(0, this.cap - this.#spent - this.#reserved);
  }

  /** How much attempts cost beyond what they had reserved, in total. Above 0 is worth a warning. */
  get overrun(): NanoUsd {
    return this.#overrun;
  }

  /**
   * @throws BudgetReached if it does not fit under the cap; nothing is reserved then
   * @throws RangeError if `worst` is not an integer of nano-dollars from 0 up
   */
  reserve(worst: NanoUsd): Reservation {
    checkAmount('worst', worst);
    // No await may come between this check and the increment below.
    if (this.cap !== null && this.#spent + this.#reserved + worst > this.cap) {
      throw new BudgetReached({
        cap: this.cap,
        spent: this.#spent,
        reserved: this.#reserved,
        asked: worst,
      });
    }
    this.#reserved += worst;
    let settled = false;
    return {
      settle: (actual) => {
        if (settled) {
          throw new TypeError(`Expected a reservation to be settled once, got ${actual} again`);
        }
        checkAmount('actual', actual);
        settled = true;
        this.#reserved -= worst;
        this.#spent += actual;
        this.#overrun += Math.max(0, actual - worst);
      },
    };
  }
}
