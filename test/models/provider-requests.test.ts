import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import {
  createModel,
  type ModelApi,
  type ModelParameters,
  type ModelRequest,
} from '../../src/models/index.js';
import { json, type Loopback, startLoopback } from './loopback-server.js';
import { ask, env, FORMATS, KEY, pricing } from './provider-fixtures.js';

const never = new AbortController().signal;
let server: Loopback;

beforeAll(async () => {
  server = await startLoopback(json(FORMATS.openai.answer));
});
afterEach(() => {
  server.received.length = 0;
  vi.unstubAllEnvs();
});
afterAll(() => server.close());

const open = (id: string, api: ModelApi = 'openai', apiKeyEnv: string | null = 'TEST_API_KEY') =>
  createModel({ id, baseUrl: `${server.url}/v1/`, apiKeyEnv, pricing, api }, { env });

async function sent(
  id: string,
  api: ModelApi,
  parameters: Partial<ModelParameters> = {},
  request: Partial<ModelRequest> = {},
) {
  server.answerWith(json(FORMATS[api].answer));
  const model = await open(id, api);
  await model.attempt(ask({ parameters: { maxTokens: 50, ...parameters }, ...request }), never);
  return server.received.at(-1)!;
}

const schema = {
  type: 'object',
  properties: { steps: { type: 'array', items: { type: 'object', properties: {} } } },
  required: ['steps'],
};
const closed = {
  ...schema,
  additionalProperties: false,
  properties: {
    steps: {
      type: 'array',
      items: { type: 'object', properties: {}, additionalProperties: false },
    },
  },
};
const everything = { temperature: 0, topP: 0.9, seed: 7, stop: ['END'], extra: { top_k: 5 } };

test('chat completions carry every parameter', async () => {
  const { path, body } = await sent('mine/org/llama', 'openai', everything, {
    responseSchema: { name: 'verdict', schema },
  });
  expect(path).toBe('/v1/chat/completions');
  expect(body).toEqual({
    model: 'org/llama',
    messages: ask().messages,
    max_tokens: 50,
    temperature: 0,
    top_p: 0.9,
    seed: 7,
    stop: ['END'],
    top_k: 5,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'verdict', strict: true, schema: closed },
    },
  });
});

test('reasoning families get the newer limit and no sampling parameters, and say so', async () => {
  for (const name of ['o3-mini', 'gpt-5-mini', 'openai/gpt-5.1']) {
    const { body } = await sent(`openai/${name}`, 'openai', everything);
    expect(body).toMatchObject({ max_completion_tokens: 50, seed: 7 });
    expect(body).not.toHaveProperty('max_tokens');
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('top_p');
    expect((await open(`openai/${name}`)).ignores).toEqual(['temperature', 'topP']);
  }
  for (const name of ['gpt-4o', 'gpt-oss-20b', 'llama3']) {
    const { body } = await sent(`openai/${name}`, 'openai', everything);
    expect(body).toMatchObject({ max_tokens: 50, temperature: 0 });
    expect((await open(`openai/${name}`)).ignores).toBeUndefined();
  }
});

test('messages lift the system text out and carry every parameter', async () => {
  const messages = [{ role: 'system' as const, content: 'In English.' }, ...ask().messages];
  const { path, body } = await sent('mine/claude-3-5-haiku', 'anthropic', everything, { messages });
  expect(path).toBe('/v1/messages');
  expect(body).toEqual({
    model: 'claude-3-5-haiku',
    system: 'In English.\n\nBe brief.',
    messages: [{ role: 'user', content: 'What is 2 + 2?' }],
    max_tokens: 50,
    temperature: 0,
    top_p: 0.9,
    stop_sequences: ['END'],
    top_k: 5,
  });
});

test.each([
  ['claude-3-haiku-20240307', true, true],
  ['claude-sonnet-4-20250514', true, true],
  ['claude-opus-4-1', true, true],
  ['claude-sonnet-4-5-20250929', true, false],
  ['claude-opus-4-6', true, false],
  ['claude-opus-4-7', false, false],
  ['claude-opus-4-10', false, false],
  ['claude-sonnet-5', false, false],
  ['claude-fable-5-2', false, false],
  ['some-other-model', false, false],
])('%s: sampling %s, schema by tool %s', async (name, sampling, byTool) => {
  const responseSchema = { name: 'verdict', schema };
  const { body } = await sent(`mine/${name}`, 'anthropic', { temperature: 0 }, { responseSchema });
  expect('temperature' in body).toBe(sampling);
  expect((await open(`mine/${name}`, 'anthropic')).ignores?.includes('temperature')).toBe(
    !sampling,
  );
  if (byTool) {
    expect(body).toMatchObject({
      tools: [{ name: 'verdict', input_schema: closed }],
      tool_choice: { type: 'tool', name: 'verdict' },
    });
    expect(body).not.toHaveProperty('output_config');
  } else {
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema: closed } });
    expect(body).not.toHaveProperty('tools');
  }
});

