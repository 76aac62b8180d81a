import { z } from 'zod';

export const pacerSchema = z.strictObject({
  /** Exponential moving average of the cost a request, in the cost basis. */
  average: z.number().min(0),
  /** What is added to the cost weight. */
  penalty: z.number().min(0).max(5),
});
/** Holds the mean cost a request near a budget by making cost weigh more while too much is spent. */
export type BudgetPacer = z.output<typeof pacerSchema>;

/** Weight of the newest cost in the average, and pace of the penalty. */
const NEWEST = 0.05;
const RATE = 0.05;
const MOST_PENALTY = 5;
/**
 * The average over the budget at which the ceiling comes down. Any lower ceiling shuts out the dearest
 * model for all, which spends a budget by the clock; the penalty alone spends it where it gains most.
 */
const EMERGENCY = 1.25;

/** Before the first request: neither behind nor ahead. */
export const restingPacer = (budget: number): BudgetPacer => ({ average: budget, penalty: 0 });

/** The pacer after one more request. An unknown cost (NaN) tells it nothing. */
export function paced(pacer: BudgetPacer, budget: number, cost: number): BudgetPacer {
  if (Number.isNaN(cost)) return pacer;
  const average = (1 - NEWEST) * pacer.average + NEWEST * cost;
  const penalty = pacer.penalty + RATE * (average / budget - 1);
  return { average, penalty: Math.min(MOST_PENALTY, Math.max(0, penalty)) };
}

/** What a call may be expected to cost at most: the dearest model's cost, less while far too much is being spent. */
export function ceiling(
  { average, penalty }: BudgetPacer,
  budget: number,
  dearest: number,
): number {
  return average <= EMERGENCY * budget ? dearest : dearest / (1 + penalty);
}
