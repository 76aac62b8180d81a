import { normalQuantile } from './normal.js';

/**
 * Rows needed for a one-sided paired test to see an effect, by the normal approximation
 * n = ((z₁₋α + z_power) · sd / effect)².
 * @param sd standard deviation of the paired differences, per row
 * @param effect distance of the true mean from the threshold tested, above 0
 * @returns null where no number of rows would do (no positive effect, or not a number)
 */
export function rowsNeeded(
  sd: number,
  effect: number,
  { alpha = 0.025, power = 0.8 }: { alpha?: number; power?: number } = {},
): number | null {
  if (!(effect > 0) || !(sd >= 0)) return null;
  const z = normalQuantile(1 - alpha) + normalQuantile(power);
  const rows = Math.ceil(((z * sd) / effect) ** 2);
  return Number.isSafeInteger(rows) ? Math.max(rows, 1) : null;
}
