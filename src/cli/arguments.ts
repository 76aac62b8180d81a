import { UserError } from '../user-error.js';

/** @throws UserError naming the flag and the value, unless it is left out or an integer from 1 up */
export function positive(flag: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new UserError(`${flag} is ${value}: give a whole number from 1 up.`);
}

/** @throws UserError naming the flag and the value, unless it is left out or an integer that a seed can be */
export function seed(flag: string, value: number | undefined): void {
  if (value === undefined || Number.isSafeInteger(value)) return;
  throw new UserError(`${flag} is ${value}: give a whole number.`);
}

/** @throws UserError naming the flag and the value, unless it is left out or an amount of dollars */
export function amount(flag: string, value: number | undefined): void {
  if (value === undefined || (value >= 0 && value <= 1_000_000)) return;
  throw new UserError(`${flag} is ${value}: give US dollars from 0 to 1,000,000.`);
}

/** @throws UserError naming the flag and the value, unless it is a port */
export function port(flag: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return;
  throw new UserError(`${flag} is ${value}: give a port from 0 to 65535.`);
}

/** @throws UserError naming the flag and the value, unless it is a number within the bounds */
export function within(flag: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new UserError(`${flag} is ${value}: give a number from ${low} to ${high}.`);
}

/**
 * What no verb can use: a number that is none, and a flag given twice that counts once.
 * @param lists flags that may be given more than once, as yargs names them in the arguments
 */
export function checkValues(
  args: Readonly<Record<string, unknown>>,
  lists: ReadonlySet<string>,
): void {
  for (const [name, value] of Object.entries(args)) {
    // yargs holds each value under both of its spellings; the dashed one is what the user typed.
    if (name === '_' || name === '$0' || /[A-Z]/.test(name)) continue;
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    if (Number.isNaN(value)) throw new UserError(`${flag} is no number: give one.`);
    if (Array.isArray(value) && !lists.has(name)) {
      throw new UserError(`${flag} is given ${value.length} times: give it once.`);
    }
  }
}
