import { describe, expect, test } from 'vitest';
import {
  createAnswerKey,
  createModel,
  type ModelSpec,
  openBatchApi,
  providerOf,
} from '../../src/models/index.js';
import { UserError } from '../../src/user-error.js';
import { ask, pricing } from './provider-fixtures.js';

const never = new AbortController().signal;
const spec = (id: string, overrides: Partial<ModelSpec> = {}): ModelSpec => ({
  id,
  baseUrl: null,
  apiKeyEnv: null,
  pricing,
  ...overrides,
});
const baseUrl = 'http://127.0.0.1:9/v1';

async function problem(asked: ModelSpec, env: Record<string, string> = {}): Promise<string> {
  const error = await createModel(asked, { env }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain('\n');
  return message;
}

describe('keys', () => {
  test('a missing key names the variable, the model and the mend', async () => {
    const message = await problem(spec('openai/gpt-4o'));
    expect(message).toContain('openai/gpt-4o');
    expect(message).toContain('export OPENAI_API_KEY=');
    expect(await problem(spec('anthropic/claude-sonnet-5'))).toContain('ANTHROPIC_API_KEY');
    expect(await problem(spec('mine/m', { baseUrl, apiKeyEnv: 'MY_API_KEY' }))).toContain(
      'MY_API_KEY',
    );
    expect(await problem(spec('openai/gpt-4o'), { OPENAI_API_KEY: '  ' })).toContain('not set');
  });

  test('only a variable that ends in _API_KEY may hold one', async () => {
    for (const apiKeyEnv of ['MY_SECRET', 'PATH', 'my_api_key_2', '_API_KEY ', '']) {
      const message = await problem(spec('openai/gpt-4o', { apiKeyEnv }), { [apiKeyEnv]: 'x' });
      expect(message).toContain(`"${apiKeyEnv}"`);
      expect(message).toContain('_API_KEY');
    }
  });

  test("a maker's default key goes to no other address", async () => {
    const env = { OPENAI_API_KEY: 'sk-openai', ANTHROPIC_API_KEY: 'sk-anthropic' };
    for (const apiKeyEnv of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY']) {
      const message = await problem(spec('openai/gpt-4o', { baseUrl, apiKeyEnv }), env);
      expect(message).toContain(apiKeyEnv);
    }
    await problem(spec('anthropic/claude-sonnet-5', { apiKeyEnv: 'OPENAI_API_KEY' }), env);
  });

  test('a key that no header can hold is refused without being quoted', async () => {
    const message = await problem(spec('openai/gpt-4o'), { OPENAI_API_KEY: 'sk-one\nsk-two' });
    expect(message).not.toContain('sk-');
  });
});

describe('models', () => {
  test('the id is provider/name', async () => {
    expect(providerOf('openrouter/meta/llama')).toBe('openrouter');
    expect(providerOf('gpt-4o')).toBe('');
    for (const id of ['gpt-4o', 'openai/', '/gpt-4o', '']) {
      expect(await problem(spec(id))).toContain(`"${id}"`);
    }
  });

  test('an unknown provider needs a base URL', async () => {
    expect(await problem(spec('mistral/large'))).toContain('unknown provider "mistral"');
    const model = await createModel(spec('mistral/large', { baseUrl }), { env: {} });
    expect(model).toMatchObject({
      id: 'mistral/large',
      origin: 'live',
      baseUrl,
      rateLimitKey: baseUrl,
      supportsBatch: false,
    });
  });

  test.each([
    'localhost:8000',
    'ftp://host/v1',
    'http://user:secret@host/v1',
    'http://host/v1?key=secret',
  ])('a base URL like %s is refused', async (url) => {
    const message = await problem(spec('mine/m', { baseUrl: url }));
    expect(message).toContain('mine/m');
    expect(message).not.toContain('secret');
  });

  test('an unknown price is an error, zero is a price', async () => {
    expect(await problem(spec('mine/m', { baseUrl, pricing: null }))).toContain('no known price');
    const rates = { input: 0, cachedInput: null, cacheWrite: null, output: 0 };
    const free = { ...pricing, rates };
    expect(
      (await createModel(spec('mine/m', { baseUrl, pricing: free }), { env: {} })).pricing,
    ).toBe(free);
  });

  test("a maker's own model shares its provider's limit unless told otherwise", async () => {
    const env = { OPENAI_API_KEY: 'sk-test' };
    const own = await createModel(spec('openai/gpt-4o'), { env });
    expect(own).toMatchObject({ baseUrl: null, rateLimitKey: 'openai', supportsBatch: false });
    const apart = await createModel(spec('openai/gpt-4o', { rateLimitKey: 'mine' }), { env });
    expect(apart.rateLimitKey).toBe('mine');
  });

  test('batches are taken where a price for them is known, at any address', async () => {
    const env = { OPENAI_API_KEY: 'sk-test' };
    const halved = { ...pricing, batchMultiplier: 0.5 };
    const simulated = { answerKey: createAnswerKey([]), seed: 1 };
    for (const [each, takes] of [
      [spec('openai/gpt-4o', { pricing: halved }), true],
      [spec('openai/gpt-4o'), false],
      [spec('mine/m', { baseUrl, pricing: halved, api: 'anthropic' }), true],
      [spec('mine/m', { baseUrl }), false],
      [spec('simulated/small', { baseUrl, pricing: null }), true],
      [spec('simulated/small', { pricing: null }), false],
    ] as const) {
      expect((await createModel(each, { env, simulated })).supportsBatch).toBe(takes);
      expect((await openBatchApi(each, { env, simulated })) !== null).toBe(takes);
    }
    await expect(
      openBatchApi(spec('openai/gpt-4o', { pricing: halved }), { env: {} }),
    ).rejects.toThrow('OPENAI_API_KEY');
  });

  test('a simulated model stays simulated behind a base URL, at its own price', async () => {
    const simulated = { answerKey: createAnswerKey([]), seed: 1 };
    const asked = spec('simulated/small', { pricing: null });
    const near = await createModel(asked, { env: {}, simulated });
    const far = await createModel({ ...asked, baseUrl }, { env: {} });
    expect(near.origin).toBe('simulated');
    expect(far).toMatchObject({ origin: 'simulated', baseUrl });
    expect(far.pricing).toEqual(near.pricing);
  });

  test('a recorded model serves what was recorded, and says where nothing was', async () => {
    const usage = { input: 5, cachedInput: 0, cacheWrite: 0, output: 2, reasoning: 0 };
    const context = {
      env: {},
      recorded: (model: string, { trial }: { trial: number }) =>
        model === 'gpt-4' && trial === 1
          ? { text: null, score: 0.5, cost: 1234, latencyMs: null, usage }
          : null,
    };
    const model = await createModel(spec('recorded/gpt-4', { pricing: null }), context);
    expect(model).toMatchObject({ origin: 'recorded', pricing: null });
    expect(await model.attempt(ask(), never)).toEqual({
      text: '',
      finishReason: 'stop',
      usage,
      latencyMs: 0,
      cost: 1234,
      recordedScore: 0.5,
      lacks: ['text', 'latency'],
    });
    await expect(model.attempt(ask({ trial: 2 }), never)).rejects.toMatchObject({
      kind: 'invalid_request',
      message: 'nothing is recorded of "gpt-4" for this prompt in trial 2',
    });
    expect(await problem(spec('recorded/gpt-4', { pricing: null }))).toContain('import');
  });
});
