import { parse } from 'yaml';
import { pathText, schemaFindings } from '../documents/index.js';
import { embeddingsEntry, embeddingsOf, type SignalSpec } from '../features/index.js';
import { UserError } from '../user-error.js';

/**
 * Reads where embeddings come from, as the key `embeddings` of an experiment file has it: `local`,
 * `provider/name`, or a mapping on one line.
 * @param flag names the text in messages
 * @throws UserError naming what was found and what was expected
 */
export function parseEmbeddings(text: string, flag: string): SignalSpec {
  const data = syntaxOf(text, flag);
  const parsed = embeddingsEntry.safeParse(data);
  if (parsed.success) return embeddingsOf(parsed.data);
  const [first] = schemaFindings(parsed.error.issues, data);
  const place = first === undefined || first.path.length === 0 ? '' : `${pathText(first.path)}: `;
  throw new UserError(`${flag} "${text}": ${place}${first?.message ?? 'not understood'}`);
}

function syntaxOf(text: string, flag: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new UserError(
      `${flag} "${text}" cannot be read: write local, provider/name, or a mapping such as '{model: my/embedder, base_url: "http://127.0.0.1:8000/v1", price: {input: 0}}'`,
      { cause },
    );
  }
}
