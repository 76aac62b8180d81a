import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/models/index.js';
import { temporaryFolder } from './command.js';
import { writeSums } from './experiment-files.js';
import { modelsBehind, post, type Served, serve, tenant, WIRES, writeTable } from './serving.js';

const KEY = 'sk-a-key-of-the-test';
const POOR_KEY = 'sk-a-key-without-money';
const HASTY_KEY = 'sk-a-key-that-may-ask-once';

/** In the service itself; behind either format; and whichever the table says. */
const MODELS = ['simulated/small', 'open/small', 'anthro/medium', 'auto'] as const;
const ROUTED = 'anthro/medium';
const PRICES: Readonly<Record<string, readonly [input: number, output: number]>> = {
  'simulated/small': [0.1, 0.4],
  'open/small': [0.1, 0.4],
  'anthro/medium': [0.6, 2.4],
};

let folder: ReturnType<typeof temporaryFolder>;
let standIn: StandIn;
let service: Served;
let openai: OpenAI;
let anthropic: Anthropic;

const openaiWith = (apiKey: string) =>
  new OpenAI({ baseURL: `${service.url}/v1`, apiKey, maxRetries: 0 });
const anthropicWith = (apiKey: string) =>
  new Anthropic({ baseURL: service.url, apiKey, maxRetries: 0 });

beforeAll(async () => {
  folder = temporaryFolder();
  const answerKey = writeSums(folder.path, 40);
  standIn = await startStandIn({ answerKey, seed: 1 });
  service = await serve(folder.path, {
    config: {
      table: writeTable(folder.path, {
        router: 'always',
        dial: ROUTED,
        models: [ROUTED],
        parameters: {},
      }),
      models: ['simulated/small', ...modelsBehind(standIn.url)],
      simulated: { dataset: './sums.jsonl', seed: 1 },
      tenants: [
        tenant('tester', KEY),
        tenant('poor', POOR_KEY, { daily_usd: 0.000001 }),
        tenant('hasty', HASTY_KEY, { requests_per_minute: 1 }),
      ],
    },
  });
  openai = openaiWith(KEY);
  anthropic = anthropicWith(KEY);
});

afterAll(async () => {
  await service?.stop();
  await standIn.close();
  folder.remove();
});

let asked = 0;
/** A sum that no other test asks for, so that no answer is repeated by chance. */
const newSum = () => {
  const index = asked++;
  return `What is ${index} + ${3 * index + 1}?`;
};

/** What the model itself answers, without the service in between. */
async function straight(model: string, text: string): Promise<string> {
  const name = model === 'auto' ? ROUTED : model;
  const { path, body, textOf } = WIRES[0];
  const answered = await post(
    `${standIn.url}${path}`,
    body(name.slice(name.indexOf('/') + 1), text),
  );
  return textOf(await answered.json());
}

const executed = (model: string) => (model === 'auto' ? ROUTED : model);

function expectHeaders(headers: Headers, model: string, streamed: boolean) {
  expect(headers.get('x-switchyard-operation')).toMatch(/^\S{8,}$/);
  expect(headers.get('x-switchyard-model')).toBe(executed(model));
  expect(headers.get('x-switchyard-cause')).toBe(model === 'auto' ? 'policy' : 'named');
  expect(headers.get('x-switchyard-cache')).toBe('miss');
  expect(headers.get('x-switchyard-policy')).toBe(model === 'auto' ? `always@${ROUTED}` : null);
  expect(headers.get('x-switchyard-simulated')).toBe(
    model.startsWith('simulated/') ? 'true' : null,
  );
  expect(headers.has('x-switchyard-cost-usd')).toBe(!streamed);
}

/** In dollars, at the price of the model that answered. */
function costOf(model: string, input: number, output: number): number {
  const [inputPrice, outputPrice] = PRICES[executed(model)]!;
  return (input * inputPrice + output * outputPrice) / 1e6;
}

