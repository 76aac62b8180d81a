import { UserError } from '../user-error.js';

/** @throws UserError naming the flag and the value, unless it is left out or an integer from 1 up */
export function positive(flag: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new UserError(`${flag} is ${value}: give a whole number from 1 up.`);
}
