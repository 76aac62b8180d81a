import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from '../documents/index.js';
import { experimentDocument } from './spec-schema.js';

/** The text of `schemas/experiment.schema.json`. */
export function experimentSchemaText(): string {
  return jsonSchemaText('experiment', 'Switchyard experiment', experimentDocument);
}

/** Writes it anew: `npm run schema`, after any change of the keys. */
export function writeExperimentSchema(path: string): void {
  writeFileSync(path, experimentSchemaText());
}