describe.each(MODELS)('the SDK of OpenAI and %s', (model) => {
  const messagesOf = (text: string) => [{ role: 'user' as const, content: text }];

  test('plain', async () => {
    const text = newSum();
    const { data, response } = await openai.chat.completions
      .create({ model, messages: messagesOf(text) })
      .withResponse();
    expect(data.object).toBe('chat.completion');
    expect(data.choices).toMatchObject([
      {
        finish_reason: 'stop',
        message: { role: 'assistant', content: await straight(model, text) },
      },
    ]);
    expectHeaders(response.headers, model, false);
    const { prompt_tokens, completion_tokens } = data.usage!;
    expect(Number(response.headers.get('x-switchyard-cost-usd'))).toBeCloseTo(
      costOf(model, prompt_tokens, completion_tokens),
      12,
    );
  });

  test('streamed, by its helper', async () => {
    const text = newSum();
    const stream = openai.chat.completions.stream({
      model,
      messages: messagesOf(text),
      stream_options: { include_usage: true },
    });
    let pieces = '';
    stream.on('content', (piece) => {
      pieces += piece;
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]!.message.content).toBe(await straight(model, text));
    expect(final.choices[0]!.finish_reason).toBe('stop');
    expect(pieces).toBe(final.choices[0]!.message.content);
    expect(final.usage!.completion_tokens).toBeGreaterThan(0);
  });

  test('a stream shows its token counts only where they were asked for', async () => {
    const { data, response } = await openai.chat.completions
      .create({ model, messages: messagesOf(newSum()), stream: true })
      .withResponse();
    for await (const chunk of data) expect(chunk.usage ?? null).toBeNull();
    expectHeaders(response.headers, model, true);
  });

  test('a tool is called and its result answered', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'add',
          description: 'Adds two numbers',
          parameters: {
            type: 'object',
            properties: { a: { type: 'number' }, b: { type: 'number' } },
            required: ['a', 'b'],
          },
        },
      },
    ];
    const question = messagesOf(newSum());
    const request = { model, messages: question, tools, tool_choice: 'required' as const };
    const first = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [first, streamed]) {
      expect(choices[0]!.finish_reason).toBe('tool_calls');
      const call = choices[0]!.message.tool_calls![0]!;
      if (call.type !== 'function') throw new Error(`A call of type ${call.type}`);
      expect(call.function.name).toBe('add');
      expect(Object.keys(JSON.parse(call.function.arguments))).toEqual(['a', 'b']);
      const second = await openai.chat.completions.create({
        model,
        messages: [
          ...question,
          choices[0]!.message,
          { role: 'tool', tool_call_id: call.id, content: '42' },
        ],
        tools,
      });
      expect(second.choices[0]!.finish_reason).toBe('stop');
      expect(second.choices[0]!.message.content).not.toBe('');
    }
  });

  test('structured output', async () => {
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    };
    const { choices } = await openai.chat.completions.parse({
      model,
      messages: messagesOf(newSum()),
      response_format: { type: 'json_schema', json_schema: { name: 'sum', strict: true, schema } },
    });
    expect(choices[0]!.message.parsed).toEqual({ answer: expect.any(String) });
  });
});

