import { isRecord } from '../json-record.js';

/** What fills a schema: a text for its strings and a quality that its grades stand for. */
export interface SchemaContent {
  readonly text: string;
  /** In [0, 1]. */
  readonly quality: number;
}

type Schema = Readonly<Record<string, unknown>>;

/**
 * A value that a JSON Schema allows: strings hold the text, an `enum` (best value first), a number
 * within its bounds or a boolean stands for the quality, lists are empty. Members keep the schema's
 * order, so that a reasoning that comes first is written first.
 */
export function schemaValue(schema: Schema, content: SchemaContent): unknown {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    return schema.enum[Math.round((1 - content.quality) * (schema.enum.length - 1))];
  }
  if ('const' in schema) return schema.const;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return isRecord(schema.properties) ? objectValue(schema.properties, content) : {};
    case 'array':
      return [];
    case 'boolean':
      return content.quality >= 0.5;
    case 'number':
    case 'integer': {
      const low = typeof schema.minimum === 'number' ? schema.minimum : 0;
      const high = typeof schema.maximum === 'number' ? schema.maximum : 1;
      const value = low + content.quality * (high - low);
      return type === 'integer' ? Math.round(value) : value;
    }
    case 'null':
      return null;
    default:
      return content.text;
  }
}

function objectValue(properties: Schema, content: SchemaContent): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      schemaValue(isRecord(property) ? property : {}, content),
    ]),
  );
}
