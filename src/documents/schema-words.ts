import { z } from 'zod';

/**
 * Words that schemas of files are made of. The message of every schema is what was expected; the
 * problem report puts what was found before it. Descriptions go into the JSON Schema, for editors.
 */

/** A mapping of known keys; for unknown ones the message lists those that are known. */
export const mapping = <Shape extends z.ZodRawShape>(expected: string, shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : expected,
  });

export const text = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

export const integer = (least: number, most: number) => {
  const error = `an integer from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

export const amount = (what: string, most = 1_000_000) => {
  const error = `${what}, a number from 0 to ${most}`;
  return z.number({ error }).min(0, { error }).max(most, { error });
};

/** A list of at least one. */
export const listOf = <Item extends z.ZodType>(item: Item, expected: string) =>
  z.array(item, { error: expected }).min(1, { error: expected });

/** True or false, which YAML 1.2 writes in these words only. */
export const flag = () => z.boolean({ error: 'true or false' });

const SLUG = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const SLUG_EXPECTED =
  'a name of lower-case letters, digits, ".", "_" and "-", at most 64, that begins with a letter or digit';

export const slug = z.string({ error: SLUG_EXPECTED }).regex(SLUG, { error: SLUG_EXPECTED });
