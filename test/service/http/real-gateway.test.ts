import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../../src/models/index.js';
import { createMetrics, type LedgerEntry } from '../../../src/service/index.js';
import { APIS, stand, standIn, upstreamAt } from '../standing.js';
import {
  closeScripts,
  MODEL,
  post,
  scriptedLedger,
  serveScript,
  WIRES,
} from './scripted-service.js';

afterEach(closeScripts);

const QUESTION = { model: MODEL, messages: [{ role: 'user' as const, content: 'What is 2 + 2?' }] };

describe.each(APIS)('the gateway over HTTP, a model in the %s format behind it', (api) => {
  let provider: StandIn;
  beforeAll(async () => {
    provider = await standIn();
  });
  afterAll(() => provider.close());

  async function serve() {
    const metrics = createMetrics([MODEL]);
    const entries: LedgerEntry[] = [];
    const ledger = metrics.observe(
      scriptedLedger({
        record: async (entry) => {
          entries.push(entry);
        },
      }),
    );
    const { gateway } = stand([await upstreamAt(provider, api)], { ledger });
    const service = await serveScript({ gateway, ledger, metrics });
    return {
      ...service,
      entries,
      openai: new OpenAI({ apiKey: 'x', baseURL: `${service.url}/v1`, maxRetries: 0 }),
      anthropic: new Anthropic({ apiKey: 'x', baseURL: service.url, maxRetries: 0 }),
    };
  }

  it('answers both official clients, whole and streamed, and books each', async () => {
    const { openai, anthropic, entries, metrics } = await serve();
    const whole = await openai.chat.completions.create(QUESTION);
    const text = whole.choices[0]?.message.content ?? '';
    expect(text).not.toBe('');
    const message = await anthropic.messages.create({ ...QUESTION, max_tokens: 100 });
    expect(message.content[0]).toMatchObject({ type: 'text', text });

    let streamed = '';
    const stream = await openai.chat.completions.create({ ...QUESTION, stream: true });
    for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? '';
    expect(streamed).toBe(text);
    const final = await anthropic.messages.stream({ ...QUESTION, max_tokens: 100 }).finalMessage();
    expect(final.content[0]).toMatchObject({ type: 'text', text });

    expect(entries.map(({ operation }) => [operation.status, operation.streamed])).toEqual([
      [200, false],
      [200, false],
      [200, true],
      [200, true],
    ]);
    const line = `switchyard_attempts_total{model="${MODEL}",purpose="candidate",error="none"} 4`;
    expect(await metrics.read()).toContain(line);
  });

  it('tells both official clients of models that are not there', async () => {
    const { openai, anthropic } = await serve();
    const question = { ...QUESTION, model: 'simulated/smal' };
    await expect(openai.chat.completions.create(question)).rejects.toThrow(OpenAI.NotFoundError);
    await expect(anthropic.messages.create({ ...question, max_tokens: 9 })).rejects.toThrow(
      Anthropic.NotFoundError,
    );
  });

  it.each(WIRES)(
    'tells at the end of a stream of $path what it cost, which the log has, too',
    async (wire) => {
      const service = await serve();
      const response = await post(
        service.url + wire.path,
        wire.body('Hi', { model: MODEL, stream: true }),
      );
      const text = await response.text();
      const last = /^: switchyard (\{.*\})$/m.exec(text)?.[1];
      const { operation, cost_usd } = JSON.parse(last ?? '{}') as Record<string, unknown>;
      expect(operation).toBe(response.headers.get('x-switchyard-operation'));
      expect(cost_usd).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(service.logged().find(({ msg }) => msg === 'request')).toMatchObject({
        operation,
        cost_usd,
        cause: 'named',
      });
    },
  );

  it('answers the article’s endpoint with the text and its price', async () => {
    const { url, entries } = await serve();
    const response = await post(`${url}/v1/generate`, { prompt: 'What is 2 + 2?', model: MODEL });
    const body = (await response.json()) as { cost: number; tokens: { total: number } };
    expect(body).toMatchObject({ model: MODEL, cached: false, cause: 'named', simulated: true });
    expect(body.tokens.total).toBeGreaterThan(0);
    expect(body.cost).toBeCloseTo((entries[0]?.operation.cost ?? Number.NaN) / 1e9, 12);
  });

  it('refuses parts in a deeply nested body without falling over', async () => {
    const { url } = await serve();
    let schema: object = { type: 'string' };
    for (let level = 0; level < 25; level++) {
      schema = { type: 'object', properties: { inner: schema } };
    }
    const tools = [{ type: 'function', function: { name: 'deep', parameters: schema } }];
    const response = await post(
      `${url}/v1/chat/completions`,
      WIRES[0].body('Hi', { model: MODEL, tools }),
    );
    expect(response.status).toBe(200);
  });
});
