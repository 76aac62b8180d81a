import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from '../../documents/index.js';
import { serviceDocument } from './service-document.js';

/** The text of `schemas/service.schema.json`. */
export function serviceSchemaText(): string {
  return jsonSchemaText('service', 'Switchyard service', serviceDocument);
}

/** Writes it anew: `npm run schema`, after any change of the keys. */
export function writeServiceSchema(path: string): void {
  writeFileSync(path, serviceSchemaText());
}
