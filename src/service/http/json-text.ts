import { Refusal } from '../refusal.js';
import { findJsonFault } from './json-fault.js';

/** Deeper than any request of a client, and shallow enough for every function that recurses. */
const MOST_LEVELS = 64;
/** A value takes up to forty times the bytes that it is written with. */
const MOST_VALUES = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The value in a body of JSON.
 * @param mostMessages most entries of the list `messages` at its top
 * @throws Refusal 400 for what is no UTF-8 or no JSON, is nested too deeply, has too many messages or
 *   values, or has members that would change what an object is
 */
export function parseJson(bytes: Uint8Array, mostMessages: number): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw malformed('The body is not valid UTF-8.', 'invalid_utf8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { line, column, expected } = findJsonFault(text);
    throw malformed(
      `The body is not valid JSON: line ${line}, column ${column}, expected ${expected}.`,
      'invalid_json',
    );
  }
  if (isObject(value) && 'messages' in value) {
    const { messages } = value;
    if (Array.isArray(messages) && messages.length > mostMessages) {
      throw malformed(
        `messages: at most ${mostMessages} are taken, got ${messages.length}.`,
        'too_many_messages',
      );
    }
  }
  check(value, MOST_LEVELS, MOST_VALUES);
  return value;
}

/** @returns how many values are left to be seen */
function check(value: unknown, levels: number, most: number): number {
  let left = most - 1;
  if (left < 0) {
    throw malformed(`The body has more than ${MOST_VALUES} values.`, 'too_many_values');
  }
  if (!isObject(value)) return left;
  if (levels === 0) {
    throw malformed(`The body is nested more than ${MOST_LEVELS} levels deep.`, 'nested_too_deep');
  }
  if (Array.isArray(value)) {
    for (const member of value) left = check(member, levels - 1, left);
    return left;
  }
  for (const name in value) {
    const member = value[name];
    if (
      name === '__proto__' ||
      (name === 'constructor' && isObject(member) && Object.hasOwn(member, 'prototype'))
    ) {
      throw malformed(`The body has a member "${name}", which is not taken.`, 'forbidden_member');
    }
    left = check(member, levels - 1, left);
  }
  return left;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const malformed = (message: string, code: string): Refusal =>
  new Refusal('invalid_request', { status: 400, message, code });
