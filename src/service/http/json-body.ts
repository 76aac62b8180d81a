import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.js';
import type { BodyStock } from './body-stock.js';
import { parseJson } from './json-text.js';

export interface BodyLimits {
  readonly bodyBytes: number;
  readonly messages: number;
}

/** Methods whose routes take no body; one that comes all the same is not looked at. */
const BODYLESS: ReadonlySet<string> = new Set(['DELETE', 'OPTIONS']);

/**
 * Reads every body as JSON, whether it says that it is or says nothing. What is too large is refused
 * before it is kept: by its announced length, else where it passes the limit. The rest of it then runs
 * off unread while the client reads the answer, until the time for a request is over. What finds no room
 * beside the bodies of others is refused in the same way.
 */
export function readJsonBodies(app: FastifyInstance, limits: BodyLimits, stock: BodyStock): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    if (request.is404 || BODYLESS.has(request.method)) {
      done(null, undefined);
      return;
    }
    if (!isJson(request.headers['content-type'])) {
      done(NOT_JSON);
      return;
    }
    if (!AS_IT_IS.has(request.headers['content-encoding'])) {
      done(ENCODED);
      return;
    }
    read(request, payload, { ...limits, stock }, done);
  });
}

function read(
  request: FastifyRequest,
  payload: IncomingMessage,
  { bodyBytes, messages, stock }: BodyLimits & { readonly stock: BodyStock },
  done: (error: Error | null, body?: unknown) => void,
): void {
  if (Number(request.headers['content-length']) > bodyBytes) {
    done(tooLarge(bodyBytes));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = (error: Error | null, body?: unknown): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    done(error, body);
  };
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    const refusal =
      bytes > bodyBytes ? tooLarge(bodyBytes) : stock.take(request.exchange, chunk.length);
    if (refusal === null) {
      chunks.push(chunk);
      return;
    }
    finish(refusal);
    payload.resume();
  };
  const onEnd = (): void => {
    let body: unknown;
    try {
      const [first] = chunks;
      if (first !== undefined) {
        body = parseJson(chunks.length === 1 ? first : Buffer.concat(chunks, bytes), messages);
      }
    } catch (error) {
      finish(error as Error);
      return;
    }
    finish(null, body);
  };
  const onError = (): void => {
    finish(
      new Refusal('client_left', { status: 400, message: 'The body broke off before its end.' }),
    );
  };
  payload.on('data', onData).on('end', onEnd).on('error', onError);
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  return (
    /^application\/(?:json|[\w.!#$&^-]+\+json)$/.test(type.trim()) &&
    parameters.every((parameter) => {
      const [name = '', value = ''] = parameter.trim().split('=');
      return name.trim() !== 'charset' || /^"?utf-?8"?$/.test(value.trim());
    })
  );
}

/** A body of another kind. */
export const NOT_JSON = new Refusal('invalid_request', {
  status: 415,
  message: 'The body must be JSON: send it with "content-type: application/json".',
  code: 'unsupported_media_type',
});

/** Encodings of a body that leave it as it is. */
const AS_IT_IS: ReadonlySet<string | undefined> = new Set([undefined, '', 'identity']);

const ENCODED = new Refusal('invalid_request', {
  status: 415,
  message: 'The body must be sent as it is, without a content-encoding.',
  code: 'unsupported_media_type',
});

const tooLarge = (limit: number): Refusal =>
  new Refusal('invalid_request', {
    status: 413,
    message: `The body is larger than the ${limit} bytes that this service takes.`,
    code: 'body_too_large',
  });
