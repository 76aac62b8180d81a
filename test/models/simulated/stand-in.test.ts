import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../../src/costs/index.js';
import { fromUsd, priceUsage } from '../../../src/costs/index.js';
import {
  createAnswerKey,
  createSimulatedModel,
  type FaultChances,
  SIMULATED_MODELS,
  SIMULATED_PROFILES,
  type StandIn,
  type StandInAccount,
  type StandInOptions,
  startStandIn,
} from '../../../src/models/simulated/index.js';
import { balancedSet } from './balanced-set.js';

const prompts = balancedSet();
const answerKey = createAnswerKey(prompts);
const question = (index: number) => [
  { role: 'user' as const, content: prompts[index % prompts.length]!.messages[0]!.content },
];

const running: StandIn[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.close()));
});

async function start(options: Partial<StandInOptions> = {}) {
  const standIn = await startStandIn({ answerKey, seed: 1, ...options });
  running.push(standIn);
  const openai = new OpenAI({ baseURL: `${standIn.url}/v1`, apiKey: 'any', maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: standIn.url, apiKey: 'any', maxRetries: 0 });
  return { standIn, openai, anthropic };
}

async function inProcess(model: string, index: number, schema?: Record<string, unknown>) {
  const answer = await createSimulatedModel(model, { answerKey, seed: 1 }).attempt(
    {
      messages: question(index),
      parameters: { maxTokens: 300, temperature: 0 },
      trial: 1,
      ...(schema === undefined ? {} : { responseSchema: { name: 'answer', schema } }),
    },
    new AbortController().signal,
  );
  return { ...answer, usage: answer.usage! };
}

const settings = { max_tokens: 300, temperature: 0 };

