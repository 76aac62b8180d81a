import { normalCdf } from '../../statistics/index.js';

/** Where the integral is cut off, in standard deviations, and steps on either side of the middle. */
const REACH = 7;
const STEPS = 200;
/** Less than any draw that is ever seen, and above 0, as its inverse is taken as a weight. */
const LEAST = 1e-9;

/**
 * Probability that one of several independent normal variables is the largest:
 * ∫ φ(z) ∏ Φ((mean + deviation · z − mean_j) / deviation_j) dz, by the trapezoidal rule, to about
 * four decimals where deviations are within a factor of 30 of each other.
 * @param deviations above 0
 * @returns in (0, 1]
 */
export function probabilityOfLargest(
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
  which: number,
): number {
  let total = 0;
  let mass = 0;
  for (let step = -STEPS; step <= STEPS; step++) {
    const z = (REACH * step) / STEPS;
    const density = Math.exp(-0.5 * z * z);
    const value = means[which]! + deviations[which]! * z;
    let largest = density;
    for (let other = 0; other < means.length && largest > 0; other++) {
      if (other === which) continue;
      largest *= normalCdf((value - means[other]!) / deviations[other]!);
    }
    total += largest;
    mass += density;
  }
  return Math.max(LEAST, total / mass);
}
