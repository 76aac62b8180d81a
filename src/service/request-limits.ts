import type { ChatRequest } from '../wire/index.js';
import { Refusal } from './refusal.js';

export interface TokenLimits {
  /** Asked of models where the caller names no limit of its own. */
  readonly defaultMaxTokens: number;
  /** The most that a caller may ask for. */
  readonly maxTokens: number;
}

/** A request whose answer has a greatest length. */
export type LimitedRequest = ChatRequest & {
  readonly parameters: ChatRequest['parameters'] & { readonly maxTokens: number };
};

/**
 * The request with a limit on its answer, as a budget cannot reserve for one that has none.
 * @throws Refusal 400 above the most that may be asked for
 */
export function limitAnswer(chat: ChatRequest, limits: TokenLimits): LimitedRequest {
  const asked = chat.parameters.maxTokens;
  if (asked !== null && asked > limits.maxTokens) {
    throw new Refusal('invalid_request', {
      status: 400,
      message: `This service gives answers of at most ${limits.maxTokens} tokens, and ${asked} were asked for.`,
    });
  }
  const maxTokens = asked ?? Math.min(limits.defaultMaxTokens, limits.maxTokens);
  return { ...chat, parameters: { ...chat.parameters, maxTokens } };
}
