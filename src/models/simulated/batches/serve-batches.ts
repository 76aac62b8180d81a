import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountBook } from '../stand-in-account.js';
import type { CallOptions } from '../stand-in-call.js';
import { anthropicBatchRoutes } from './anthropic-batch-routes.js';
import { BatchDesk } from './batch-desk.js';
import { failure, send, serveBatchRequest } from './batch-exchange.js';
import type { StandInBatchOptions } from './batch-options.js';
import { openaiBatchRoutes } from './openai-batch-routes.js';

/**
 * Both makers' batch APIs over the answers of the stand-in.
 * @param isRefused whether a request's key is one that gets 401
 * @returns a listener that says whether the request was one for it
 * @throws UserError for an option that cannot be
 */
export function serveBatches(
  options: CallOptions & { readonly batch?: StandInBatchOptions },
  book: AccountBook,
  isRefused: (request: IncomingMessage) => boolean,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const desk = new BatchDesk(options, book);
  const rooms = [
    { path: /^\/v1\/messages\/batches(?:[/?]|$)/, routes: anthropicBatchRoutes(desk) },
    { path: /^\/v1\/(?:files|batches)(?:[/?]|$)/, routes: openaiBatchRoutes(desk) },
  ];
  return (request, response) => {
    const room = rooms.find(({ path }) => path.test(request.url ?? ''));
    if (room === undefined) return false;
    if (isRefused(request)) {
      const message = 'This simulated provider refuses the key "bad".';
      send(response, room.routes.format, failure(401, message, 'invalid_api_key'));
    } else serveBatchRequest(room.routes, request, response);
    return true;
  };
}
