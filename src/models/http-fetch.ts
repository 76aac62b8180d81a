import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
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
/** What the SDKs accept where they hand on the bytes of a file. */
const FILE = 'application/binary';
/** Time that a slow line is given for each whole mebibyte of a request, on top. */
const MS_PER_MEBIBYTE = 4000;

// Idle sockets are unreferenced by the agents, so they keep no process alive.
const agents = {
  http: new HttpAgent({ keepAlive: true, scheduling: 'lifo' }),
  https: new HttpsAgent({ keepAlive: true, scheduling: 'lifo' }),
};

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` for the SDKs that reads the whole answer over a kept-alive socket and knows what theirs
 * cannot tell: whether a failed request was dispatched, and whether an answer had begun. It follows
 * no redirects, so a key never travels to an address that nobody configured. A file that was asked for
 * is handed on as it comes, as it may be large; then only a silence counts against its time.
 *
 * Rejects with a ModelError: `connection` where no answer began, `timeout` where it was dispatched
 * and not answered in time, `truncated` where the answer broke off. An error status that arrived
 * counts even if its body broke off. An abort destroys the socket.
 *
 * @param options.timeoutMs for one attempt, from sending to the last byte
 * @param options.credentials headers that hold the key
 * @param options.alsoSends further headers of the SDK that may leave
 */
export function createHttpFetch(options: HttpFetchOptions): Fetch {
  return async (input, init = {}) => {
    const { body } = init;
    if (body === undefined || body === null || typeof body === 'string') {
      return exchange(input, init, body ?? null, options);
    }
    // A form: its boundary stands in its type, which only its encoder knows.
    const form = new Response(body);
    const headers = new Headers(init.headers);
    headers.set('content-type', form.headers.get('content-type') ?? 'application/octet-stream');
    const bytes = Buffer.from(await form.arrayBuffer());
    return exchange(input, { ...init, headers }, bytes, options);
  };
}

interface HttpFetchOptions {
  readonly timeoutMs: number;
  readonly credentials: Readonly<Record<string, string>>;
  readonly alsoSends?: readonly string[];
}

function exchange(
  input: string | URL | Request,
  init: RequestInit,
  body: string | Buffer | null,
  options: HttpFetchOptions,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { signal } = init;
    const bodyBytes = body === null ? 0 : Buffer.byteLength(body);
    const timeoutMs = options.timeoutMs + Math.floor(bodyBytes / 2 ** 20) * MS_PER_MEBIBYTE;
    const headers = new Headers(init.headers);
    const url = new URL(input instanceof Request ? input.url : input);
    const secure = url.protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: init.method ?? 'POST',
      agent: secure ? agents.https : agents.http,
      headers: {
        ...allowed(headers, options.alsoSends ?? []),
        ...options.credentials,
        ...(body === null ? {} : { 'content-length': bodyBytes }),
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
          ? new ModelError('timeout', `no complete answer within ${timeoutMs} ms`)
          : new ModelError('connection', `no connection within ${timeoutMs} ms`),
      );
    }, timeoutMs);

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
      if (headers.get('accept') === FILE && response.statusCode === 200) {
        clearTimeout(timer);
        const { socket } = response;
        const silence = (): void => void response.destroy(new Error(`silent for ${timeoutMs} ms`));
        socket.setTimeout(timeoutMs, silence);
        response.once('close', () => {
          socket.setTimeout(0, silence);
          finish();
        });
        resolve(streamed(response));
        return;
      }
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
    else request.end(body ?? undefined);
  });
}

function allowed(headers: Headers, also: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [...ALLOWED_HEADERS, ...also]) {
    const value = headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

function headOf(answer: IncomingMessage): { status: number; headers: Headers } {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return { status, headers };
}

function streamed(answer: IncomingMessage): Response {
  return new Response(Readable.toWeb(answer), headOf(answer));
}

function toResponse(answer: IncomingMessage, chunks: readonly Buffer[]): Response {
  const text = Buffer.concat(chunks).toString('utf8');
  // The whole body is here already, and reading it back through a web stream costs time on every call.
  return Object.assign(new Response(null, headOf(answer)), {
    text: async () => text,
    json: async (): Promise<unknown> => JSON.parse(text),
  });
}
