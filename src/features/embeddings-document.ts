import { z } from 'zod';
import { amount, mapping } from '../documents/index.js';
import { connectionKeys, modelId } from '../models/index.js';
import type { SignalSpec } from './signal-spec.js';

/** Where embeddings come from, as files that people write have it. */

const EMBEDDINGS_EXPECTED = '"local", a model as "provider/name", or a mapping with model';
export const embeddingsEntry = z.union(
  [
    z
      .string({ error: EMBEDDINGS_EXPECTED })
      .regex(/^local$|^[a-z0-9][a-z0-9_.-]{0,63}\/[^\s*]{1,200}$/, {
        error: EMBEDDINGS_EXPECTED,
      }),
    mapping(EMBEDDINGS_EXPECTED, {
      model: modelId.describe('The embedding model as provider/name.'),
      base_url: connectionKeys.base_url,
      api_key_env: connectionKeys.api_key_env,
      price: mapping('a mapping with input', {
        input: amount('US dollars per million input tokens').describe(
          'US dollars per million input tokens; 0 must be said.',
        ),
        per_request: amount('US dollars per request')
          .describe('US dollars per request, on top. Default 0.')
          .optional(),
      })
        .describe("The model's price, over the catalogue's or where it knows none.")
        .optional(),
    }),
  ],
  { error: EMBEDDINGS_EXPECTED },
);

/** What `embeddingsEntry` took. */
export function embeddingsOf(document: z.output<typeof embeddingsEntry>): SignalSpec {
  const written = typeof document === 'string' ? { model: document } : document;
  const { model, base_url, api_key_env, price } = written;
  return {
    kind: 'embedding',
    model,
    baseUrl: base_url?.replace(/\/+$/, '') ?? null,
    apiKeyEnv: api_key_env ?? null,
    price: price === undefined ? null : { ...price, output: 0 },
  };
}
