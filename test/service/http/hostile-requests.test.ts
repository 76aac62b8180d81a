import { afterEach, describe, expect, it } from 'vitest';
import {
  answers,
  closeScripts,
  parseAnswer,
  post,
  rawConnection,
  serveScript,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const JSON_HEAD = 'content-type: application/json\r\n';

/** Sends a head and the bytes of a body, and gives what came back once the service has ended it. */
async function raw(port: number, head: string, body: string | Buffer = ''): Promise<string> {
  const { socket, received } = rawConnection(port);
  socket.write(head);
  socket.write(body);
  return received;
}

describe.each(WIRES)('hostile requests to $path', ({ path, body, errorOf }) => {
  const head = (length: number, further = '') =>
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${JSON_HEAD}content-length: ${length}\r\nconnection: close\r\n${further}\r\n`;

  it.each([
    [
      'malformed JSON',
      '{"model": "auto",\n  "messages": [}',
      /not valid JSON: line 2, column 16, expected a value/,
    ],
    ['JSON that breaks off', '{"model": "au', /expected the rest of a text in quotes/],
    ['an empty body', '', /empty/],
    ['a body that is no object', '[1, 2]', /./],
    ['null', 'null', /./],
    ['a text', '"hello"', /./],
    [
      'too many levels',
      `{"model": "auto", "messages": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /nested more than/,
    ],
    ['__proto__', '{"model": "auto", "messages": [{"__proto__": {"admin": true}}]}', /"__proto__"/],
    [
      'an escaped __proto__',
      '{"model": "auto", "x": {"\\u005f_proto__": {"admin": true}}}',
      /"__proto__"/,
    ],
    [
      'a constructor with a prototype',
      '{"x": {"constructor": {"prototype": {"admin": true}}}}',
      /"constructor"/,
    ],
    [
      'a list in place of a model',
      '{"model": ["auto"], "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}',
      /model/,
    ],
  ])('answers %s with 400 and says where', async (_name, text, message) => {
    const service = await serveScript();
    const response = await post(service.url + path, text);
    expect(response.status).toBe(400);
    expect(errorOf(await response.json())).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringMatching(message) as string,
    });
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(service.asked).toHaveLength(0);
    expect(await answers(service)).toBe(true);
  });

  it('leaves a tool free to have a parameter named constructor', async () => {
    const service = await serveScript();
    const text = JSON.stringify(body('x', { metadata: { constructor: 'Brunel' } }));
    expect((await post(service.url + path, text)).status).toBe(200);
  });

  it('answers bytes that are no UTF-8 with 400', async () => {
    const service = await serveScript();
    const bytes = Buffer.from(JSON.stringify(body('caf\u00e9')), 'latin1');
    const { status, body: answer } = parseAnswer(
      await raw(service.server.port, head(bytes.length), bytes),
    );
    expect(status).toBe(400);
    expect(errorOf(answer)?.message).toContain('UTF-8');
    expect(await answers(service)).toBe(true);
  });

  it('takes characters that arrive in two pieces', async () => {
    const service = await serveScript();
    const bytes = Buffer.from(JSON.stringify(body('caf\u00e9')));
    const cut = bytes.indexOf(0xc3) + 1;
    const { socket, received } = rawConnection(service.server.port);
    socket.setNoDelay(true);
    socket.write(head(bytes.length));
    socket.write(bytes.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.write(bytes.subarray(cut));
    expect(parseAnswer(await received).status).toBe(200);
    expect(service.asked[0]?.chat.messages.at(-1)?.parts[0]).toMatchObject({ text: 'caf\u00e9' });
  });

  it('refuses 50 MB by the length that is announced, before they come', async () => {
    const service = await serveScript();
    const { socket, received } = rawConnection(service.server.port);
    socket.write(head(50_000_000));
    const { status, body: answer } = parseAnswer(await received);
    expect(status).toBe(413);
    expect(errorOf(answer)?.message).toContain('2000000 bytes');
    expect(await answers(service)).toBe(true);
  });

  it('refuses 50 MB of unannounced length while they come, and keeps none of it', async () => {
    const service = await serveScript();
    const piece = new Uint8Array(500_000).fill(97);
    let pieces = 0;
    const before = process.memoryUsage().arrayBuffers;
    const response = await fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
      body: new ReadableStream<Uint8Array>({
        pull(controller) {
          if (pieces++ === 100) controller.close();
          else controller.enqueue(piece);
        },
      }),
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(errorOf(await response.json())?.message).toContain('larger than');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000);
    expect(await answers(service)).toBe(true);
  });

  it('refuses 100,000 messages before anyone looks at them', async () => {
    const service = await serveScript({ limits: { bodyBytes: 10_000_000 } });
    const messages = Array.from({ length: 100_000 }, () => ({ role: 'user', content: 'x' }));
    const response = await post(service.url + path, body('', { messages }));
    expect(response.status).toBe(400);
    expect(errorOf(await response.json())?.message).toBe(
      'messages: at most 1000 are taken, got 100000.',
    );
    expect(await answers(service)).toBe(true);
  });

  it('passes 1 MB of one letter on', async () => {
    const service = await serveScript();
    const response = await post(service.url + path, body('a'.repeat(1_000_000)));
    expect(response.status).toBe(200);
    expect(await answers(service)).toBe(true);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'nonsense',
    'application/json; charset=latin1',
  ])('refuses a body of type %s', async (type) => {
    const service = await serveScript();
    const response = await post(service.url + path, body('x'), { 'content-type': type });
    expect(response.status).toBe(415);
    expect(errorOf(await response.json())?.message).toContain('content-type');
  });

  it('reads a body that does not say what it is', async () => {
    const service = await serveScript();
    const bytes = Buffer.from(JSON.stringify(body('x')));
    const answer = await raw(service.server.port, head(bytes.length).replace(JSON_HEAD, ''), bytes);
    expect(parseAnswer(answer).status).toBe(200);
  });

  it('gives a refused request no second answer where its body never ends', async () => {
    const service = await serveScript({ limits: { requestMs: 300, bodyBytes: 10 } });
    const answer = await raw(
      service.server.port,
      head(1000).replace('connection: close\r\n', ''),
      '{"model": "auto", ',
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413']);
  });

  it('ends a request whose body comes too slowly', async () => {
    const service = await serveScript({ limits: { requestMs: 300 } });
    const { status, body: answer } = parseAnswer(
      await raw(service.server.port, head(1000), '{"model": '),
    );
    expect(status).toBe(408);
    expect(errorOf(answer)?.message).toContain('did not arrive');
    expect(await answers(service)).toBe(true);
    const line = service.logged().find((one) => one.path === path && one.status === 408);
    expect(line).toMatchObject({ left: true });
  });

  it('refuses a Host header that is another’s', async () => {
    const service = await serveScript();
    const bytes = JSON.stringify(body('x'));
    const foreign = head(bytes.length).replace('host: localhost', 'host: rebound.example:80');
    const { status, body: answer } = parseAnswer(await raw(service.server.port, foreign, bytes));
    expect(status).toBe(403);
    expect(errorOf(answer)?.message).toContain('Host');
    expect(service.asked).toHaveLength(0);
  });
});

