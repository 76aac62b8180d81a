import { z } from 'zod';
import type { PolicyDocument } from '../policies/index.js';
import { UserError } from '../user-error.js';

/** Digits that numbers are written with, and therefore computed with. */
const SIGNIFICANT_DIGITS = 7;

/** A number as the document will hold it, so that what is written decides as what was evaluated. */
export const written = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));

/** A share or threshold in [0, 1] as it stands in a policy's id: `0`, `0.25`, `1`. */
export const dialLabel = (value: number): string => String(Math.round(value * 10_000) / 10_000);

/** Of a setting that was spread over requests which a service had, and not on a tuning part. */
export const servedLabel = (value: number): string => `served-${dialLabel(value)}`;

export const policyId = (document: PolicyDocument): string => `${document.router}@${document.dial}`;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** `parameters.rules[2].name` */
function pathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : `${text}${text === '' ? '' : '.'}${String(key)}`,
    root,
  );
}

/**
 * Checks data that a person or a file gave.
 * @param root where the data stands, for the message: `parameters`, `settings`
 * @param place what the data belongs to, for the message: `policy "cascade@0.5"`
 * @throws UserError quoting the path, what was wrong with it, and the value
 */
export function checked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  root: string,
  place: string,
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError(
    `${place}: \`${pathText(root, issue.path)}\`: ${issue.message}, got ${shown(valueAt(value, issue.path))}`,
  );
}

/** A policy document whose parameters are known to fit their router. */
export function checkedParameters<S extends z.ZodType>(
  schema: S,
  document: PolicyDocument,
): z.output<S> {
  return checked(schema, document.parameters, 'parameters', `Policy "${policyId(document)}"`);
}

/** An index into the document's models. */
export const modelIndex = (document: PolicyDocument) =>
  z
    .int()
    .min(0)
    .max(document.models.length - 1);

export const policyDocumentSchema = z.strictObject({
  router: z.string().min(1).max(100),
  dial: z.string().min(1).max(300),
  models: z.array(z.string().min(1).max(300)).min(1).max(1000),
  parameters: z.record(z.string(), z.unknown()),
});
