const STEPS = 60;

/**
 * Upper end of the exact one-sided interval of a binomial share (Clopper and Pearson 1934, "The use of
 * confidence or fiducial limits illustrated in the case of the binomial"): the share at which so few
 * events would have a chance of 1 − confidence. 1 without trials, as then it may be anything.
 * @param events a whole number from 0 to `trials`
 * @param confidence in (0, 1)
 */
export function binomialUpper(events: number, trials: number, confidence: number): number {
  if (events >= trials) return 1;
  let [low, high] = [events / trials, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (atMost(events, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Chance of at most so many events at a share in (0, 1). */
function atMost(events: number, trials: number, share: number): number {
  const odds = Math.log(share) - Math.log1p(-share);
  // Logarithms, as the first terms of many trials are smaller than a number can be.
  let term = trials * Math.log1p(-share);
  let total = Math.exp(term);
  for (let count = 1; count <= events; count++) {
    term += Math.log((trials - count + 1) / count) + odds;
    total += Math.exp(term);
  }
  return total;
}
