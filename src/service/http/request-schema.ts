import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { pathText, schemaFindings } from '../../documents/index.js';
import { Refusal } from '../refusal.js';

const LONGEST_NAME = 100;

/** An integer as a query has it, in letters. */
export const queryInteger = (least: number, most: number) => {
  const error = `an integer from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

/**
 * Checks what a route takes, and refuses with one sentence that names the member, what was found and
 * what its schema's message expects. Headers are described in schemas and read elsewhere, by name.
 */
export const compileSchema: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  if (!(schema instanceof z.ZodType) || httpPart === 'headers') return (value) => ({ value });
  return (value: unknown) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data };
    return { error: refusalOf(parsed.error.issues, value, httpPart ?? 'body') };
  };
};

function refusalOf(issues: readonly z.core.$ZodIssue[], data: unknown, part: string): Refusal {
  const findings = schemaFindings(issues, data);
  // A name with a slip leaves the right one missing: what was written tells more.
  const finding = findings.find((one) => one.part === 'key') ?? findings[0]!;
  const name = pathText(finding.path);
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return new Refusal('invalid_request', {
    status: 400,
    message: `${shown === '' ? part : shown}: ${finding.message}.`,
    ...(shown === '' ? {} : { param: shown }),
  });
}
