import type { UsageRecord } from '../costs/index.js';

/**
 * The attempts of a call that was made for several, as if each had made one of its own: tokens and cost
 * are shared out by weight, whole numbers that add up to the call's to the last one (largest
 * remainders first, equal ones in order). An unknown cost is unknown to all.
 * @param weights one for each who shares, from 0 up; equal shares where all are 0
 * @returns one list for each of them
 */
export function shareUsage(
  usage: readonly UsageRecord[],
  weights: readonly number[],
): readonly UsageRecord[][] {
  const shares = weights.map((): UsageRecord[] => []);
  for (const record of usage) {
    const input = shareOut(record.usage?.input ?? 0, weights);
    const cachedInput = shareOut(record.usage?.cachedInput ?? 0, input);
    const cacheWrite = shareOut(record.usage?.cacheWrite ?? 0, input);
    const output = shareOut(record.usage?.output ?? 0, weights);
    const reasoning = shareOut(record.usage?.reasoning ?? 0, output);
    const cost = shareOut(record.cost ?? 0, weights);
    for (const [at, share] of shares.entries()) {
      share.push({
        ...record,
        usage:
          record.usage === null
            ? null
            : {
                ...record.usage,
                input: input[at]!,
                cachedInput: cachedInput[at]!,
                cacheWrite: cacheWrite[at]!,
                output: output[at]!,
                reasoning: reasoning[at]!,
              },
        cost: record.cost === null ? null : cost[at]!,
      });
    }
  }
  return shares;
}

/** Whole parts of a whole number, by weight, that add up to it. */
function shareOut(total: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) =>
    sum === 0 ? total / weights.length : (total * weight) / sum,
  );
  const parts = exact.map(Math.floor);
  const order = exact
    .map((value, at) => ({ at, remainder: value - parts[at]! }))
    .sort((a, b) => b.remainder - a.remainder || a.at - b.at);
  let left = total - parts.reduce((all, part) => all + part, 0);
  for (let next = 0; left > 0; next = (next + 1) % order.length) {
    parts[order[next]!.at]!++;
    left--;
  }
  return parts;
}
