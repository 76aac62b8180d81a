import type { IncomingMessage } from 'node:http';

/** Hands over the whole body, or null where it is too large; nothing if the client leaves first. */
export function readBody(
  request: IncomingMessage,
  mostBytes: number,
  use: (body: Buffer | null) => void,
): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    else chunks = [];
  });
  request.on('end', () => use(bytes <= mostBytes ? Buffer.concat(chunks) : null));
}
