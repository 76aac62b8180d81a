import type { ResponseSchema } from '../wire/index.js';
import { isRecord } from './json-record.js';

/**
 * The schema with every object closed to further properties: strict structured output is refused
 * without it, by both makers.
 */
export function closedSchema(schema: ResponseSchema['schema']): Record<string, unknown> {
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closeMember(value)]),
  );
  return closed.type === 'object' ? { additionalProperties: false, ...closed } : closed;
}

function closeMember(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeMember);
  return isRecord(value) ? closedSchema(value) : value;
}
