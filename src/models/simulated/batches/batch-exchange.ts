import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatFormat, WireFailure } from '../../../wire/index.js';
import { readBody } from '../read-body.js';
import { sendJson } from '../stand-in-exchange.js';

/** One request to a batch API. */
export interface BatchAsk {
  /** `GET /v1/batches/batch_1` → `['GET', 'batches', 'batch_1']`. */
  readonly route: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}

/** How it is answered; `lost` breaks the connection off, as if the network had. */
export type BatchReply =
  | { readonly json: unknown }
  | { readonly lines: Iterable<unknown> }
  | { readonly failure: WireFailure }
  | 'lost';

/** One maker's batch API. */
export interface BatchRoutes {
  readonly format: ChatFormat;
  /** Of one request. */
  readonly mostBytes: number;
  answer(ask: BatchAsk): BatchReply | Promise<BatchReply>;
}

export function failure(status: number, message: string, code?: string): BatchReply {
  return { failure: { status, message, ...(code === undefined ? {} : { code }) } };
}

/** Reads a request to the end and answers it. */
export function serveBatchRequest(
  { format, mostBytes, answer }: BatchRoutes,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  readBody(request, mostBytes, async (body) => {
    const reply =
      body === null
        ? failure(413, `The body is larger than ${mostBytes} bytes.`)
        : await answer({
            route: [request.method ?? '', ...url.pathname.split('/').slice(2).map(decoded)],
            query: url.searchParams,
            contentType: request.headers['content-type'] ?? '',
            body,
          });
    send(response, format, reply);
  });
}

export function send(response: ServerResponse, format: ChatFormat, reply: BatchReply): void {
  if (reply === 'lost') response.destroy();
  else if ('json' in reply) sendJson(response, 200, reply.json);
  else if ('failure' in reply) {
    const { status } = reply.failure;
    const requestId = { [format.requestIdHeader]: 'req_of_a_batch' };
    sendJson(response, status, format.errorBody(reply.failure), requestId);
  } else {
    response.writeHead(200, { 'content-type': 'application/x-jsonl' });
    for (const line of reply.lines) response.write(`${JSON.stringify(line)}\n`);
    response.end();
  }
}

/** One page of a list that continues behind the entry named; null where there is no such entry. */
export function pageOf<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  after: string | null,
  limit: string | null,
  largest: number,
): { readonly page: readonly Entry[]; readonly hasMore: boolean } | null {
  const from = after === null ? 0 : entries.findIndex(({ id }) => id === after) + 1;
  if (after !== null && from === 0) return null;
  const size = Math.min(largest, Math.max(1, Number(limit ?? 20) || 20));
  return { page: entries.slice(from, from + size), hasMore: from + size < entries.length };
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
