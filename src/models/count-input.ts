import { createTokenCounter } from '../costs/index.js';
import type { ModelRequest } from './model.js';

/** Tokens that a format adds beyond the texts: once a request, a message, and for a schema. */
export interface TokenOverhead {
  readonly request: number;
  readonly message: number;
  readonly schema: number;
}

/**
 * Opens a count of the most input tokens that a request can have: exact where the model's tokenizer
 * is public, else one a byte.
 * @param model `provider/name`
 */
export async function createInputCounter(
  model: string,
  baseUrl: string | null,
  overhead: TokenOverhead,
): Promise<(request: ModelRequest) => number> {
  const counter = await createTokenCounter(model, baseUrl);
  return ({ messages, responseSchema }) => {
    const texts =
      responseSchema === undefined
        ? messages
        : [...messages, { role: 'system', content: JSON.stringify(responseSchema) }];
    return (
      counter.countMessagesAtMost(texts) +
      overhead.request +
      overhead.message * messages.length +
      (responseSchema === undefined ? 0 : overhead.schema)
    );
  };
}
