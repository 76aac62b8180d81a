import { type NanoUsd, toUsd } from '../costs/index.js';
import type { Estimate } from '../evaluation/index.js';

/** What stands where a number is unknown. */
export const UNKNOWN = '–';

/** `0.812`; a dash where unknown. */
export function fraction(value: number | null): string {
  return value === null ? UNKNOWN : withoutMinusZero(value.toFixed(3));
}

/** `81.2 %`; a dash where unknown. */
export function percent(value: number | null, digits = 1): string {
  return value === null ? UNKNOWN : `${withoutMinusZero((100 * value).toFixed(digits))} %`;
}

/** Dollars with enough digits to tell small amounts apart. */
export function dollars(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  if (usd === 0) return '$0';
  const magnitude = Math.abs(usd);
  const digits = magnitude >= 100 ? 0 : magnitude >= 1 ? 2 : magnitude >= 0.01 ? 4 : 6;
  return `${usd < 0 ? '-' : ''}$${magnitude.toFixed(digits)}`;
}

export function money(amount: NanoUsd | null): string {
  return dollars(amount === null ? null : toUsd(amount));
}

/** `0.812 [0.790, 0.833]` by the given way of writing one number, and another within the brackets. */
export function interval(
  estimate: Estimate,
  write: (value: number | null) => string,
  within: (value: number | null) => string = write,
): string {
  if (estimate.mean === null) return UNKNOWN;
  if (estimate.low === null || estimate.high === null) return write(estimate.mean);
  return `${write(estimate.mean)} [${within(estimate.low)}, ${within(estimate.high)}]`;
}

/** Whole per cents without the sign, for within brackets. */
export function percentPoints(value: number | null): string {
  return value === null ? UNKNOWN : withoutMinusZero((100 * value).toFixed(0));
}

/** `-0` is what rounding makes of a small negative number; it says nothing. */
function withoutMinusZero(text: string): string {
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** With its sign, for differences. */
export function signed(write: (value: number | null) => string): (value: number | null) => string {
  return (value) =>
    value !== null && Number(write(value)) > 0 ? `+${write(value)}` : write(value);
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function milliseconds(value: number | null): string {
  if (value === null) return UNKNOWN;
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
}
