import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from './exchange.js';
import { failureBody, failureHeaders, idHeaders } from './failures.js';
import { OWN_FORMAT } from './formats.js';
import { operationId } from './operation-id.js';

/** Which request came last on each connection. */
export type ExchangesBySocket = WeakMap<Socket, Exchange>;

interface Told {
  readonly status: number;
  readonly message: string;
  readonly code: string;
}

/**
 * Answers what never became a whole request: bytes that are no HTTP, a head that is too large, a
 * request that comes too slowly. The connection ends with it.
 * @see https://nodejs.org/api/http.html#event-clienterror
 */
export function createClientErrorHandler(
  exchanges: ExchangesBySocket,
  onRefused: (told: Told, id: string) => void,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    const last = exchanges.get(socket);
    // What is wrong is the request that came last, or whatever came behind it.
    const isOver =
      last === undefined || (last.response.writableFinished && last.response.req.complete);
    const exchange = isOver ? null : last;
    if (error.code === 'ECONNRESET' || !socket.writable || exchange?.response.headersSent) {
      socket.destroy();
      return;
    }
    const told = toldOf(error);
    const identity = exchange ?? { id: operationId(), format: OWN_FORMAT };
    if (exchange === null) onRefused(told, identity.id);
    else exchange.status = told.status;
    const failure = { ...told, retryAfterMs: null };
    const body = failureBody(failure, identity);
    const head = {
      ...idHeaders(identity),
      ...failureHeaders(failure),
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(
      `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status]}\r\n${lines.join('')}\r\n${body}`,
      () => socket.destroySoon(),
    );
  };
}

function toldOf({ code }: NodeJS.ErrnoException): Told {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        message: 'The request did not arrive in the time that it has.',
        code: 'request_timeout',
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        message: 'The headers are larger than this service takes.',
        code: 'headers_too_large',
      };
    default:
      return {
        status: 400,
        message: 'The request is not valid HTTP/1.1.',
        code: 'invalid_http',
      };
  }
}
