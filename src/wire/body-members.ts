import type { Unknowns } from './chat.js';
import { WireRequestError } from './wire-failure.js';

/** Values nested deeper than this would overflow the stack of whoever writes them as JSON again. */
export const MAX_DEPTH = 200;
/** Characters of a value that an error quotes. */
const QUOTED = 80;
const NONE: Unknowns = Object.freeze({});

export function isRecord(value: unknown): value is Unknowns {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws WireRequestError for what is no object, and for one that is nested absurdly deep */
export function bodyOf(input: unknown): Unknowns {
  if (!isRecord(input)) throw unexpected('body', 'a JSON object', input);
  for (const name in input) {
    if (!isShallow(input[name], MAX_DEPTH)) {
      throw new WireRequestError(`${cut(name)}: nested more than ${MAX_DEPTH} levels deep`);
    }
  }
  return input;
}

/** Whether a value is nested no deeper than so many levels. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isShallow(item, levels - 1)) return false;
    return true;
  }
  const members = value as Unknowns;
  for (const name in members) if (!isShallow(members[name], levels - 1)) return false;
  return true;
}

/** An error that says what was expected at `path` and what came, in one line of bounded length. */
export function unexpected(path: string, expected: string, got: unknown): WireRequestError {
  return new WireRequestError(`${path}: expected ${expected}, got ${described(got)}`);
}

/** A value in a few words, never longer than a line. */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isRecord(value)) return 'an object';
  return typeof value === 'string' ? JSON.stringify(cut(value)) : String(value);
}

export function cut(text: string): string {
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED)}…`;
}

export function requiredText(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw unexpected(path, 'a text', value);
  return value;
}

export function requiredList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw unexpected(path, 'a list', value);
  return value;
}

/** Null where the member is left out or null. */
export function optionalNumber(
  value: unknown,
  path: string,
  low: number,
  high: number,
): number | null {
  if (value == null) return null;
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw unexpected(path, `a number from ${low} to ${high}`, value);
}

/** Null where the member is left out or null. */
export function optionalInteger(
  value: unknown,
  path: string,
  low: number = Number.MIN_SAFE_INTEGER,
): number | null {
  if (value == null) return null;
  if (Number.isSafeInteger(value) && (value as number) >= low) return value as number;
  const bound = low === Number.MIN_SAFE_INTEGER ? '' : ` of at least ${low}`;
  throw unexpected(path, `a whole number${bound}`, value);
}

/** Null where the member is left out or null. */
export function optionalBoolean(value: unknown, path: string): boolean | null {
  if (value == null) return null;
  if (typeof value === 'boolean') return value;
  throw unexpected(path, 'true or false', value);
}

/** Null where the member is left out or null. */
export function optionalRecord(value: unknown, path: string): Unknowns | null {
  if (value == null) return null;
  if (isRecord(value)) return value;
  throw unexpected(path, 'an object', value);
}

/** Empty where the member is left out or null. */
export function optionalTexts(value: unknown, path: string): readonly string[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw unexpected(path, 'a list of texts', value);
  for (const item of value) {
    if (typeof item !== 'string') throw unexpected(path, 'a list of texts', item);
  }
  return value;
}

/** The members not named, as an `extra` to spread into what was read; nothing where there are none. */
export function extraOf(
  record: Unknowns,
  known: ReadonlySet<string>,
): { readonly extra?: Unknowns } {
  const extra = unknownsOf(record, known);
  return extra === NONE ? {} : { extra };
}

/** The members not named. */
export function unknownsOf(record: Unknowns, known: ReadonlySet<string>): Unknowns {
  for (const name in record) {
    if (!known.has(name)) return selected(record, (candidate) => !known.has(candidate));
  }
  return NONE;
}

/** The members named. */
export function membersOf(record: Unknowns, wanted: ReadonlySet<string>): Unknowns {
  for (const name in record) {
    if (wanted.has(name)) return selected(record, (candidate) => wanted.has(candidate));
  }
  return NONE;
}

/** Made from entries, so that a member called `__proto__` stays a member. */
function selected(record: Unknowns, keep: (name: string) => boolean): Unknowns {
  return Object.fromEntries(Object.entries(record).filter(([name]) => keep(name)));
}

export function hasMembers(record: Unknowns): boolean {
  for (const _name in record) return true;
  return false;
}
