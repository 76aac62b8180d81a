import { toUsd } from '../../costs/index.js';
import type { ReplyHead, ServiceReply } from '../pipeline.js';
import type { Exchange } from './exchange.js';
import { idHeaders } from './failures.js';

/** Headers that tell what became of a request: who answers, why, and from where. */
export function replyHeaders(exchange: Exchange, head: ReplyHead): Record<string, string> {
  const headers = idHeaders(exchange);
  headers['x-switchyard-model'] = headerText(head.model);
  headers['x-switchyard-cause'] = head.cause;
  headers['x-switchyard-cache'] = head.cache;
  if (head.repeated !== null) {
    const { id, similarity } = head.repeated;
    headers['x-switchyard-cache-entry'] = id;
    if (similarity !== null) headers['x-switchyard-cache-similarity'] = similarity.toFixed(4);
  }
  if (head.routing !== null) headers['x-switchyard-policy'] = headerText(head.routing.policy);
  if (head.simulated) headers['x-switchyard-simulated'] = 'true';
  if (head.warning !== null) headers['x-switchyard-warning'] = headerText(head.warning);
  return headers;
}

/** Headers of an answer that is whole, so that its cost is known. */
export function answerHeaders(
  exchange: Exchange,
  { head, operation }: Extract<ServiceReply, { kind: 'answer' }>,
): Record<string, string> {
  const headers = replyHeaders(exchange, head);
  if (operation.cost !== null) headers['x-switchyard-cost-usd'] = String(toUsd(operation.cost));
  headers['x-switchyard-tokens-removed'] = String(operation.tokensRemoved);
  return headers;
}

/** What a header may hold: a name from a configuration can have any character. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURI(text);
}
