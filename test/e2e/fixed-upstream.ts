import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FixedUpstream {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string;
  close(): Promise<void>;
}

const USAGE = { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 };
const TEXT = 'The answer to every question is the same one, at once and for nothing.';
const HEAD = { id: 'chatcmpl-fixed', created: 1_767_225_600, model: 'fixed' };

const WHOLE = JSON.stringify({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
  usage: USAGE,
});

const chunk = (further: object) =>
  `data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', ...further })}\n\n`;
const delta = (content: object, finish: string | null) =>
  chunk({ choices: [{ index: 0, delta: content, finish_reason: finish }] });

const STREAMED = [
  delta({ role: 'assistant', content: '' }, null),
  ...TEXT.split(/(?<= )/).map((word) => delta({ content: word }, null)),
  delta({}, 'stop'),
  chunk({ choices: [], usage: USAGE }),
  'data: [DONE]\n\n',
].join('');

/**
 * Answers every request at once with one and the same completion in the format of OpenAI, streamed
 * where that is asked for: the least that an upstream can be, so that what is measured or compared is
 * all in front of it.
 */
export async function startFixedUpstream(): Promise<FixedUpstream> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (data: Buffer) => chunks.push(data));
    request.on('end', () => {
      const streams = Buffer.concat(chunks).includes('"stream":true');
      const body = streams ? STREAMED : WHOLE;
      response.writeHead(200, {
        'content-type': streams ? 'text/event-stream' : 'application/json',
        'content-length': body.length,
      });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