describe('the stand-in, asked by the OpenAI SDK', () => {
  it('answers as the model in this process does', async () => {
    const { openai } = await start();
    for (const model of ['small', 'simulated/large']) {
      for (const index of [0, 70, 130]) {
        const expected = await inProcess(`simulated/${model.replace('simulated/', '')}`, index);
        const answer = await openai.chat.completions.create({
          ...settings,
          model,
          messages: question(index),
        });
        expect(answer.model).toBe(model);
        expect(answer.choices[0]?.message).toMatchObject({
          role: 'assistant',
          content: expected.text,
        });
        expect(answer.choices[0]?.finish_reason).toBe('stop');
        expect(answer.usage).toMatchObject({
          prompt_tokens: expected.usage.input,
          completion_tokens: expected.usage.output,
          total_tokens: expected.usage.input + expected.usage.output,
        });
        expect(answer._request_id).toMatch(/^req_/);
      }
    }
  });

  it('streams the same answer, with its usage if asked', async () => {
    const { openai, standIn } = await start();
    const expected = await inProcess('simulated/large', 0);
    const read = async (includeUsage: boolean) => {
      const stream = await openai.chat.completions.create({
        ...settings,
        model: 'large',
        messages: question(0),
        stream: true,
        ...(includeUsage ? { stream_options: { include_usage: true } } : {}),
      });
      let text = '';
      let usage: OpenAI.CompletionUsage | null | undefined;
      const reasons: unknown[] = [];
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
        usage = chunk.usage ?? usage;
      }
      expect(reasons).toEqual(['stop']);
      expect(text).toBe(expected.text);
      return usage;
    };
    expect(await read(true)).toMatchObject({ completion_tokens: expected.usage.output });
    expect(standIn.account().billed.delivered.attempts).toBe(1);
    expect(await read(false)).toBeUndefined();
    expect(standIn.account().billed.undelivered.attempts).toBe(1);
    const helper = openai.chat.completions.stream({
      ...settings,
      model: 'large',
      messages: question(0),
    });
    expect(await helper.finalContent()).toBe(expected.text);
  });

  it('gives structured output', async () => {
    const { openai } = await start();
    const schema = { type: 'object', properties: { reply: { type: 'string' } } };
    const expected = await inProcess('simulated/medium', 3, schema);
    const answer = await openai.chat.completions.parse({
      ...settings,
      model: 'medium',
      messages: question(3),
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
    expect(answer.choices[0]?.message.content).toBe(expected.text);
    expect(JSON.parse(expected.text)).toEqual({ reply: expect.any(String) });
  });

  it('says length where the answer was cut', async () => {
    const { openai } = await start();
    const answer = await openai.chat.completions.create({
      model: 'large',
      messages: question(0),
      max_completion_tokens: 4,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(4);
  });

  it('raises the SDK’s own errors', async () => {
    const { openai, standIn } = await start();
    const ask = (model: string, client = openai) =>
      client.chat.completions.create({ model, messages: question(0) });
    await expect(ask('huge')).rejects.toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: 'model_not_found',
    });
    const bad = new OpenAI({ baseURL: `${standIn.url}/v1`, apiKey: 'bad', maxRetries: 0 });
    await expect(ask('small', bad)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(
      openai.chat.completions.create({ model: 'small', messages: [] }),
    ).rejects.toMatchObject({ constructor: OpenAI.BadRequestError });
    expect(standIn.account().byStatus).toEqual({ 400: 1, 401: 1, 404: 1 });
    expect(standIn.account().billed.delivered.cost).toBe(0);
  });

  it('lists its models', async () => {
    const { openai, anthropic } = await start();
    const ids = SIMULATED_MODELS;
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(ids);
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual(ids);
  });
});

describe('the stand-in, asked by the Anthropic SDK', () => {
  const body = (index: number, model = 'small') => ({
    model,
    max_tokens: 300,
    messages: question(index),
  });
  const withTemperature = (index: number, model?: string) => ({
    ...body(index, model),
    temperature: 0,
  });

  it('answers as the model in this process does, streamed or not', async () => {
    const { anthropic } = await start();
    for (const index of [0, 70, 130]) {
      const expected = await inProcess('simulated/small', index);
      const plain = await anthropic.messages.create(withTemperature(index));
      expect(plain.content).toEqual([
        expect.objectContaining({ type: 'text', text: expected.text }),
      ]);
      expect(plain.stop_reason).toBe('end_turn');
      expect(plain.usage).toMatchObject({
        input_tokens: expected.usage.input,
        output_tokens: expected.usage.output,
      });
      const streamed = await anthropic.messages.stream(withTemperature(index)).finalMessage();
      expect(streamed.content).toEqual(plain.content);
      expect(streamed.usage).toEqual(plain.usage);
      expect(streamed.stop_reason).toBe('end_turn');
    }
  });

  it('gives structured output', async () => {
    const { anthropic } = await start();
    const schema = { type: 'object', properties: { reply: { type: 'string' } } };
    const answer = await anthropic.messages.parse({
      ...body(3, 'medium'),
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(answer.content[0]).toMatchObject({ type: 'text' });
    const [block] = answer.content;
    expect(JSON.parse(block?.type === 'text' ? block.text : '')).toEqual({
      reply: expect.any(String),
    });
  });

  it('raises the SDK’s own errors', async () => {
    const { anthropic, standIn } = await start();
    await expect(anthropic.messages.create(body(0, 'huge'))).rejects.toMatchObject({
      constructor: Anthropic.NotFoundError,
      type: 'not_found_error',
    });
    const bad = new Anthropic({ baseURL: standIn.url, apiKey: 'bad', maxRetries: 0 });
    await expect(bad.messages.create(body(0))).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    );
    await expect(
      anthropic.messages.create({
        ...body(0),
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'http://127.0.0.1/x.png' } }],
          },
        ],
      }),
    ).rejects.toThrow(/only text is supported/);
  });
});

