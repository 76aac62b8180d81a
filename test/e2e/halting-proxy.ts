import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Where a reply stops for good: before its head, or within its body. */
export type Halt = 'before' | 'within';

export interface HaltingProxy {
  readonly url: string;
  /** `POST /v1/batches` and the like, in the order of arrival. */
  readonly requests: string[];
  /** Halts the next reply whose request `matches`; resolves when it has halted. */
  haltNext(matches: (request: string) => boolean, where: Halt): Promise<void>;
  close(): Promise<void>;
}

interface Trap {
  readonly matches: (request: string) => boolean;
  readonly where: Halt;
  readonly sprung: () => void;
}

/** Of one connection, not of what is passed on. */
const HOP_BY_HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect'];

/** Passes everything on to a server that sees and answers every request, and keeps some replies back. */
export async function startHaltingProxy(target: string): Promise<HaltingProxy> {
  const requests: string[] = [];
  let trap: Trap | null = null;

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = `${request.method} ${request.url}`;
    requests.push(name);
    const sent = await buffer(request);
    const headers = new Headers();
    for (const [header, value] of Object.entries(request.headers)) {
      if (!HOP_BY_HOP.includes(header)) headers.set(header, String(value));
    }
    const reply = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      ...(sent.length === 0 ? {} : { body: sent }),
    });
    const body = Buffer.from(await reply.arrayBuffer());
    const found = trap?.matches(name) ? trap : null;
    if (found !== null) trap = null;
    if (found?.where === 'before') return found.sprung();
    const type = reply.headers.get('content-type') ?? 'application/json';
    response.writeHead(reply.status, { 'content-type': type });
    if (found === null) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, body.length / 2));
    found.sprung();
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    haltNext: (matches, where) =>
      new Promise((sprung) => {
        trap = { matches, where, sprung };
      }),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