describe.each(MODELS)('the SDK of Anthropic and %s', (model) => {
  const bodyOf = (text: string) => ({
    model,
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: text }],
  });

  test('plain', async () => {
    const text = newSum();
    const { data, response } = await anthropic.messages.create(bodyOf(text)).withResponse();
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: await straight(model, text) }],
    });
    expectHeaders(response.headers, model, false);
    expect(Number(response.headers.get('x-switchyard-cost-usd'))).toBeCloseTo(
      costOf(model, data.usage.input_tokens, data.usage.output_tokens),
      12,
    );
  });

  test('streamed, by its helper', async () => {
    const text = newSum();
    const stream = anthropic.messages.stream(bodyOf(text));
    let pieces = '';
    stream.on('text', (piece) => {
      pieces += piece;
    });
    const final = await stream.finalMessage();
    expect(final.content).toMatchObject([{ type: 'text', text: await straight(model, text) }]);
    expect(final.stop_reason).toBe('end_turn');
    expect(pieces).toBe(await straight(model, text));
    expect(final.usage.output_tokens).toBeGreaterThan(0);
  });

  test('a stream carries its headers', async () => {
    const { data, response } = await anthropic.messages
      .create({ ...bodyOf(newSum()), stream: true })
      .withResponse();
    const types: string[] = [];
    for await (const event of data) types.push(event.type);
    expect(types[0]).toBe('message_start');
    expect(types.at(-1)).toBe('message_stop');
    expectHeaders(response.headers, model, true);
  });

  test('a tool is called and its result answered', async () => {
    const tools = [
      {
        name: 'add',
        description: 'Adds two numbers',
        input_schema: {
          type: 'object' as const,
          properties: { a: { type: 'number' }, b: { type: 'number' } },
          required: ['a', 'b'],
        },
      },
    ];
    const body = { ...bodyOf(newSum()), tools, tool_choice: { type: 'any' as const } };
    const first = await anthropic.messages.create(body);
    const streamed = await anthropic.messages.stream(body).finalMessage();
    for (const { stop_reason, content } of [first, streamed]) {
      expect(stop_reason).toBe('tool_use');
      const call = content.find((block) => block.type === 'tool_use')!;
      expect(call.name).toBe('add');
      expect(Object.keys(call.input as object)).toEqual(['a', 'b']);
      const second = await anthropic.messages.create({
        ...body,
        tool_choice: { type: 'auto' },
        messages: [
          ...body.messages,
          { role: 'assistant', content },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: call.id, content: '42' }],
          },
        ],
      });
      expect(second.stop_reason).toBe('end_turn');
      expect(second.content).toMatchObject([{ type: 'text', text: expect.stringMatching(/./) }]);
    }
  });

  test('structured output', async () => {
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    };
    const { content } = await anthropic.messages.create({
      ...bodyOf(newSum()),
      output_config: { format: { type: 'json_schema', schema } },
    });
    if (content[0]?.type !== 'text') throw new Error('No text');
    expect(JSON.parse(content[0].text)).toEqual({ answer: expect.any(String) });
  });
});