describe('faults', () => {
  it('carry what a client needs to wait, and are not billed where nothing was answered', async () => {
    const { openai, anthropic, standIn } = await start({ faults: { rateLimit: 1 } });
    const limited = await openai.chat.completions
      .create({ model: 'small', messages: question(0) })
      .catch((error: unknown) => error);
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(
      (limited as InstanceType<typeof OpenAI.RateLimitError>).headers.get('retry-after-ms'),
    ).toBe('20');
    await expect(
      anthropic.messages.create({ model: 'small', max_tokens: 9, messages: question(0) }),
    ).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    expect(standIn.account()).toMatchObject({
      attempts: 2,
      byStatus: { 429: 2 },
      byFault: { rateLimit: 2 },
      billed: { delivered: { attempts: 0, cost: 0 }, undelivered: { attempts: 0, cost: 0 } },
    });
  });

  it('break off a body in the middle, and bill it as undelivered', async () => {
    const { openai, anthropic, standIn } = await start({ faults: { truncate: 1 } });
    const plain = openai.chat.completions.create({ model: 'small', messages: question(0) });
    await expect(plain).rejects.toThrow();
    await expect(
      anthropic.messages.stream({ model: 'small', max_tokens: 99, messages: question(0) }).done(),
    ).rejects.toThrow();
    expect(standIn.account()).toMatchObject({
      byStatus: { 200: 2 },
      byFault: { truncate: 2 },
      abandoned: 0,
      billed: { delivered: { attempts: 0 }, undelivered: { attempts: 2 } },
    });
    expect(standIn.account().billed.undelivered.cost).toBeGreaterThan(0);
  });

  it('hang until the client goes away, and bill it as undelivered', async () => {
    const { openai, standIn } = await start({ faults: { hang: 1 } });
    const leave = new AbortController();
    const hung = openai.chat.completions.create(
      { model: 'small', messages: question(0) },
      { signal: leave.signal },
    );
    const rejected = expect(hung).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await expect.poll(() => standIn.account().attempts).toBe(1);
    await expect.poll(() => standIn.account().byFault.hang).toBe(1);
    leave.abort();
    await rejected;
    expect(standIn.account()).toMatchObject({
      byStatus: { none: 1 },
      byFault: { hang: 1 },
      billed: { undelivered: { attempts: 1 } },
    });
  });

  it('come in the order drawn from the seed', async () => {
    const faults: FaultChances = { rateLimit: 0.3, serverError: 0.3 };
    const statuses = async (seed: number) => {
      const { standIn } = await start({ faults, seed });
      const seen: number[] = [];
      for (let index = 0; index < 40; index++) seen.push((await post(standIn, index)).status);
      return seen;
    };
    const first = await statuses(5);
    expect(await statuses(5)).toEqual(first);
    expect(await statuses(6)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 429, 500]));
  });

  it('with impossible chances are refused', async () => {
    await expect(start({ faults: { hang: 1.5 } })).rejects.toThrow(
      'Expected the chance of `hang` to be from 0 to 1, got 1.5',
    );
    await expect(start({ faults: { hang: 0.7, truncate: 0.7 } })).rejects.toThrow('add up');
  });
});

