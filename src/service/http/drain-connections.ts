import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { ExchangesBySocket } from './client-errors.js';

/** How often connections are looked at while the service closes. */
const LOOK_MS = 50;
/** How long an idle connection is kept: a request that is on its way to it would be lost with it. */
const GRACE_MS = 250;

export interface ConnectionDrain {
  /**
   * Takes no more connections, and resolves once there are none: those with a request under way are
   * left alone, idle ones closed after a moment, and all cut off once `mostMs` are over.
   */
  drain(mostMs: number): Promise<void>;
}

/** Call it before the server listens: it has to see every connection. */
export function watchConnections(server: Server, exchanges: ExchangesBySocket): ConnectionDrain {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  function closeIdle(idleSince: Map<Socket, number>): void {
    const now = performance.now();
    for (const socket of sockets) {
      // Node's own way spares connections that never sent a request.
      const isIdle = exchanges.get(socket)?.response.writableFinished ?? true;
      if (!isIdle) {
        idleSince.delete(socket);
        continue;
      }
      const since = idleSince.get(socket) ?? now;
      idleSince.set(socket, since);
      if (now - since >= GRACE_MS) socket.destroy();
    }
  }

  return {
    async drain(mostMs) {
      const idleSince = new Map<Socket, number>();
      closeIdle(idleSince);
      const looks = setInterval(() => closeIdle(idleSince), LOOK_MS);
      const end = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, mostMs);
      try {
        // An HTTP server's own way resets idle connections under the requests on their way to them.
        await new Promise<unknown>((resolve) => NetServer.prototype.close.call(server, resolve));
      } finally {
        clearInterval(looks);
        clearTimeout(end);
      }
    },
  };
}
