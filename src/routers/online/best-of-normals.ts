import { normalCdf } from '../../statistics/index.js';

/** Where the integral is cut off, in standard deviations. */
const REACH = 7;
/**
 * Steps to the narrowest curve's deviation: the trapezoidal rule errs by about exp(−2π²s²) then
 * (Trefethen & Weideman, "The Exponentially Convergent Trapezoidal Rule", 2014).
 */
const STEPS_A_DEVIATION = 2;
/** On either side of the middle, however narrow a curve is. */
const MOST_STEPS = 400;
/** Less than any draw that is ever seen, and above 0, as its inverse is taken as a weight. */
const LEAST = 1e-9;

/**
 * Probability that one of several independent normal variables is the largest:
 * ∫ φ(z) ∏ Φ((mean + deviation · z − mean_j) / deviation_j) dz, by the trapezoidal rule, to about
 * eight decimals where deviations are within a factor of 30 of each other.
 * @param deviations above 0
 * @returns in (0, 1]
 */
export function probabilityOfLargest(
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
  which: number,
): number {
  let narrowest = deviations[which]!;
  for (let at = 0; at < means.length; at++) narrowest = Math.min(narrowest, deviations[at]!);
  const fine = (STEPS_A_DEVIATION * REACH * deviations[which]!) / narrowest;
  const steps = Math.min(MOST_STEPS, Math.ceil(fine));
  let total = 0;
  let mass = 0;
  for (let step = -steps; step <= steps; step++) {
    const z = (REACH * step) / steps;
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
