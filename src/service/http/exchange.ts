import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatFormat } from '../../wire/index.js';
import type { Operation } from '../operation.js';
import type { ReplyHead } from '../pipeline.js';
import type { Tenant } from '../tenants.js';
import { formatOf } from './formats.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else looks at a request. */
    exchange: Exchange;
  }
}

/** What an answer needs to know of its request. */
export interface Identity {
  /** Names the operation, in headers, in the log and in the ledger. */
  readonly id: string;
  readonly format: ChatFormat;
}

/** One request and what becomes of it, as far as HTTP is concerned. */
export class Exchange implements Identity {
  readonly id: string;
  readonly method: string;
  /** Without its query, which is nobody's business. */
  readonly path: string;
  /** Pattern of the route; `other` for none. */
  readonly endpoint: string;
  readonly format: ChatFormat;
  /** Milliseconds since the epoch. */
  readonly arrivedAt = Date.now();
  /** On the clock that only goes forward, in milliseconds. */
  readonly startedAt = performance.now();
  readonly response: ServerResponse;
  /** Null until the caller is known. */
  tenant: Tenant | null = null;
  /** Null until an answer begins, and for whatever no model answers. */
  head: ReplyHead | null = null;
  /** As the ledger holds it; null before, and for whatever is no operation. */
  operation: Operation | null = null;
  /** What the client was told where that went past the response; null else. */
  status: number | null = null;
  /** Bytes of its body that are held. */
  bodyBytes = 0;
  #left: AbortController | null = null;

  constructor(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: string | undefined,
  ) {
    const url = request.url ?? '';
    const query = url.indexOf('?');
    this.id = id;
    this.method = request.method ?? '';
    this.path = query === -1 ? url : url.slice(0, query);
    this.endpoint = endpoint ?? 'other';
    this.format = formatOf(this.path);
    this.response = response;
  }

  /** Aborted when the client has gone before it had its answer. */
  get left(): AbortSignal {
    if (this.#left === null) {
      this.#left = new AbortController();
      if (this.response.destroyed) this.#left.abort();
    }
    return this.#left.signal;
  }

  /** 499, which nobody reads, where the client left before it was told anything (the convention of nginx). */
  get statusSent(): number {
    return this.status ?? (this.response.headersSent ? this.response.statusCode : 499);
  }

  /** Call it once the response is over, one way or another. */
  closed(): void {
    if (!this.response.writableFinished) this.#left?.abort();
  }
}