describe('hostile connections', () => {
  it('ends a head that comes too slowly with 408', async () => {
    const service = await serveScript({ limits: { requestMs: 300 } });
    const { status } = parseAnswer(await raw(service.server.port, 'POST /v1/messages HT'));
    expect(status).toBe(408);
    expect(await answers(service)).toBe(true);
  });

  it.each([
    ['bytes that are no HTTP', '\x16\x03\x01\x00\x00 hello\r\n\r\n', 400],
    [
      'a head that is too large',
      `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`,
      431,
    ],
    [
      'a length and chunks at once',
      'POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no Host', 'GET /health HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'an address that cannot be read',
      'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      400,
    ],
    [
      'another server’s address',
      'GET http://rebound.example/v1/models HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n',
      403,
    ],
  ])('answers %s', async (_name, bytes, expected) => {
    const service = await serveScript();
    const { status, body } = parseAnswer(await raw(service.server.port, bytes));
    expect(status).toBe(expected);
    expect(body).toMatchObject({ error: { message: expect.any(String) as string } });
    expect(await answers(service)).toBe(true);
  });

  it('survives garbage behind a good request on one connection', async () => {
    const service = await serveScript();
    const text = JSON.stringify(WIRES[0].body('x'));
    const good = `POST ${WIRES[0].path} HTTP/1.1\r\nhost: localhost\r\n${JSON_HEAD}content-length: ${text.length}\r\n\r\n${text}`;
    await raw(service.server.port, good, 'GARBAGE GARBAGE\r\n\r\n');
    expect(await answers(service)).toBe(true);
  });

  it('survives two hundred connections that say nothing and go', async () => {
    const service = await serveScript();
    const all = Array.from({ length: 200 }, () => rawConnection(service.server.port));
    for (const { socket } of all) socket.write('POST /v1/messages HTTP/1.1\r\nhost: local');
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const { socket } of all) socket.resetAndDestroy();
    await Promise.all(all.map(({ received }) => received));
    expect(await answers(service)).toBe(true);
  });
});
