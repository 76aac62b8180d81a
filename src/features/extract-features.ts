import { approximateTokens } from '../costs/index.js';
import type { Features } from './features.js';
import { lexicalStatistics } from './lexical.js';
import type { RoutingRequest } from './request.js';
import { requestText } from './request-text.js';

/** What chat formats add to each message. */
const TOKENS_PER_MESSAGE = 4;

/**
 * All that policies may know of a request, from its messages and declared domain alone.
 * Linear in the length of the messages.
 */
export function extractFeatures(request: RoutingRequest): Features {
  const text = requestText(request);
  const tokens = request.messages.reduce(
    (sum, message) => sum + TOKENS_PER_MESSAGE + approximateTokens(message.content),
    0,
  );
  return { text, domain: request.domain, tokens, lexical: lexicalStatistics(text) };
}
