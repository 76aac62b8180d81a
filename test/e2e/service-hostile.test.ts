import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './command.js';
import { peakMib, post, type Served, serve, tenant, WIRES } from './serving.js';

const KEY = 'sk-a-good-key';
const POOR_KEY = 'sk-a-poor-key';
const REQUEST_MS = 1_000;
const MODEL = 'simulated/small';

let folder: ReturnType<typeof temporaryFolder>;
let service: Served;

beforeAll(async () => {
  folder = temporaryFolder();
  service = await serve(folder.path, {
    config: {
      models: [MODEL],
      limits: { request_seconds: REQUEST_MS / 1_000 },
      tenants: [tenant('good', KEY), tenant('poor', POOR_KEY, { daily_usd: 0.000001 })],
    },
  });
});

afterAll(async () => {
  const peak = peakMib(service.pid);
  const { code, err, out } = await service.stop();
  folder.remove();
  expect(code).toBe(0);
  expect(out + err).not.toMatch(/\n\s+at \S+ \(/);
  if (peak !== null) expect(peak).toBeLessThan(450);
});

let good = 0;
afterEach(async () => {
  const [{ path, body, textOf }] = WIRES;
  const answered = await post(`${service.url}${path}`, body(MODEL, `Still there? ${good++}`), {
    authorization: `Bearer ${KEY}`,
  });
  expect(answered.status).toBe(200);
  expect(textOf(await answered.json())).not.toBe('');
});

interface Sent {
  readonly path: string;
  /** Written as they are, with a length that is theirs unless `headers` says otherwise. */
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends bytes, whatever they are, and takes an answer that comes before they are all sent. */
function send({ path, body, headers = {} }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${service.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${KEY}`,
        'content-length': Buffer.byteLength(body),
        ...headers,
      },
    });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      const done = () => resolve({ status: response.statusCode ?? 0, text });
      response.on('end', done);
      // Where the service stops listening before all is sent, the rest of the answer may be lost.
      response.on('error', done);
    });
    // A broken pipe is no matter if there was an answer; `resolve` came first then.
    request.on('error', (error) => setTimeout(() => reject(error), 500));
    request.end(body);
  });
}

/** The body may be pieced together, as what is sent is not always what a format would write. */
const withContent = (content: string) =>
  `{"model":"${MODEL}","max_tokens":64,"messages":[{"role":"user","content":${content}}]}`;

const CASES: readonly {
  readonly what: string;
  readonly status: number;
  readonly body: () => string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}[] = [
  { what: 'malformed JSON', status: 400, body: () => '{"model": "simulated/small", "messages": [' },
  { what: 'no body', status: 400, body: () => '' },
  ...['[]', '"text"', 'null', '42', 'true'].map((body) => ({
    what: `JSON that is no object: ${body}`,
    status: 400,
    body: () => body,
  })),
  { what: 'an empty object', status: 400, body: () => '{}' },
  { what: '50 MB', status: 413, body: () => withContent(`"${'x'.repeat(50 * 2 ** 20)}"`) },
  {
    what: 'an unknown model',
    status: 404,
    body: () => withContent('"hello"').replace(MODEL, 'simulated/huge'),
  },
  {
    what: 'a bad key',
    status: 401,
    body: () => withContent('"hello"'),
    headers: { authorization: 'Bearer sk-a-bad-key' },
  },
  {
    what: 'no key',
    status: 401,
    body: () => withContent('"hello"'),
    headers: { authorization: '' },
  },
  {
    what: 'an exhausted budget',
    status: 402,
    body: () => withContent('"hello"'),
    headers: { authorization: `Bearer ${POOR_KEY}` },
  },
  {
    what: 'invalid UTF-8',
    status: 400,
    body: () => Buffer.from(withContent('"\u00ff\u00fe"'), 'latin1'),
  },
  {
    what: '100,000 messages',
    status: 400,
    body: () =>
      `{"model":"${MODEL}","max_tokens":64,"messages":[${Array(100_000).fill('{"role":"user","content":"a"}').join(',')}]}`,
  },
  {
    what: 'arrays 100,000 deep as content',
    status: 400,
    body: () => withContent(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  },
  {
    what: 'objects 100,000 deep in a tool',
    status: 400,
    body: () =>
      withContent('"hello"').replace(
        '"max_tokens"',
        `"tools":[{"type":"function","name":"f","function":{"name":"f","parameters":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}},"input_schema":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}],"max_tokens"`,
      ),
  },
  {
    what: 'objects 100,000 deep in a member nobody knows',
    status: 400,
    body: () =>
      withContent('"hello"').replace(
        '"max_tokens"',
        `"nobody_knows":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"max_tokens"`,
      ),
  },
  {
    what: 'negative, fractional and enormous limits',
    status: 400,
    body: () => withContent('"hello"').replace(':64', ':1e300'),
  },
  {
    what: 'a Host that is not this one',
    status: 403,
    body: () => withContent('"hello"'),
    headers: { host: 'evil.example' },
  },
  {
    what: 'a body that is compressed',
    status: 415,
    body: () => gzipSync(withContent('"hello"')),
    headers: { 'content-encoding': 'gzip' },
  },
];

describe.each(WIRES)('the endpoint of $name', ({ path, isError }) => {
  test.each(CASES)('$what: $status', async ({ status, body, headers }) => {
    const answered = await send({ path, body: body(), ...(headers && { headers }) });
    expect(answered).toMatchObject({ status });
    expect(JSON.parse(answered.text)).toSatisfy(isError);
    expect(answered.text).not.toMatch(/sk-|at \S+\.js:|node_modules/);
    expect(answered.text.length).toBeLessThan(2_000);
  });

  test.each([
    { what: '1 MB of one letter', content: () => `"${'a'.repeat(2 ** 20)}"` },
    {
      what: 'a message in 100,000 parts',
      content: () => `[${Array(100_000).fill('{"type":"text","text":"a"}').join(',')}]`,
    },
  ])('$what is answered like any prompt', async ({ content }) => {
    const answered = await send({ path, body: withContent(content()) });
    expect(answered.status).toBe(200);
  });

  test('members named like those of every object harm nothing', async () => {
    const body = withContent('"hello"').replace(
      '"max_tokens"',
      '"__proto__":{"stream":true},"constructor":{"prototype":{"polluted":1}},"max_tokens"',
    );
    const { status } = await send({ path, body });
    expect([200, 400]).toContain(status);
  });

  test('a body that arrives too slowly: 408', { timeout: 10 * REQUEST_MS }, async () => {
    const answer = await slowly(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toSatisfy(isError);
  });
});

/** Sends a beginning, then a blank every so often, until the connection is closed; gives what came back. */
function slowly(beginning: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(service.url).port) });
    let text = '';
    socket.setEncoding('latin1');
    socket.write(beginning);
    const drip = setInterval(() => socket.write(' '), 50);
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      resolve(text);
    });
  });
}

test('headers that arrive too slowly end the connection', {
  timeout: 10 * REQUEST_MS,
}, async () => {
  expect(await slowly('POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow:')).toMatch(
    /^(HTTP\/1\.1 408 |$)/,
  );
});

test('a header of 64 KiB: 431', async () => {
  const headers = { 'x-switchyard-tag': 'x'.repeat(2 ** 16) };
  const { status } = await send({ path: '/v1/messages', body: withContent('"hello"'), headers });
  expect(status).toBe(431);
});

test.each(['text with\ttab', 'x'.repeat(5_000)])(
  'a tag that is none is refused or kept short: %#',
  async (tag) => {
    const headers = { 'x-switchyard-tag': tag };
    const { status } = await send({ path: '/v1/messages', body: withContent('"hello"'), headers });
    expect([200, 400]).toContain(status);
  },
);

test('a path that does not exist: 404', async () => {
  const { status, text } = await send({ path: '/v1/nothing', body: '{}' });
  expect(status).toBe(404);
  expect(JSON.parse(text)).toSatisfy(WIRES[0].isError);
});

test('200 connections that say nothing keep nobody out', async () => {
  const port = Number(new URL(service.url).port);
  const idle = Array.from({ length: 200 }, () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    return socket;
  });
  const { status } = await send({ path: '/v1/messages', body: withContent('"among idlers"') });
  expect(status).toBe(200);
  for (const socket of idle) socket.destroy();
});
