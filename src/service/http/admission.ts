import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.js';
import type { Tenant, Tenants } from '../tenants.js';
import type { BodyStock } from './body-stock.js';
import type { ExchangesBySocket } from './client-errors.js';
import { Exchange } from './exchange.js';
import { idHeaders, sendFailure } from './failures.js';
import { createHostCheck } from './hosts.js';
import type { RequestLog } from './request-log.js';
import { closeWithConnection } from './waiting-responses.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers whoever asks, without a key; a good one is known all the same. */
    readonly open?: boolean;
    /** Nothing between here and the caller may keep the answer. */
    readonly confidential?: boolean;
  }
}

export interface AdmissionOptions {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly tenants: Tenants;
  readonly requestLog: RequestLog;
  readonly exchanges: ExchangesBySocket;
  readonly bodies: BodyStock;
  readonly isDraining: () => boolean;
}

/** Turns away, before a body is read, whoever has no business here; and has the end of all others logged. */
export function admitRequests(app: FastifyInstance, options: AdmissionOptions): void {
  const { tenants, requestLog, exchanges, bodies, isDraining } = options;
  const isOurHost = createHostCheck(options.host, options.allowedHosts);

  app.decorateRequest('exchange');
  app.addHook('onRequest', (request, reply, done) => {
    const { url, config } = request.routeOptions;
    const exchange = new Exchange(request.id, request.raw, reply.raw, url);
    request.exchange = exchange;
    exchanges.set(request.raw.socket, exchange);
    requestLog.begin(exchange);
    reply.raw.once('close', () => {
      exchange.closed();
      bodies.giveBack(exchange);
      requestLog.end(exchange);
    });
    closeWithConnection(request.raw.socket, reply.raw);
    reply.headers(idHeaders(exchange));
    if (config?.confidential) reply.header('cache-control', 'private, no-store');
    const refusal = check(request.raw, exchange, config?.open === true);
    if (refusal === null) {
      done();
      return;
    }
    if (refusal === DRAINING) refuseAndClose(request, reply);
    else sendFailure(reply, exchange, refusal.failure);
  });

  function check(
    { headers, rawHeaders }: IncomingMessage,
    exchange: Exchange,
    isOpen: boolean,
  ): Refusal | null {
    if (headers.host === undefined) return NO_HOST;
    if (isAmbiguous(rawHeaders)) return AMBIGUOUS;
    if (!isOurHost(headers.host)) return WRONG_HOST;
    if (isDraining()) return DRAINING;
    // Where nobody has a key, whatever a client sends along is none.
    exchange.tenant = tenants.authenticate(tenants.keyed ? keyOf(headers) : null);
    return isOpen || exchange.tenant !== null ? null : NO_KEY;
  }
}

/** Once the body has run off: a connection closed over unread bytes is reset, and the answer lost. */
function refuseAndClose({ raw, exchange }: FastifyRequest, reply: FastifyReply): void {
  reply.raw.setHeader('connection', 'close');
  raw.once('end', () => sendFailure(reply, exchange, DRAINING.failure)).resume();
}

/** Whoever sent a request that was admitted. */
export function tenantOf({ tenant }: Exchange): Tenant {
  if (tenant === null) throw NO_KEY;
  return tenant;
}

/** @throws Refusal 403 for whoever does not see everybody's costs */
export function requireAdmin(exchange: Exchange): void {
  if (!tenantOf(exchange).admin) {
    throw new Refusal('forbidden', {
      status: 403,
      message: 'This needs the key of an administrator.',
      code: 'admin_only',
    });
  }
}

function keyOf(headers: IncomingHttpHeaders): string | null {
  const { authorization, 'x-api-key': other } = headers;
  const bearer = authorization === undefined ? null : /^bearer +(\S+) *$/i.exec(authorization);
  return bearer?.[1] ?? (typeof other === 'string' && other !== '' ? other : null);
}

/** Whether a header that decides who is asked or who asks came more than once: a proxy may have read the other. */
function isAmbiguous(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  let keys = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { length } = rawHeaders[at]!;
    if (length === 'host'.length && rawHeaders[at]!.toLowerCase() === 'host') hosts++;
    else if (
      length === 'authorization'.length &&
      rawHeaders[at]!.toLowerCase() === 'authorization'
    ) {
      keys++;
    }
  }
  return hosts > 1 || keys > 1;
}

const AMBIGUOUS = new Refusal('invalid_request', {
  status: 400,
  message: 'The request has more than one Host or Authorization header.',
  code: 'ambiguous_headers',
});
const NO_HOST = new Refusal('wrong_host', {
  status: 400,
  message: 'The request has no Host header.',
  code: 'no_host',
});
const WRONG_HOST = new Refusal('wrong_host', {
  status: 403,
  message:
    'This service does not answer to the name in the Host header; allow it in the configuration (allowed_hosts).',
  code: 'wrong_host',
});
const NO_KEY = new Refusal('authentication', {
  status: 401,
  message: 'A valid key is needed: send it as "authorization: Bearer KEY" or "x-api-key: KEY".',
  code: 'invalid_api_key',
});
const DRAINING = new Refusal('draining', {
  status: 503,
  message: 'The service is closing; ask again in a moment.',
  code: 'draining',
  retryAfterMs: 1000,
});
