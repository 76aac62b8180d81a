import { createTokenCounter } from '../costs/index.js';
import type { ModelRequest } from './model.js';

/** Tokens that a format adds beyond the texts: once a request, a message, and for a schema. */
export interface TokenOverhead {
  readonly request: number;
  readonly message: number;
  readonly schema: number;
}

/** Counts of a request's input tokens. */
export interface InputCounter {
  /** The most there can be: exact where the model's tokenizer is public, else one a byte. */
  readonly atMost: (request: ModelRequest) => number;
  /** Whether another maker's tokenizer stands in. */
  readonly estimated: boolean;
  /** What is to be expected: where the tokenizer is not public, an estimate. */
  readonly expected: (request: ModelRequest) => number;
}

/** @param model `provider/name` */
export async function createInputCounter(
  model: string,
  baseUrl: string | null,
  overhead: TokenOverhead,
): Promise<InputCounter> {
  const counter = await createTokenCounter(model, baseUrl);
  const counted =
    (count: typeof counter.countMessages) =>
    ({ messages, responseSchema }: ModelRequest): number => {
      const texts =
        responseSchema === undefined
          ? messages
          : [...messages, { role: 'system', content: JSON.stringify(responseSchema) }];
      return (
        count(texts) +
        overhead.request +
        overhead.message * messages.length +
        (responseSchema === undefined ? 0 : overhead.schema)
      );
    };
  return {
    atMost: counted(counter.countMessagesAtMost),
    expected: counted(counter.countMessages),
    estimated: counter.estimated,
  };
}
