/**
 * What each of several gets of an amount that may not do for all: as much as it wants up to a level
 * that is the same for all, so that the largest are cut first. Integers; the sum is at most the amount.
 */
export function shareOut(wanted: readonly number[], amount: number): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const shares = wanted.map(() => 0);
  let left = amount;
  for (const [position, index] of order.entries()) {
    shares[index] = Math.min(wanted[index]!, Math.floor(left / (order.length - position)));
    left -= shares[index]!;
  }
  return shares;
}
