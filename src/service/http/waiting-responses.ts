import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Closes a response that waits behind another on its connection (pipelining) when the connection does:
 * Node itself closes only the one whose turn it is, and the others would be under way for ever.
 */
export function closeWithConnection(socket: Socket, response: ServerResponse): void {
  if (response.socket !== null) return;
  const queue = waiting.get(socket) ?? openQueue(socket);
  queue.add(response);
  response.once('close', () => queue.delete(response));
}

function openQueue(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>();
  waiting.set(socket, queue);
  socket.once('close', () => {
    for (const response of queue) {
      if (response.socket !== null) continue;
      response.destroy();
      response.emit('close');
    }
  });
  return queue;
}
