import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceReply } from '../pipeline.js';
import { mistake } from '../refusal.js';
import { logMistake, sendFailure } from './failures.js';
import { answerHeaders, replyHeaders } from './reply-headers.js';

/** Sends what the gateway made of a request: whole, as a stream, or why not. */
export async function sendReply(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: ServiceReply,
  isDraining: () => boolean,
): Promise<void> {
  const { exchange } = request;
  if (outcome.kind === 'failure') {
    exchange.operation = outcome.operation;
    sendFailure(reply, exchange, outcome.failure);
    return;
  }
  exchange.head = outcome.head;
  // From here on the answer is written past the framework: its bytes are ready.
  reply.hijack();
  const response = reply.raw;
  if (isDraining()) response.shouldKeepAlive = false;
  if (outcome.kind === 'answer') {
    exchange.operation = outcome.operation;
    const { body } = outcome;
    const headers = answerHeaders(exchange, outcome);
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(
      typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength,
    );
    response.writeHead(200, headers);
    response.end(body);
    return;
  }
  const headers = replyHeaders(exchange, outcome.head);
  headers['content-type'] = 'text/event-stream; charset=utf-8';
  headers['cache-control'] = 'no-cache';
  // A proxy that gathers a stream before it passes it on makes it no stream.
  headers['x-accel-buffering'] = 'no';
  response.writeHead(200, headers);
  response.flushHeaders();
  try {
    for await (const frame of outcome.frames) {
      const room = write(response, frame);
      if (room !== null) await room;
    }
  } catch (error) {
    logMistake(error, request);
    const { status, message } = mistake().failure;
    await write(response, exchange.format.errorFrame({ status, message, requestId: exchange.id }));
  }
  response.end();
}

/**
 * Resolves once there is room for more; null where there is. What a client that has left is sent goes nowhere: the frames
 * are still taken, so that whoever makes them comes to their end and books them.
 */
function write(response: ServerResponse, frame: string | Uint8Array): Promise<void> | null {
  if (frame.length === 0 || response.destroyed || response.write(frame)) return null;
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
