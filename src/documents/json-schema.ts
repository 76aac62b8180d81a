import { z } from 'zod';

/**
 * The text of a JSON Schema file (draft 7, which YAML language servers read) of what a user writes.
 * @param name its file is `schemas/NAME.schema.json`
 */
export function jsonSchemaText(name: string, title: string, schema: z.ZodType): string {
  const document = {
    $id: `${name}.schema.json`,
    title,
    ...z.toJSONSchema(schema, { io: 'input', target: 'draft-07' }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
