import { isRecord } from '../body-members.js';
import type { ResponseSchema } from '../chat.js';

/**
 * Other formats always hold the answer to its schema; this one does where it is asked to be strict,
 * and then refuses schemas with members that may be left out or added.
 */
export function strictWhereClosed({ name, schema }: ResponseSchema): ResponseSchema {
  return { name, schema, ...(isClosed(schema) ? { extra: { strict: true } } : {}) };
}

/** Whether every object in a schema names all of its members as required and allows no others. */
function isClosed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosed);
  if (!isRecord(schema)) return true;
  if (schema.type === 'object') {
    const names = isRecord(schema.properties) ? Object.keys(schema.properties) : [];
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    if (schema.additionalProperties !== false || !names.every((name) => required.has(name))) {
      return false;
    }
  }
  return Object.values(schema).every(isClosed);
}
