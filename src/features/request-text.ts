import { hashOf } from '../hash.js';
import type { RoutingRequest } from './request.js';

/** What routing reads of a request: all messages but the system's, joined by blank lines. */
export function requestText({ messages }: Pick<RoutingRequest, 'messages'>): string {
  return messages
    .filter((message) => message.role !== 'system')
    .map((message) => message.content)
    .join('\n\n');
}

/** Requests of the same text carry the same signals. */
export const requestHash = (request: Pick<RoutingRequest, 'messages'>): string =>
  hashOf({ text: requestText(request) });
