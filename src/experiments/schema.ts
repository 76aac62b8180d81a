import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { experimentDocument } from './spec-schema.js';

/** The experiment file as JSON Schema (draft 7, which YAML language servers read). */
function experimentSchema(): Readonly<Record<string, unknown>> {
  return {
    $id: 'experiment.schema.json',
    title: 'Switchyard experiment',
    ...z.toJSONSchema(experimentDocument, { io: 'input', target: 'draft-07' }),
  };
}

/** The text of `schemas/experiment.schema.json`. */
export function experimentSchemaText(): string {
  return `${JSON.stringify(experimentSchema(), null, 2)}\n`;
}

/** Writes it anew: `npm run schema`, after any change of the keys. */
export function writeExperimentSchema(path: string): void {
  writeFileSync(path, experimentSchemaText());
}
