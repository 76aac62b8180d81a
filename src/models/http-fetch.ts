import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ModelError } from './model-error.js';
import { isUnreadable, networkReason } from './network-reason.js';

/**
 * Headers that may leave. The SDKs add what they find in variables such as `OPENAI_CUSTOM_HEADERS`
 * or `OPENAI_ORG_ID`; nothing but the key that the experiment names may reach an address.
 */
const ALLOWED_HEADERS = [
  'accept',
  'content-type',
  'user-agent',
  'anthropic-version',
  'anthropic-beta',
];
/** An answer beyond this is none that a model gave. */
export const LARGEST_BODY_BYTES = 64 * 2 ** 20;

// Idle sockets are unreferenced by the agents, so they keep no process alive.
const agents = {
  http: new HttpAgent({ keepAlive: true, scheduling: 'lifo' }),
  https: new HttpsAgent({ keepAlive: true, scheduling: 'lifo' }),
};

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` for the SDKs that reads the whole answer over a kept-alive socket and knows what theirs
 * cannot tell: whether a failed request was dispatched, and whether an answer had begun. It follows
 * no redirects, so a key never travels to an address that nobody configured.
 *
 * Rejects with a ModelError: `connection` where no answer began, `timeout` where it was dispatched
 * and not answered in time, `truncated` where the answer broke off. An error status that arrived
 * counts even if its body broke off. An abort destroys the socket.
 *
 * @param options.timeoutMs for one attempt, from sending to the last byte
 * @param options.authorization value of the header of that name
 */
export function createHttpFetch(options: {
  readonly timeoutMs: number;
  readonly authorization: string;
}): Fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { signal, body } = init;
      if (typeof body !== 'string') {
        throw new TypeError(`Expected \`body\` to be a string, got ${typeof body}`);
      }
      const url = new URL(input instanceof Request ? input.url : input);
      const secure = url.protocol === 'https:';
      const request = (secure ? httpsRequest : httpRequest)(url, {
        method: init.method ?? 'POST',
        agent: secure ? agents.https : agents.http,
        headers: {
          ...allowed(new Headers(init.headers)),
          authorization: options.authorization,
          'content-length': Buffer.byteLength(body),
        },
      });
      let dispatched = false;
      let answer: IncomingMessage | null = null;
      const chunks: Buffer[] = [];

      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const answered = (response: IncomingMessage): void => {
        finish();
        resolve(toResponse(response, chunks));
      };
      const fail = (error: Error): void => {
        finish();
        if (answer !== null && (answer.statusCode ?? 0) >= 400) answered(answer);
        else reject(error);
        request.destroy();
      };
      const abort = (): void => fail(new DOMException('The request was aborted', 'AbortError'));
      const timer = setTimeout(() => {
        fail(
          dispatched
            ? new ModelError('timeout', `no complete answer within ${options.timeoutMs} ms`)
            : new ModelError('connection', `no connection within ${options.timeoutMs} ms`),
        );
      }, options.timeoutMs);

      request.on('finish', () => {
        dispatched = true;
      });
      request.on('error', (error) => {
        const reason = networkReason(error);
        const began = answer !== null || isUnreadable(error);
        fail(
          began
            ? new ModelError('truncated', `the answer broke off (${reason})`)
            : new ModelError('connection', `no answer (${reason})`),
        );
      });
      request.on('response', (response) => {
        answer = response;
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > LARGEST_BODY_BYTES) {
            fail(new ModelError('truncated', `the answer exceeds ${LARGEST_BODY_BYTES} bytes`));
          }
        });
        response.on('end', () => answered(response));
        response.on('error', (error) => {
          fail(new ModelError('truncated', `the answer broke off (${networkReason(error)})`));
        });
      });
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      else request.end(body);
    });
}

function allowed(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ALLOWED_HEADERS) {
    const value = headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

function toResponse(answer: IncomingMessage, chunks: readonly Buffer[]): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  // The whole body is here already, and reading it back through a web stream costs time on every call.
  return Object.assign(new Response(null, { status, headers }), {
    text: async () => text,
    json: async (): Promise<unknown> => JSON.parse(text),
  });
}