test('a forced tool call is the answer', async () => {
  server.answerWith(
    json({
      ...FORMATS.anthropic.answer,
      content: [{ type: 'tool_use', id: 't', name: 'verdict', input: { steps: [] } }],
      stop_reason: 'tool_use',
    }),
  );
  const model = await open('mine/claude-3-opus', 'anthropic');
  const request = ask({ responseSchema: { name: 'verdict', schema } });
  expect(await model.attempt(request, never)).toMatchObject({
    text: '{"steps":[]}',
    finishReason: 'stop',
  });
});

test('members that limits and budgets rest on cannot be passed on', async () => {
  for (const [api, member] of [
    ['openai', 'n'],
    ['openai', 'max_tokens'],
    ['openai', 'stream'],
    ['anthropic', 'max_tokens'],
    ['anthropic', 'system'],
  ] as const) {
    await expect(sent('mine/m', api, { extra: { [member]: 9 } })).rejects.toMatchObject({
      kind: 'invalid_request',
      message: expect.stringContaining(`"${member}"`),
    });
  }
  expect(server.received).toHaveLength(0);
});

test.each([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content_filter'],
  ['tool_calls', 'tool_calls'],
  ['anything', 'other'],
])('finish reason %s is %s', async (finish_reason, expected) => {
  const message = { role: 'assistant', content: 'Four.' };
  server.answerWith(json({ choices: [{ index: 0, message, finish_reason }] }));
  const answer = await (await open('mine/m')).attempt(ask(), never);
  expect(answer.finishReason).toBe(expected);
});

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['refusal', 'content_filter'],
  ['tool_use', 'tool_calls'],
  ['pause_turn', 'other'],
])('stop reason %s is %s', async (stop_reason, expected) => {
  server.answerWith(json({ ...FORMATS.anthropic.answer, stop_reason }));
  const answer = await (await open('mine/m', 'anthropic')).attempt(ask(), never);
  expect(answer.finishReason).toBe(expected);
});

test('a refusal is the text, empty content is empty text, parts are joined', async () => {
  const answerTo = async (message: unknown) => {
    server.answerWith(json({ choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    const { text, finishReason } = await (await open('mine/m')).attempt(ask(), never);
    return [text, finishReason];
  };
  expect(await answerTo({ content: null, refusal: 'I will not.' })).toEqual([
    'I will not.',
    'content_filter',
  ]);
  expect(await answerTo({ content: null, refusal: null })).toEqual(['', 'stop']);
  expect(await answerTo({ content: [{ type: 'text', text: 'Fo' }, { text: 'ur' }] })).toEqual([
    'Four',
    'stop',
  ]);
});

test('an error inside a 200 is classified by its code', async () => {
  const model = await open('mine/m');
  server.answerWith(json({ error: { code: 429, message: 'Slow down' } }));
  await expect(model.attempt(ask(), never)).rejects.toMatchObject({
    kind: 'rate_limit',
    status: 429,
  });
  server.answerWith(json({ choices: [{ message: {}, error: { code: 'x', message: 'Broke' } }] }));
  await expect(model.attempt(ask(), never)).rejects.toMatchObject({ kind: 'server' });
});

test.each(['openai', 'anthropic'] as const)(
  '%s: nothing of the environment but the named key is sent',
  async (api) => {
    for (const name of [
      'OPENAI_API_KEY',
      'OPENAI_ADMIN_KEY',
      'OPENAI_ORG_ID',
      'OPENAI_PROJECT_ID',
    ]) {
      vi.stubEnv(name, 'leak-of-the-maker');
    }
    vi.stubEnv('ANTHROPIC_API_KEY', 'leak-of-the-maker');
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'leak-of-the-maker');
    for (const maker of ['OPENAI', 'ANTHROPIC']) {
      vi.stubEnv(`${maker}_BASE_URL`, 'http://127.0.0.1:1/leak');
      vi.stubEnv(`${maker}_CUSTOM_HEADERS`, 'Authorization: leak-of-the-maker\nX-Org: leak');
    }
    const named = await sent('mine/m', api);
    expect(named.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.stringify(named.headers)).not.toContain('leak');

    await (await open('mine/m', api, null)).attempt(ask(), never);
    const unnamed = server.received.at(-1)!;
    expect(unnamed.headers.authorization).toBe('Bearer none');
    expect(JSON.stringify(unnamed.headers)).not.toContain('leak');
  },
);

test('sockets are kept alive and reused', async () => {
  const ports = new Set<number | undefined>();
  server.answerWith((response, socket) => {
    ports.add(socket.remotePort);
    json(FORMATS.openai.answer)(response, socket);
  });
  for (let call = 0; call < 3; call++) await (await open('mine/m')).attempt(ask(), never);
  expect(ports.size).toBe(1);
});

test('a signal shared by many attempts is left without listeners', async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  server.answerWith(json(FORMATS.openai.answer));
  const model = await open('mine/m');
  for (let call = 0; call < 20; call++) await model.attempt(ask(), signal);
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
});

test('the count of input tokens is never below the bytes of an unknown tokenizer', async () => {
  const model = await open('mine/m');
  const content = 'Größe 汉字 <|endoftext|>';
  const request = ask({ messages: [{ role: 'user', content }] });
  expect(model.countInput(request)).toBeGreaterThanOrEqual(Buffer.byteLength(content));
  const asking = { ...request, responseSchema: { name: 'verdict', schema } };
  expect(model.countInput(asking)).toBeGreaterThan(model.countInput(request));
});
