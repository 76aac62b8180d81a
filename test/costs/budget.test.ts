import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, BudgetReached, type Reservation } from '../../src/costs/index.js';

describe('Budget', () => {
  it('reserves the worst case and settles to the truth', () => {
    const budget = new Budget(1000, 100);
    const reservation = budget.reserve(400);
    expect([budget.spent, budget.reserved, budget.remaining]).toEqual([100, 400, 500]);
    reservation.settle(150);
    expect([budget.spent, budget.reserved, budget.remaining]).toEqual([250, 0, 750]);
    expect(budget.overrun).toBe(0);
  });

  it('admits up to the cap exactly, and says what did not fit', () => {
    const budget = new Budget(1000, 100);
    budget.reserve(300);
    let caught: unknown;
    try {
      budget.reserve(601);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(BudgetReached);
    expect(caught).toMatchObject({ cap: 1000, spent: 100, reserved: 300, asked: 601 });
    expect(budget.reserved).toBe(300);
    budget.reserve(600);
    expect(budget.remaining).toBe(0);
    expect(() => budget.reserve(1)).toThrow(BudgetReached);
    expect(() => budget.reserve(0)).not.toThrow();
  });

  it('names dollars in its message', () => {
    expect(() => new Budget(1_500_000_000).reserve(2_000_000_000)).toThrow(
      'Budget of $1.5 reached: $0 spent and $0 reserved leave no room for $2',
    );
  });

  it('refuses to settle twice', () => {
    const budget = new Budget(1000);
    const reservation = budget.reserve(10);
    reservation.settle(5);
    expect(() => reservation.settle(5)).toThrow(TypeError);
    expect([budget.spent, budget.reserved]).toEqual([5, 0]);
  });

  it('books an overrun in full, shows it, and admits nothing more', () => {
    const budget = new Budget(100);
    budget.reserve(60).settle(130);
    expect([budget.spent, budget.overrun, budget.remaining]).toEqual([130, 70, 0]);
    expect(() => budget.reserve(1)).toThrow(BudgetReached);
  });

  it('without a cap admits everything and still counts', () => {
    const budget = new Budget(null);
    budget.reserve(9_000_000_000_000).settle(7);
    expect([budget.cap, budget.spent, budget.remaining]).toEqual([null, 7, null]);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the amount %d', (amount) => {
    expect(() => new Budget(amount)).toThrow(RangeError);
    expect(() => new Budget(10, amount)).toThrow(RangeError);
    expect(() => new Budget(10).reserve(amount)).toThrow(RangeError);
    const reservation = new Budget(10).reserve(5);
    expect(() => reservation.settle(amount)).toThrow(RangeError);
    expect(() => reservation.settle(5)).not.toThrow();
  });
});

/** Attempts with a worst case and a true share of it, and an order in which they start and end. */
const runs = fc.record({
  attempts: fc.array(
    fc.record({ worst: fc.nat(1_000_000), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    { maxLength: 40 },
  ),
  picks: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
});

describe('Budget, for any interleaving', () => {
  const play = (
    budget: Budget,
    { attempts, picks }: { attempts: { worst: number; share: number }[]; picks: number[] },
    check: () => void,
  ): { refused: number; paid: number } => {
    const waiting = [...attempts];
    const flying: { reservation: Reservation; actual: number }[] = [];
    let refused = 0;
    let paid = 0;
    for (const pick of picks) {
      const start = pick % 2 === 0 && waiting.length > 0;
      if (start) {
        const { worst, share } = waiting.shift()!;
        try {
          const reservation = budget.reserve(worst);
          flying.push({ reservation, actual: Math.floor(worst * share) });
        } catch (error) {
          if (!(error instanceof BudgetReached)) throw error;
          refused += 1;
        }
      } else if (flying.length > 0) {
        const [ended] = flying.splice(pick % flying.length, 1);
        ended!.reservation.settle(ended!.actual);
        paid += ended!.actual;
      }
      check();
    }
    for (const { reservation, actual } of flying) {
      reservation.settle(actual);
      paid += actual;
      check();
    }
    return { refused, paid };
  };

  it('never passes the cap, and counts what was paid', () => {
    fc.assert(
      fc.property(runs, fc.nat(8_000_000), (run, cap) => {
        const budget = new Budget(cap);
        const { paid } = play(budget, run, () => {
          expect(budget.spent + budget.reserved).toBeLessThanOrEqual(cap);
        });
        expect([budget.spent, budget.reserved, budget.overrun]).toEqual([paid, 0, 0]);
      }),
    );
  });

  it('admits everything at twice the sum of the worst cases', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const cap = 2 * run.attempts.reduce((sum, { worst }) => sum + worst, 0);
        expect(play(new Budget(cap), run, () => {}).refused).toBe(0);
      }),
    );
  });
});
