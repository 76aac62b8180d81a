import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createAnswerKey,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../../src/models/index.js';

const running: StandIn[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.close()));
});

async function start(options: Partial<StandInOptions> = {}) {
  const standIn = await startStandIn({ answerKey: createAnswerKey([]), seed: 1, ...options });
  running.push(standIn);
  const openai = new OpenAI({ baseURL: `${standIn.url}/v1`, apiKey: 'any', maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: standIn.url, apiKey: 'any', maxRetries: 0 });
  return { standIn, openai, anthropic };
}

const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
};
const weather = { name: 'weather', description: 'The weather in a city', parameters };
const time = { name: 'time', parameters: { type: 'object' as const, properties: {} } };
const question = { role: 'user' as const, content: 'How is the weather in Zürich?' };

describe('the stand-in, asked with tools by the OpenAI SDK', () => {
  const tools = [weather, time].map((definition) => ({
    type: 'function' as const,
    function: definition,
  }));
  const body = { model: 'small', messages: [question], tools };

  it('calls the first tool with arguments that its schema allows', async () => {
    const { openai } = await start();
    const [first, again] = await Promise.all([
      openai.chat.completions.create(body),
      openai.chat.completions.create(body),
    ]);
    const { message, finish_reason: reason } = first.choices[0]!;
    expect(reason).toBe('tool_calls');
    expect(message.content).toBeNull();
    expect(again.choices[0]!.message).toEqual(message);
    const [call] = message.tool_calls ?? [];
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather' } });
    const args = JSON.parse(call?.type === 'function' ? call.function.arguments : '');
    expect(args).toEqual({ city: question.content, unit: expect.stringMatching(/^[CF]$/) });
  });

  it('heeds the choice of a tool', async () => {
    const { openai } = await start();
    const nameOf = async (choice: OpenAI.ChatCompletionToolChoiceOption) => {
      const answer = await openai.chat.completions.create({ ...body, tool_choice: choice });
      const [call] = answer.choices[0]!.message.tool_calls ?? [];
      return call?.type === 'function' ? call.function.name : answer.choices[0]!.message.content;
    };
    expect(await nameOf('none')).toMatch(/knows only the prompts/);
    expect(await nameOf('required')).toBe('weather');
    expect(await nameOf({ type: 'function', function: { name: 'time' } })).toBe('time');
    await expect(nameOf({ type: 'function', function: { name: 'tides' } })).rejects.toThrow(
      /no tool "tides"/,
    );
  });

  it('streams the same call, and counts its tokens', async () => {
    const { openai, standIn } = await start();
    const plain = await openai.chat.completions.create(body);
    const stream = openai.chat.completions.stream({
      ...body,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]!.message.tool_calls).toMatchObject(
      plain.choices[0]!.message.tool_calls!,
    );
    expect(streamed.choices[0]!.finish_reason).toBe('tool_calls');
    expect(await stream.totalUsage()).toMatchObject({
      prompt_tokens: plain.usage!.prompt_tokens,
      completion_tokens: plain.usage!.completion_tokens,
    });
    expect(standIn.account().billed.delivered).toMatchObject({
      attempts: 2,
      usage: {
        input: 2 * plain.usage!.prompt_tokens,
        output: 2 * plain.usage!.completion_tokens,
      },
    });
  });

  it('says in the end what the tool found, streamed or not', async () => {
    const { openai, standIn } = await start();
    const run = (stream: boolean) => {
      const heard: unknown[] = [];
      const tool = {
        type: 'function' as const,
        function: {
          ...weather,
          parse: JSON.parse as (input: string) => object,
          function: (input: object) => {
            heard.push(input);
            return 'Rain until noon.';
          },
        },
      };
      const params = { model: 'small', messages: [question], tools: [tool] };
      const runner = stream
        ? openai.chat.completions.runTools({ ...params, stream: true })
        : openai.chat.completions.runTools(params);
      return runner.finalContent().then((content) => ({ content, heard }));
    };
    const plain = await run(false);
    expect(plain.content).toBe('The tool says: Rain until noon.');
    expect(plain.heard).toHaveLength(1);
    expect(await run(true)).toEqual(plain);
    expect(standIn.account().byStatus).toEqual({ 200: 4 });
  });
});

describe('the stand-in, asked with tools by the Anthropic SDK', () => {
  const tools = [{ name: 'weather', description: 'The weather', input_schema: parameters }];
  const body = { model: 'small', max_tokens: 300, messages: [question], tools };

  it('calls a tool, streamed or not, and says what it found', async () => {
    const { anthropic } = await start();
    const plain = await anthropic.messages.create(body);
    expect(plain.stop_reason).toBe('tool_use');
    const [call] = plain.content;
    if (call?.type !== 'tool_use') throw new Error('expected a call');
    expect(call).toMatchObject({ name: 'weather', input: { city: question.content } });
    const stream = anthropic.messages.stream(body);
    const streamed = await stream.finalMessage();
    expect(streamed.content).toEqual(plain.content);
    expect(streamed.stop_reason).toBe('tool_use');
    expect(streamed.usage).toEqual(plain.usage);
    const told = await anthropic.messages.create({
      ...body,
      messages: [
        question,
        { role: 'assistant', content: plain.content },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: call.id, content: 'Rain until noon.' }],
        },
      ],
    });
    expect(told.content).toMatchObject([{ type: 'text', text: 'The tool says: Rain until noon.' }]);
    expect(told.stop_reason).toBe('end_turn');
  });

  it('answers in text where no tool may be called', async () => {
    const { anthropic } = await start();
    const answer = await anthropic.messages.create({ ...body, tool_choice: { type: 'none' } });
    expect(answer.content).toMatchObject([{ type: 'text' }]);
  });

  it('makes no call that the allowed tokens have no room for', async () => {
    const { anthropic } = await start();
    const answer = await anthropic.messages.create({ ...body, max_tokens: 3 });
    expect(answer).toMatchObject({
      content: [],
      stop_reason: 'max_tokens',
      usage: { output_tokens: 3 },
    });
  });
});

describe('a slow stream', () => {
  it('is billed as undelivered when its client leaves within it', async () => {
    const { openai, standIn } = await start({ streamDelayMs: 20 });
    const stream = await openai.chat.completions.create({
      model: 'small',
      messages: [question],
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await expect.poll(() => standIn.account().abandoned).toBe(1);
    expect(standIn.account()).toMatchObject({
      byStatus: { 200: 1 },
      calls: [{ attempts: 1, answered: 0 }],
      billed: { delivered: { attempts: 0, cost: 0 }, undelivered: { attempts: 1 } },
    });
    expect(standIn.account().billed.undelivered.cost).toBeGreaterThan(0);
  });

  it('arrives whole for a client that stays', async () => {
    const { anthropic, standIn } = await start({ streamDelayMs: 1 });
    const body = { model: 'small', max_tokens: 300, messages: [question] };
    const [plain, streamed] = await Promise.all([
      anthropic.messages.create(body),
      anthropic.messages.stream(body).finalMessage(),
    ]);
    expect(streamed.content).toEqual(plain.content);
    expect(standIn.account().billed.delivered.attempts).toBe(2);
  });
});
