/**
 * Standard normal distribution function, by the power series of Marsaglia (2004),
 * "Evaluating the Normal Distribution". Absolute error below 1e-14.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z > 8) return 1;
  if (z < -8) return 0;
  let total = z;
  let term = z;
  let previous = 0;
  for (let i = 3; total !== previous; i += 2) {
    previous = total;
    term *= (z * z) / i;
    total += term;
  }
  return 0.5 + total * Math.exp(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI));
}

/**
 * Standard normal quantile, by bisection of `normalCdf`.
 * @param probability in (0, 1); 0 and 1 give the infinities
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  return bisect((z) => normalCdf(z) - probability, -8, 8);
}

/** Root of an increasing function on [low, high], to the last bit that the midpoint can tell. */
export function bisect(increasing: (x: number) => number, low: number, high: number): number {
  let left = low;
  let right = high;
  for (;;) {
    const middle = left + (right - left) / 2;
    if (middle <= left || middle >= right) return middle;
    if (increasing(middle) < 0) left = middle;
    else right = middle;
  }
}
