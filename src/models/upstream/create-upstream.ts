import { version } from '../../version.js';
import { failureOfKind } from '../classify-error.js';
import type { Endpoint } from '../live-model.js';
import { headerOf, post, type Route } from './attempt.js';
import { leasePool } from './connection-pools.js';
import type { Dialect } from './dialect.js';
import { failureOfAnswer } from './error-answer.js';
import type { Upstream } from './upstream.js';

/**
 * An endpoint that is asked in one dialect over kept-alive connections.
 * @param idleMs the longest silence inside an answer, in milliseconds
 */
export function createUpstream(endpoint: Endpoint, idleMs: number, dialect: Dialect): Upstream {
  const { id, origin, pricing, rateLimitKey, timeoutMs } = endpoint;
  const { format } = dialect;
  const url = new URL(dialect.url);
  const wording = { host: url.host, secrets: [endpoint.key] };
  const lease = leasePool(url.origin);
  const route: Route = {
    pool: lease.dispatcher,
    path: url.pathname,
    timeoutMs,
    idleMs,
    failure: (kind, message) => failureOfKind(kind, message, wording),
  };
  // All that leaves: nothing of the caller's own headers does.
  const headers = [
    ...['content-type', 'application/json', 'user-agent', `switchyard/${version}`],
    ...dialect.headers,
  ];
  const headersOfWhole = [...headers, 'accept', 'application/json'];
  const headersOfStream = [...headers, 'accept', 'text/event-stream'];

  return {
    id,
    origin,
    format,
    pricing,
    rateLimitKey,
    async send(request, from, signal) {
      const body = JSON.stringify(dialect.body(request, from));
      const sent = request.stream ? headersOfStream : headersOfWhole;
      const head = await post(route, sent, body, signal);
      const requestId = headerOf(head, format.requestIdHeader);
      if (head.status >= 300) throw await failureOfAnswer(head, requestId, wording);
      return {
        requestId,
        streams: headerOf(head, 'content-type')?.startsWith('text/event-stream') ?? false,
        body: head.body,
      };
    },
    close: () => lease.giveBack(),
  };
}