describe('the account', () => {
  it('equals what clients saw, under every fault at once', async () => {
    const faults = { rateLimit: 0.1, serverError: 0.05, hang: 0.02, truncate: 0.02 };
    const { standIn } = await start({ faults, seed: 3 });
    const seen = { delivered: 0, cost: 0, lost: 0, refused: 0 };
    const settled = () => seen.delivered + seen.lost + seen.refused;
    const leave = new AbortController();
    const pricing = SIMULATED_PROFILES.find(({ id }) => id === 'simulated/small')!.pricing;
    const asked = Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        try {
          const response = await post(standIn, index, leave.signal);
          if (!response.ok) {
            seen.refused++;
            await response.body?.cancel();
            return;
          }
          const { usage } = (await response.json()) as { usage: OpenAI.CompletionUsage };
          seen.delivered++;
          seen.cost += priceUsage(usageOf(usage), pricing);
        } catch {
          seen.lost++;
        }
      }),
    );
    await expect
      .poll(() => settled() + standIn.account().byFault.hang, { timeout: 10_000 })
      .toBe(300);
    leave.abort();
    await asked;
    const answer = await fetch(`${standIn.url}/account`);
    const account = (await answer.json()) as StandInAccount;
    expect(account).toEqual(standIn.account());
    expect(account.attempts).toBe(300);
    expect(account.billed.delivered).toMatchObject({
      attempts: seen.delivered,
      cost: seen.cost,
    });
    expect(account.billed.undelivered.attempts).toBe(seen.lost);
    expect(account.byFault.hang + account.byFault.truncate).toBe(seen.lost);
    expect(account.byFault.rateLimit + account.byFault.serverError).toBe(seen.refused);
    expect(seen.lost).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
    const calls = account.calls.reduce((total, call) => total + call.attempts, 0);
    expect(calls).toBe(300);
    expect(account.calls).toHaveLength(prompts.length);
    expect(account.calls.reduce((total, call) => total + call.answered, 0)).toBe(seen.delivered);
  });

  it('books an answer as undelivered when its client left while it was made', async () => {
    const { standIn } = await start({ latencyMs: 150 });
    const leave = new AbortController();
    const rejected = expect(post(standIn, 0, leave.signal)).rejects.toThrow();
    await expect.poll(() => standIn.account().calls.length).toBe(1);
    leave.abort();
    await rejected;
    await expect.poll(() => standIn.account().abandoned).toBe(1);
    expect(standIn.account()).toMatchObject({
      byStatus: { none: 1 },
      billed: { delivered: { attempts: 0 }, undelivered: { attempts: 1 } },
    });
  });

  it('takes back an answer as delivered when its client left in the middle of it', async () => {
    const messages = [{ role: 'user' as const, content: 'Recite.' }];
    const long = createAnswerKey([
      {
        messages,
        reference: 'la '.repeat(4_000_000),
        grader: { name: 'exact', options: {} },
        domain: 'any',
        difficulty: -20,
        distractors: [],
      },
    ]);
    const { standIn } = await start({ answerKey: long });
    const body = JSON.stringify({ model: 'small', messages, max_tokens: 1e9 });
    const socket = connect(standIn.port, '127.0.0.1');
    socket.once('data', () => socket.destroy());
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => standIn.account().abandoned, { timeout: 10_000 }).toBe(1);
    expect(standIn.account()).toMatchObject({
      byStatus: { 200: 1 },
      calls: [{ attempts: 1, answered: 0 }],
      billed: { delivered: { attempts: 0, cost: 0 }, undelivered: { attempts: 1 } },
    });
  });

  it('bills by the prices it is given', async () => {
    const base = SIMULATED_PROFILES[0]!.pricing;
    const pricing = { ...base, rates: { ...base.rates, input: fromUsd(7), output: fromUsd(9) } };
    const { standIn } = await start({ prices: { small: pricing } });
    await (await post(standIn, 0)).json();
    const { usage, cost } = standIn.account().billed.delivered;
    expect(cost).toBe(usage.input * 7000 + usage.output * 9000);
  });
});

describe('the server', () => {
  it('waits as long as it is told before it answers', async () => {
    const { standIn } = await start({ latencyMs: 40 });
    const began = performance.now();
    await (await post(standIn, 0)).json();
    expect(performance.now() - began).toBeGreaterThan(38);
  });

  it('names the address it cannot have', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start({ port })).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: the port is taken`,
    );
    taken.close();
  });

  it('refuses what is no JSON and what it does not serve', async () => {
    const { standIn } = await start();
    const broken = await fetch(`${standIn.url}/v1/messages`, { method: 'POST', body: '{"a":' });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ type: 'error' });
    const elsewhere = await fetch(`${standIn.url}/v2/nothing`);
    expect(elsewhere.status).toBe(404);
    expect(standIn.account().attempts).toBe(1);
  });
});

function post(standIn: StandIn, index: number, signal?: AbortSignal): Promise<Response> {
  return fetch(`${standIn.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'small', messages: question(index) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function usageOf(usage: OpenAI.CompletionUsage): TokenUsage {
  return {
    input: usage.prompt_tokens,
    cachedInput: 0,
    cacheWrite: 0,
    output: usage.completion_tokens,
    reasoning: 0,
  };
}
