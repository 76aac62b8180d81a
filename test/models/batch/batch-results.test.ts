import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { BatchResult, ModelError } from '../../../src/models/index.js';
import { openBatchApi } from '../../../src/models/index.js';
import { FORMATS, pricing } from '../provider-fixtures.js';
import { APIS, itemsOf, KEY, never } from './stand-in-batches.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(api: (typeof APIS)[number], answer: Answer) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const batches = await openBatchApi(
    {
      id: 'mine/m',
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      apiKeyEnv: 'TEST_API_KEY',
      pricing: { ...pricing, batchMultiplier: 0.5 },
      api,
      timeoutMs: 300,
    },
    { env: { TEST_API_KEY: KEY } },
  );
  return { batches: batches!, asked };
}

/** A batch that has ended, with these lines as its results. */
function ended(lines: string, then: (response: ServerResponse) => void = (r) => r.end()): Answer {
  const counts = { processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 };
  const batch = {
    id: 'b1',
    status: 'completed',
    output_file_id: 'file-1',
    processing_status: 'ended',
    results_url: 'http://127.0.0.1:9/elsewhere',
    request_counts: { ...counts, total: 1, completed: 1, failed: 0 },
    created_at: 0,
  };
  return ({ url }, response) => {
    const isFile = /\/(?:content|results)$/.test(url ?? '');
    response.writeHead(200, {
      'content-type': isFile ? 'application/x-jsonl' : 'application/json',
    });
    if (!isFile) response.end(JSON.stringify(batch));
    else response.write(lines, () => then(response));
  };
}

const LINES = {
  openai: (id: string, body: unknown = FORMATS.openai.answer) =>
    JSON.stringify({
      custom_id: id,
      response: { status_code: 200, request_id: 'req_1', body },
      error: null,
    }),
  anthropic: (id: string, message: unknown = FORMATS.anthropic.answer) =>
    JSON.stringify({ custom_id: id, result: { type: 'succeeded', message } }),
};

const ERRORS = {
  openai: (id: string, status: number, message: string) =>
    JSON.stringify({
      custom_id: id,
      response: {
        status_code: status,
        request_id: 'req_9',
        body: { error: { message, code: null } },
      },
      error: null,
    }),
  anthropic: (id: string, status: number, message: string) => {
    const type = status === 429 ? 'rate_limit_error' : 'invalid_request_error';
    const error = { type: 'error', error: { type, message }, request_id: 'req_9' };
    return JSON.stringify({ custom_id: id, result: { type: 'errored', error } });
  },
};

async function readAll(results: AsyncIterable<BatchResult>) {
  const all: BatchResult[] = [];
  try {
    for await (const result of results) all.push(result);
    return { all, error: null };
  } catch (error) {
    return { all, error: error as ModelError };
  }
}

const text = (result: BatchResult): unknown =>
  result.outcome === 'answered' ? result.answer.text : result;

describe.each(APIS)('results in the format of %s', (api) => {
  const line = LINES[api];
  const items = itemsOf('tok', 5);

  test('lose no answer to lines that cannot be read, and tell of them in the end', async () => {
    const lines = [
      line('tok-0'),
      '{"custom_id": "tok-1", "resp',
      '',
      '[1, 2]',
      '\u0000\uFFFD',
      `{"custom_id": 7, "key": "${KEY}"}`,
      `${line('tok-2')}\r`,
    ].join('\n');
    const { batches, asked } = await serve(api, ended(lines));
    const { all, error } = await readAll(batches.results('b1', items, never));
    expect(all.map(({ id }) => id)).toEqual(['tok-0', 'tok-2']);
    expect(all.map(text)).toEqual(['Four.', 'Four.']);
    expect(error).toMatchObject({ name: 'ModelError', kind: 'truncated' });
    expect(error?.message).toContain('batch b1: line 2 of file 1');
    expect(error?.message).toContain('and 3 more');
    expect(error?.message).not.toContain(KEY);
    // Results are read at the configured address, wherever the answer says they are.
    expect(asked.at(-1)?.url).toMatch(/^\/v1\/.*(?:b1\/results|file-1\/content)$/);
  });

  test('count once an item, and none that was not asked for', async () => {
    const other = { ...FORMATS[api].answer, choices: [], content: [] };
    const lines = [line('tok-0'), line('tok-0', other), line('tok-77'), line('stranger'), ''];
    const { batches } = await serve(api, ended(lines.join('\n')));
    const { all, error } = await readAll(batches.results('b1', items, never));
    expect(error).toBeNull();
    expect(all.map((result) => [result.id, text(result)])).toEqual([['tok-0', 'Four.']]);
  });

  test('class what went wrong with an item, without secrets', async () => {
    const lines = [
      ERRORS[api]('tok-0', 429, `Slow down,\n${KEY}`),
      ERRORS[api]('tok-1', 400, 'max_tokens: too large'),
      line('tok-2', { nothing: true }),
      '{"custom_id": "tok-3"}',
      line('tok-4'),
    ];
    const { batches } = await serve(api, ended(lines.join('\n')));
    const { all, error } = await readAll(batches.results('b1', items, never));
    expect(error).toBeNull();
    const kinds = all.map((result) => (result.outcome === 'failed' ? result.error.kind : 'fine'));
    expect(kinds).toEqual(['rate_limit', 'invalid_request', 'truncated', 'truncated', 'fine']);
    const [limited] = all;
    expect(limited?.outcome === 'failed' && limited.error.message).toMatch(
      /HTTP 429: Slow down, \[key\] \(request req_9\)/,
    );
    expect(JSON.stringify(all)).not.toContain(KEY);
  });

  test('that break off hand over what came before', async () => {
    const lines = `${line('tok-0')}\n${line('tok-1').slice(0, 20)}`;
    const { batches } = await serve(
      api,
      ended(lines, (response) => response.destroy()),
    );
    const { all, error } = await readAll(batches.results('b1', items, never));
    expect(all.map(({ id }) => id)).toEqual(['tok-0']);
    expect(error).toMatchObject({ name: 'ModelError', kind: 'truncated' });
  });

  test('that fall silent are given up, and an abort ends the reading', async () => {
    const { batches } = await serve(
      api,
      ended(`${line('tok-0')}\n`, () => {}),
    );
    const silent = await readAll(batches.results('b1', items, never));
    expect(silent.all).toHaveLength(1);
    expect(silent.error).toMatchObject({ kind: 'truncated' });
    const abort = new AbortController();
    const results = batches.results('b1', items, abort.signal);
    const seen: BatchResult[] = [];
    const reading = (async () => {
      for await (const result of results) {
        seen.push(result);
        abort.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
    expect(seen).toHaveLength(1);
  });

  test('of a batch that is none are an error', async () => {
    const { batches } = await serve(api, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"hello": "there"}');
    });
    await expect(batches.status('b1', never)).rejects.toMatchObject({ kind: 'truncated' });
    await expect(batches.submit(items, 'tok', never)).rejects.toMatchObject({ kind: 'truncated' });
  });

  test('are asked for with the token as the key of the submission', async () => {
    const { batches, asked } = await serve(api, (_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify(FORMATS[api].error(`Failed with ${KEY}`)));
    });
    const failed = batches.submit(items, 'tok', never).catch((error: Error) => error);
    expect(await failed).toMatchObject({ kind: 'server', status: 500 });
    expect(String(await failed)).not.toContain(KEY);
    expect(asked).toHaveLength(1);
    if (api === 'anthropic') expect(asked[0]?.headers['idempotency-key']).toBe('tok');
  });
});
