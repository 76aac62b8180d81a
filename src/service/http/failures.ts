import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { WireRequestError } from '../../wire/index.js';
import type { ServiceFailure } from '../pipeline.js';
import { mistake, Refusal } from '../refusal.js';
import type { Exchange, Identity } from './exchange.js';
import { NOT_JSON } from './json-body.js';

/** Statuses in the 400s that clients may try again, as the official ones do on their own. */
const WORTH_RETRYING: ReadonlySet<number> = new Set([408, 409, 429]);

/** Headers that every answer carries: the id of its operation, under each name that clients look for. */
export function idHeaders({ id, format }: Identity): Record<string, string> {
  return {
    'x-switchyard-operation': id,
    'x-request-id': id,
    [format.requestIdHeader]: id,
  };
}

/** Headers of a failure: whether and when to ask again. */
export function failureHeaders({ status, retryAfterMs }: ServiceFailure): Record<string, string> {
  return {
    ...(status < 500 && !WORTH_RETRYING.has(status) ? { 'x-should-retry': 'false' } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(retryAfterMs === null
      ? {}
      : {
          'retry-after': String(Math.ceil(retryAfterMs / 1000)),
          'retry-after-ms': String(Math.ceil(retryAfterMs)),
        }),
  };
}

/** Body of a failure, in the form that the caller's client reads. */
export function failureBody(failure: ServiceFailure, { id, format }: Identity): string {
  const { status, message, code, param } = failure;
  return JSON.stringify(
    format.errorBody({
      status,
      message,
      requestId: id,
      ...(code === undefined ? {} : { code }),
      ...(param === undefined ? {} : { param }),
    }),
  );
}

/**
 * Answers with a failure, and leaves the connection open: what is left of a body that was refused runs
 * off while the client reads the answer, which a cut under it would lose.
 */
export function sendFailure(
  reply: FastifyReply,
  exchange: Exchange,
  failure: ServiceFailure,
): void {
  const { raw: response } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (name !== 'connection' && value !== undefined) response.setHeader(name, value);
  }
  const body = failureBody(failure, exchange);
  reply.hijack();
  response.writeHead(failure.status, {
    ...idHeaders(exchange),
    ...failureHeaders(failure),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Answers whatever was thrown, without a word of what only this program should know. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendFailure(reply, request.exchange, failureOf(error, request));
}

/** What a caller is told of an error; one that nobody foresaw goes to the log. */
export function failureOf(error: unknown, request: FastifyRequest): ServiceFailure {
  if (error instanceof Refusal) return error.failure;
  if (error instanceof WireRequestError) return badRequest(error.message);
  if (error instanceof Error) {
    const { statusCode } = error as Partial<FastifyError>;
    if (statusCode === NOT_JSON.failure.status) return NOT_JSON.failure;
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return { status: statusCode, message: error.message, retryAfterMs: null };
    }
  }
  logMistake(error, request);
  return mistake().failure;
}

/** Names the place in the program only, as messages of errors can quote what a request held. */
export function logMistake(error: unknown, request: FastifyRequest): void {
  const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: undefined };
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  request.log.error(
    { operation: request.exchange.id, error: name, frames: frames.map((line) => line.trim()) },
    'unexpected error',
  );
}

const LONGEST_MESSAGE = 500;

/** What is wrong can be as long as the request, such as the name of a member. */
const badRequest = (message: string): ServiceFailure => ({
  status: 400,
  message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
  retryAfterMs: null,
});