describe('errors, as each SDK tells them', () => {
  const messages = [{ role: 'user' as const, content: 'What is 1 + 4?' }];
  const asOpenAI = (key: string, model = 'open/small') =>
    openaiWith(key).chat.completions.create({ model, messages, max_tokens: 50 });
  const asAnthropic = (key: string, model = 'open/small') =>
    anthropicWith(key).messages.create({ model, messages, max_tokens: 50 });

  /** What a rejected call threw. */
  const thrown = (call: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
    Promise.resolve(call).then(
      () => Promise.reject(new Error('It was answered')),
      (error) => error,
    );

  test('an unknown model', async () => {
    const byOpenAI = await thrown(asOpenAI(KEY, 'open/smal'));
    expect(byOpenAI).toBeInstanceOf(OpenAI.NotFoundError);
    expect(byOpenAI).toMatchObject({ code: 'model_not_found' });
    const byAnthropic = await thrown(asAnthropic(KEY, 'open/smal'));
    expect(byAnthropic).toBeInstanceOf(Anthropic.NotFoundError);
    for (const { message } of [byOpenAI, byAnthropic]) expect(message).toContain('open/smal');
  });

  test('a key that is nobody’s', async () => {
    expect(await thrown(asOpenAI('sk-wrong'))).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(await thrown(asAnthropic('sk-wrong'))).toBeInstanceOf(Anthropic.AuthenticationError);
  });

  test('a budget that is used up, which is not retried', async () => {
    const before = standIn.account().attempts;
    const byOpenAI = await thrown(
      new OpenAI({ baseURL: `${service.url}/v1`, apiKey: POOR_KEY }).chat.completions.create({
        model: 'open/small',
        messages,
      }),
    );
    expect(byOpenAI).toMatchObject({ status: 402, code: 'budget_exceeded' });
    expect(await thrown(asAnthropic(POOR_KEY))).toMatchObject({ status: 402 });
    expect(standIn.account().attempts).toBe(before);
  });

  test('a rate that is used up', async () => {
    await asOpenAI(HASTY_KEY);
    const byOpenAI = await thrown(asOpenAI(HASTY_KEY));
    expect(byOpenAI).toBeInstanceOf(OpenAI.RateLimitError);
    expect(Number(byOpenAI.headers?.get('retry-after'))).toBeGreaterThan(0);
    expect(await thrown(asAnthropic(HASTY_KEY))).toBeInstanceOf(Anthropic.RateLimitError);
  });

  test('a request that cannot be', async () => {
    const none = { messages: [] as never[], max_tokens: 50, model: 'open/small' };
    const byOpenAI = await thrown(openai.chat.completions.create(none));
    expect(byOpenAI).toBeInstanceOf(OpenAI.BadRequestError);
    const byAnthropic = await thrown(anthropic.messages.create(none));
    expect(byAnthropic).toBeInstanceOf(Anthropic.BadRequestError);
    for (const { message } of [byOpenAI, byAnthropic]) expect(message).toContain('messages');
  });
});

test('both SDKs list the models', async () => {
  const byOpenAI: string[] = [];
  for await (const { id } of openai.models.list()) byOpenAI.push(id);
  const byAnthropic: string[] = [];
  for await (const { id } of anthropic.models.list()) byAnthropic.push(id);
  expect(byOpenAI).toEqual(['auto', 'simulated/small', 'open/small', 'anthro/medium']);
  expect(byAnthropic).toEqual(byOpenAI);
});

describe('an answer that was given before', () => {
  test.each(MODELS)(
    'to a plain request is repeated as a stream, and the other way: %s',
    async (model) => {
      const messages = [{ role: 'user' as const, content: newSum() }];
      const plain = () => openai.chat.completions.create({ model, messages }).withResponse();
      const streamed = () =>
        openai.chat.completions.create({ model, messages, stream: true }).withResponse();
      const textOf = async (stream: AsyncIterable<OpenAI.ChatCompletionChunk>) => {
        let text = '';
        for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
        return text;
      };

      const first = await plain();
      const expected = first.data.choices[0]!.message.content;
      const paid = standIn.account().attempts;
      const again = await plain();
      expect(again.data.choices[0]!.message.content).toBe(expected);
      expect(again.response.headers.get('x-switchyard-cache')).toBe('hit');
      expect(again.response.headers.get('x-switchyard-cause')).toBe('cache');
      expect(again.response.headers.get('x-switchyard-model')).toBe(executed(model));
      expect(Number(again.response.headers.get('x-switchyard-cost-usd'))).toBe(0);
      const asStream = await streamed();
      expect(asStream.response.headers.get('x-switchyard-cache')).toBe('hit');
      expect(await textOf(asStream.data)).toBe(expected);

      messages[0]!.content = newSum();
      const first2 = await streamed();
      expect(first2.response.headers.get('x-switchyard-cache')).toBe('miss');
      const streamedText = await textOf(first2.data);
      const whole = await plain();
      expect(whole.response.headers.get('x-switchyard-cache')).toBe('hit');
      expect(whole.data.choices[0]!.message.content).toBe(streamedText);
      expect(standIn.account().attempts).toBe(paid + (model === 'simulated/small' ? 0 : 1));
    },
  );

  test('is asked for anew where the caller says so', async () => {
    const body = { model: 'open/small', messages: [{ role: 'user' as const, content: newSum() }] };
    await openai.chat.completions.create(body);
    const headers = { 'x-switchyard-cache': 'off' };
    const { response } = await openai.chat.completions.create(body, { headers }).withResponse();
    expect(response.headers.get('x-switchyard-cache')).toBe('off');
  });

  test('is repeated with the Anthropic SDK, too', async () => {
    const body = {
      model: 'open/small',
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: newSum() }],
    };
    const first = await anthropic.messages.stream(body).finalMessage();
    const { data, response } = await anthropic.messages.create(body).withResponse();
    expect(response.headers.get('x-switchyard-cache')).toBe('hit');
    expect(data.content).toEqual(first.content);
  });
});

test('a stream tells its cost in a last comment', async () => {
  for (const { path, body } of WIRES) {
    const answered = await post(
      `${service.url}${path}`,
      body('open/small', newSum(), { stream: true }),
      { authorization: `Bearer ${KEY}` },
    );
    const comment = (await answered.text()).split('\n').findLast((line) => line.startsWith(':'));
    expect(comment).toMatch(/^: switchyard \{/);
    const told = JSON.parse(comment!.slice(': switchyard '.length));
    expect(told.operation).toBe(answered.headers.get('x-switchyard-operation'));
    expect(told.cost_usd).toBeGreaterThan(0);
  }
});
