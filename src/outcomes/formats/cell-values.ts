import { fromUsd, type NanoUsd } from '../../costs/index.js';
import { quote } from '../../datasets/index.js';

type Complain = (text: string) => void;

/** Null, nothing, or an empty cell: the data does not say. */
export const isAbsent = (value: unknown): value is null | undefined | '' =>
  value === null || value === undefined || value === '';

/** Absent too, for numbers: what Python writes for a missing one. */
const isNoNumber = (value: unknown) =>
  isAbsent(value) || (typeof value === 'string' && /^nan$/i.test(value));

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number, or a text that is one; else NaN. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !DECIMAL.test(value.trim())) return Number.NaN;
  return Number(value);
}

/**
 * A score in [0, 1]: a number, or true and false for 1 and 0. Null where the cell is empty.
 * @param name the column, for messages
 */
export function readScore(value: unknown, name: string, complain: Complain): number | null {
  if (isNoNumber(value)) return null;
  if (value === true || value === 'True' || value === 'true') return 1;
  if (value === false || value === 'False' || value === 'false') return 0;
  const score = toNumber(value);
  if (score >= 0 && score <= 1) return score;
  complain(
    Number.isFinite(score)
      ? `${quote(name)} must be from 0 to 1, got ${score}; rescale it first, (score − lowest) ÷ (highest − lowest) of its scale`
      : `${quote(name)} must be a number from 0 to 1, or true or false, got ${quote(value)}`,
  );
  return null;
}

/** Dollars as nano-dollars; null, never 0, where the cell is empty. */
export function readUsd(value: unknown, name: string, complain: Complain): NanoUsd | null {
  if (isNoNumber(value)) return null;
  try {
    return fromUsd(toNumber(value));
  } catch {
    complain(`${quote(name)} must be US dollars, at least 0, got ${quote(value)}`);
    return null;
  }
}

/** A number of at least `least`; null where the cell is empty. */
export function readNumber(
  value: unknown,
  name: string,
  rule: { readonly least: number; readonly integer: boolean },
  complain: Complain,
): number | null {
  if (isNoNumber(value)) return null;
  const number = toNumber(value);
  if (number >= rule.least && (rule.integer ? Number.isSafeInteger(number) : number < Infinity)) {
    return number;
  }
  const kind = rule.integer ? 'an integer' : 'a number';
  complain(`${quote(name)} must be ${kind} of at least ${rule.least}, got ${quote(value)}`);
  return null;
}
