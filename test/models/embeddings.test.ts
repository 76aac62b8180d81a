import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pricingFromExperiment } from '../../src/costs/index.js';
import { embeddingSource, type RoutingRequest } from '../../src/features/index.js';
import { createEmbeddingModel, type Model, type ModelRequest } from '../../src/models/index.js';
import { startLoopback } from './loopback-server.js';

const id = 'maker/embed';
const pricing = pricingFromExperiment(id, { input: 20, output: 0 }, '2026-11-23');
const request = (...texts: string[]): ModelRequest => ({
  messages: texts.map((content) => ({ role: 'user', content })),
  parameters: { maxTokens: 0 },
  trial: 1,
});
const never = new AbortController().signal;
const vector = (index: number, embedding: unknown) => ({ object: 'embedding', index, embedding });

describe('an embedding endpoint', () => {
  let server: Awaited<ReturnType<typeof startLoopback>>;
  let model: Model;
  const answers = (data: unknown, usage: unknown = { prompt_tokens: 9, total_tokens: 9 }) =>
    server.answerWith((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data, model: 'embed', usage }));
    });

  beforeAll(async () => {
    server = await startLoopback((response) => response.end('{}'));
    const spec = { id, baseUrl: `${server.url}/v1`, apiKeyEnv: 'EMBED_API_KEY', pricing };
    model = await createEmbeddingModel(spec, {
      env: { EMBED_API_KEY: 'secret', OPENAI_API_KEY: 'not-for-you' },
    });
  });
  afterAll(() => server.close());

  it('is asked in the OpenAI format, with the key that is named', async () => {
    answers([vector(1, [0, 1]), vector(0, [1, 0])]);
    const { vectors, usage } = await model.attempt(request('a', 'b'), never);
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(usage).toMatchObject({ input: 9, output: 0 });
    const { path, headers, body } = server.received.at(-1)!;
    expect(path).toBe('/v1/embeddings');
    expect(headers.authorization).toBe('Bearer secret');
    expect(body).toEqual({ model: 'embed', input: ['a', 'b'], encoding_format: 'float' });
  });

  it.each([
    ['too few vectors', [vector(0, [1])], 'expected 2 vectors in the answer, got 1'],
    ['none at all', undefined, 'expected 2 vectors in the answer, got none'],
    ['two of one text', [vector(0, [1]), vector(0, [2])], 'are not of one length'],
    ['two lengths', [vector(0, [1]), vector(1, [1, 2])], 'are not of one length'],
    ['text', [vector(0, 'x'), vector(1, 'y')], 'is no list of numbers'],
    ['null', [vector(0, [null]), vector(1, [1])], 'is no list of numbers'],
  ])('an answer with %s can be tried again', async (_, data, message) => {
    answers(data);
    const attempt = model.attempt(request('a', 'b'), never);
    await expect(attempt).rejects.toMatchObject({ kind: 'truncated', retryable: true });
    await expect(attempt).rejects.toThrow(message);
  });

  it('charges each request its share of the tokens that were billed', async () => {
    const asks = (content: string): RoutingRequest => ({
      messages: [{ role: 'user', content }],
      domain: null,
    });
    const source = embeddingSource(model, async (question, signal) => ({
      ok: true,
      answer: await model.attempt(question, signal),
      usage: [],
      attempts: 1,
      latencyMs: 12,
    }));
    const requests = [asks('short'), asks('a text that is quite a bit longer than the other')];
    answers([vector(0, [1, 0]), vector(1, [0, 1])], { prompt_tokens: 100, total_tokens: 100 });
    const read = await source.read(requests, never);
    if ('failure' in read) throw new Error(read.failure);
    const [short, long] = read.signals;
    expect(long!.cost).toBeGreaterThan(short!.cost);
    expect(short!.cost + long!.cost).toBeCloseTo(100 * 20e-6, 4);
    expect(short!.latency).toBe(12);
    expect(source.worstCost(requests)).toBeGreaterThan(0);
  });

  it('sends something for a text of nothing, and no more than fits', async () => {
    answers([vector(0, [1]), vector(1, [1])]);
    const source = embeddingSource(model, async (question, signal) => ({
      ok: true,
      answer: await model.attempt(question, signal),
      usage: [],
      attempts: 1,
      latencyMs: 1,
    }));
    const texts = ['', 'x'.repeat(50_000)];
    await source.read(
      texts.map((content) => ({ messages: [{ role: 'user', content }], domain: null })),
      never,
    );
    const [empty, long] = server.received.at(-1)!.body.input as string[];
    expect(empty).toBe('(empty)');
    expect(long).toHaveLength(8000);
  });
});
